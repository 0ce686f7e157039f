/**
 * What waits for a block may have been told while nobody listened, or stands on a node that never leads. One rule: what
 * has waited for a whole slot is told to the leader of the next, a bounded part of it, oldest claims first.
 */
import { transactionBytes } from '../../ledger/values/signing.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';
import type { Network } from './ports.js';
import {
  maxEvidenceToldPerSlot,
  maxTransactionBytesToldPerSlot,
  maxTransactionsToldPerSlot,
} from './replica-limits.js';

export interface TellLeaderOptions {
  readonly network: Pick<Network, 'sendToValidator'>;
  readonly ownKey: PublicKey | undefined;
  readonly evidence: () => readonly Evidence[];
  /** In the order in which a block would take them. */
  readonly transactions: () => Iterable<Transaction>;
}

/** @returns to be called when a slot begins, with its leader */
export function createTellLeader(options: TellLeaderOptions): (leader: PublicKey) => void {
  const { network } = options;
  /** Signatures of what waited when the last slot began. */
  let waitedBefore: ReadonlySet<string> = new Set();

  function stillWaiting(): readonly Transaction[] {
    const first: Transaction[] = [];
    let bytes = 0;
    for (const transaction of options.transactions()) {
      bytes += transactionBytes(transaction);
      if (first.length === maxTransactionsToldPerSlot || bytes > maxTransactionBytesToldPerSlot) break;
      first.push(transaction);
    }
    const still = first.filter(({ signature }) => waitedBefore.has(signature));
    waitedBefore = new Set(first.map(({ signature }) => signature));
    return still;
  }

  return (leader) => {
    const transactions = stillWaiting();
    if (leader === options.ownKey) return;
    for (const evidence of options.evidence().slice(0, maxEvidenceToldPerSlot)) {
      network.sendToValidator(leader, { type: 'evidence', evidence });
    }
    if (transactions.length > 0) network.sendToValidator(leader, { type: 'transactions', transactions });
  };
}
