/**
 * Joins the mempool to the replica's port: one answer for a batch, when the last of it is durable. One rule: batches
 * reach the pool in the order in which they came, also where their signatures are found out in another.
 */
import { takesNewStake } from '../../ledger/stake-requests.js';
import { readAccount, readNonce, readQueue } from '../../ledger/state-keys.js';
import { refusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { AddOutcome, Mempool as TransactionPool } from '../mempool/mempool.js';
import type { Admission, Mempool } from '../replica/ports.js';
import { createInOrder } from './in-order.js';
import type { SignatureGate, Verdict } from './signature-gate.js';
import type { Slices } from './slices.js';

/** Taken into the pool in one step: a millisecond or so. */
const together = 32;

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
  /** Where batches are taken into the pool piece by piece. Absent: each in one go. */
  readonly slices?: Slices;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** The slot whose rules a new transaction is checked by. */
  readonly slotNow: () => Slot;
  /** These were handed in and do not wait: what was found out of their signatures is of no use, for most are final already. */
  readonly onUseless?: (ids: readonly TransactionId[]) => void;
}

export function createMempoolPort({ pool, gate, slices, idOf, slotNow, onUseless }: MempoolPortParts): Mempool {
  const inOrder = createInOrder();

  /** Calls `take` for each, and then `end`, before anything of a later batch. */
  function eachInOrder(
    transactions: readonly Transaction[],
    take: (transaction: Transaction, at: number, slot: Slot) => void,
    end: () => void,
  ): void {
    let next = 0;
    const step = (count: number): boolean => {
      const slot = slotNow();
      for (const last = Math.min(next + count, transactions.length); next < last; next += 1) {
        take(transactions[next]!, next, slot);
      }
      if (next < transactions.length) return true;
      end();
      return false;
    };
    if (slices === undefined) step(transactions.length);
    else slices.run(() => step(together));
  }

  function settle(
    transactions: readonly Transaction[],
    verdicts: readonly Verdict[],
    fresh: readonly Transaction[],
    taken: (fresh: readonly Transaction[]) => void,
  ): void {
    if (fresh.length > 0) taken(fresh);
    if (fresh.length === transactions.length || onUseless === undefined) return;
    // A copy with a bad signature says nothing of the good one that a block may hold.
    const ids = transactions.filter((_, at) => verdicts[at] !== 'bad').map(idOf);
    const useless = ids.filter((id) => !pool.has(id));
    if (useless.length > 0) onUseless(useless);
  }

  function admit(
    transactions: readonly Transaction[],
    verdicts: readonly Verdict[],
    done: (admissions: readonly Admission[]) => void,
    taken: (fresh: readonly Transaction[]) => void,
  ): void {
    const fresh: Transaction[] = [];
    const admissions: Admission[] = new Array(transactions.length);
    // One more than there are: nobody is answered before it was said what is new.
    let open = transactions.length + 1;
    const closed = (): void => {
      open -= 1;
      if (open === 0) done(admissions);
    };
    const admitted = (at: number, admission: Admission): void => {
      admissions[at] = admission;
      closed();
    };
    const take = (transaction: Transaction, at: number, slot: Slot): void => {
      // What waits already is answered for, whatever signature a copy carries.
      if (verdicts[at] === 'bad' && !pool.has(idOf(transaction))) admitted(at, badSignature);
      else if (pool.add(transaction, slot, (outcome) => admitted(at, admissionOf(outcome)))) fresh.push(transaction);
    };
    eachInOrder(transactions, take, () => {
      settle(transactions, verdicts, fresh, taken);
      closed();
    });
  }

  function admitCopies(
    transactions: readonly Transaction[],
    verdicts: readonly Verdict[],
    taken: (fresh: readonly Transaction[]) => void,
  ): void {
    const fresh: Transaction[] = [];
    const take = (transaction: Transaction, at: number, slot: Slot): void => {
      if (verdicts[at] !== 'bad' && pool.addCopy(transaction, slot)) fresh.push(transaction);
    };
    eachInOrder(transactions, take, () => settle(transactions, verdicts, fresh, taken));
  }

  /** Calls one of the two, in the order of the calls. @param tooMany the gate took none */
  function judge(
    transactions: readonly Transaction[],
    judged: (verdicts: readonly Verdict[]) => void,
    tooMany: () => void,
  ): void {
    if (gate === undefined) {
      judged([]);
      return;
    }
    const turn = inOrder();
    const begun = gate.ahead(transactions, false, (verdicts) => {
      turn(() => judged(verdicts));
    });
    if (!begun) turn(tooMany);
  }

  return {
    addCopies(transactions, taken) {
      // Where there are too many, whoever passed them on keeps them.
      judge(
        transactions,
        (verdicts) => admitCopies(transactions, verdicts, taken),
        () => {},
      );
    },
    add(transactions, done, taken) {
      if (transactions.length === 0) {
        done([]);
        return;
      }
      judge(
        transactions,
        (verdicts) => admit(transactions, verdicts, done, taken),
        () => done(transactions.map(() => tooMany)),
      );
    },
    candidates: (state, takesStakes = () => takesNewStake(readQueue(state))) =>
      pool.candidates((from, lane) => readNonce(readAccount(state, from), lane), takesStakes),
    onlyGaps: () => pool.onlyGaps(),
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
