/**
 * What waited in an earlier run comes back into the mempool: up to 100,000 transactions, whose signatures alone are seconds of work. One
 * rule: a few in a turn of the event loop, their signatures checked on threads before, so that a signal to end is heard meanwhile.
 */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { SignatureGate } from './signature-gate.js';

/** Some batches for each thread, and some milliseconds of the main thread when they are checked. */
const together = 512;

export interface TakingBack {
  readonly gate: Pick<SignatureGate, 'ahead'>;
  /** @returns how many of these can never become final */
  readonly recover: (some: readonly Transaction[]) => number;
  /** Throws where the start is to go no further. */
  readonly goOn: () => void;
  readonly log: Pick<Logger, 'warn'>;
}

/** @param kept in the order in which they came. Rejects with what `goOn` throws */
export async function takeBack(kept: readonly Transaction[], { gate, recover, goOn, log }: TakingBack): Promise<void> {
  let lost = 0;
  for (let from = 0; from < kept.length; from += together) {
    const some = kept.slice(from, from + together);
    await new Promise<void>((resolve) => {
      if (!gate.ahead(some, false, () => resolve())) resolve();
    });
    await setImmediate();
    goOn();
    lost += recover(some);
  }
  if (lost > 0) log.warn({ lost }, 'transactions of an earlier run can never become final and were dropped');
}
