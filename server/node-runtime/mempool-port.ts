/**
 * Joins the mempool to the replica's port: one answer for a batch, when the last of it is durable. One rule: batches
 * reach the pool in the order in which they came, also where their signatures are found out in another.
 */
import { readAccount, readNonce } from '../../ledger/state-keys.js';
import { refusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { AddOutcome, Mempool as TransactionPool } from '../mempool/mempool.js';
import type { Admission, Mempool } from '../replica/ports.js';
import { createInOrder } from './in-order.js';
import type { SignatureGate, Verdict } from './signature-gate.js';

/** A full pool empties block by block; a client that waits this long finds room or a reason. */
const retryAfterS = 2;

const badSignature: Admission = { kind: 'refused', ...refusal('bad_signature') };
const tooMany: Admission = {
  kind: 'full',
  retry_after_s: retryAfterS,
  detail: 'More transactions came in than this node can check the signatures of.',
};

export interface MempoolPortParts {
  readonly pool: TransactionPool;
  /** Absent: signatures are checked where they are needed, and `add` has admitted everything when it returns. */
  readonly gate?: SignatureGate;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** The slot whose rules a new transaction is checked by. */
  readonly slotNow: () => Slot;
}

export function createMempoolPort({ pool, gate, idOf, slotNow }: MempoolPortParts): Mempool {
  const inOrder = createInOrder();

  function admit(
    transactions: readonly Transaction[],
    verdicts: readonly Verdict[],
    done: (admissions: readonly Admission[]) => void,
    taken: (fresh: readonly Transaction[]) => void,
  ): void {
    const fresh: Transaction[] = [];
    const admissions: Admission[] = new Array(transactions.length);
    let open = transactions.length;
    const admitted = (at: number, admission: Admission): void => {
      admissions[at] = admission;
      open -= 1;
      if (open === 0) done(admissions);
    };
    const slot = slotNow();
    for (const [at, transaction] of transactions.entries()) {
      // What waits already is answered for, whatever signature a copy carries.
      if (verdicts[at] === 'bad' && !pool.has(idOf(transaction))) admitted(at, badSignature);
      else if (pool.add(transaction, slot, (outcome) => admitted(at, admissionOf(outcome)))) fresh.push(transaction);
    }
    if (fresh.length > 0) taken(fresh);
  }

  function admitCopies(
    transactions: readonly Transaction[],
    verdicts: readonly Verdict[],
    taken: (fresh: readonly Transaction[]) => void,
  ): void {
    const slot = slotNow();
    const fresh = transactions.filter((one, at) => verdicts[at] !== 'bad' && pool.addCopy(one, slot));
    if (fresh.length > 0) taken(fresh);
  }

  return {
    addCopies(transactions, taken) {
      if (gate === undefined) {
        admitCopies(transactions, [], taken);
        return;
      }
      const turn = inOrder();
      const begun = gate.ahead(transactions, false, (verdicts) => {
        turn(() => admitCopies(transactions, verdicts, taken));
      });
      // There are too many already: whoever passed them on keeps them.
      if (!begun) turn(() => {});
    },
    add(transactions, done, taken) {
      if (transactions.length === 0) {
        done([]);
        return;
      }
      if (gate === undefined) {
        admit(transactions, [], done, taken);
        return;
      }
      const turn = inOrder();
      const begun = gate.ahead(transactions, false, (verdicts) => {
        turn(() => admit(transactions, verdicts, done, taken));
      });
      if (!begun) turn(() => done(transactions.map(() => tooMany)));
    },
    candidates: (state) => pool.candidates((from, lane) => readNonce(readAccount(state, from), lane)),
    review: (ids, slot) => pool.review(ids, slot as Slot),
    forgetFinal(transactions, _state, slot) {
      pool.forgetFinal(transactions);
      pool.sweep(slot as Slot);
    },
    get size() {
      return pool.summary().count;
    },
  };
}

function admissionOf(outcome: AddOutcome): Admission {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'accepted', known: outcome.known };
    case 'conflict':
      return outcome;
    case 'full':
      return { ...outcome, retry_after_s: retryAfterS };
    case 'refused':
      return { kind: 'refused', code: outcome.refusal.code, detail: outcome.refusal.detail };
  }
}
