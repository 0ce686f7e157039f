/** Joins the mempool to the replica's port: one answer for a batch, when the last of it is durable. */
import { readAccount, readNonce } from '../../ledger/state-keys.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Mempool as TransactionPool } from '../mempool/mempool.js';
import type { Admission, Mempool } from '../replica/ports.js';

/** A full pool empties block by block; a client that waits this long finds room or a reason. */
const retryAfterS = 2;

/** @param slotNow the slot whose rules a new transaction is checked by */
export function createMempoolPort(pool: TransactionPool, slotNow: () => Slot): Mempool {
  return {
    add(transactions, done) {
      const admissions: Admission[] = new Array(transactions.length);
      let open = transactions.length;
      if (open === 0) {
        done(admissions);
        return;
      }
      for (const [at, transaction] of transactions.entries()) {
        pool.add(transaction, slotNow(), (outcome) => {
          if (outcome.kind === 'accepted') admissions[at] = { kind: 'accepted', known: outcome.known };
          else if (outcome.kind === 'conflict') admissions[at] = outcome;
          else if (outcome.kind === 'full') admissions[at] = { ...outcome, retry_after_s: retryAfterS };
          else admissions[at] = { kind: 'refused', code: outcome.refusal.code, detail: outcome.refusal.detail };
          open -= 1;
          if (open === 0) done(admissions);
        });
      }
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
