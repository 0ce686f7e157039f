/**
 * Since when something waits that a leader could propose. A chain with nothing to do makes no blocks, so the time since
 * the last one says nothing; and a payment behind a gap of nonces waits for its sender, not for the validators.
 */
import type { Transaction } from '../../ledger/values/transaction.js';

export interface WaitingSinceOptions {
  readonly now: () => number;
  /** What a block could take: nothing behind a gap. */
  readonly transactions: () => Iterable<Transaction>;
  /** Evidence that is pending, or blocks that are not final. */
  readonly waitsOtherwise: () => boolean;
}

export interface WaitingSince {
  /** To be called once a slot: it may have to pass by all that waits behind gaps. */
  look(): void;
  /** @returns ms, 0 if nothing waited when a slot last began */
  waitedMs(lastFinalAt: number): number;
}

export function createWaitingSince({ now, transactions, waitsOtherwise }: WaitingSinceOptions): WaitingSince {
  let since: number | undefined;
  const anything = (): boolean => {
    for (const _ of transactions()) return true;
    return false;
  };
  return {
    look() {
      if (!waitsOtherwise() && !anything()) since = undefined;
      // The clock may have been set back meanwhile.
      else since = Math.min(since ?? now(), now());
    },
    waitedMs: (lastFinalAt) => (since === undefined ? 0 : Math.max(0, now() - Math.max(since, lastFinalAt))),
  };
}
