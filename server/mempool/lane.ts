/** The waiting transactions of one account and lane, in nonce order. At most one holds a nonce. */
import type { Slot } from '../../ledger/values/numbers.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';

export interface Waiting {
  readonly id: TransactionId;
  readonly transaction: Transaction;
  readonly lane: Lane;
  readonly bytes: number;
  /** What it takes from its sender's balance: amounts and fee. */
  readonly cost: number;
  /** Order of arrival: breaks ties among equal fees. */
  readonly order: number;
  /** When it came. */
  readonly since: Slot;
  /** Whether a power cut leaves it. */
  kept: 'in-memory' | 'being-written' | 'on-disk';
}

export interface Lane {
  readonly from: Address;
  readonly number: number;
  readonly byNonce: Map<number, Waiting>;
  /** No transaction waits below this nonce. */
  lowest: number;
  highest: number;
}

export const createLane = (from: Address, number: number): Lane => ({
  from,
  number,
  byNonce: new Map(),
  lowest: Number.POSITIVE_INFINITY,
  highest: -1,
});

export function addToLane(waiting: Waiting): void {
  const { lane, transaction } = waiting;
  const { nonce } = transaction;
  lane.byNonce.set(nonce, waiting);
  lane.lowest = Math.min(lane.lowest, nonce);
  lane.highest = Math.max(lane.highest, nonce);
}

export function removeFromLane({ lane, transaction }: Waiting): void {
  lane.byNonce.delete(transaction.nonce);
  if (lane.byNonce.size === 0) {
    lane.lowest = Number.POSITIVE_INFINITY;
    lane.highest = -1;
    return;
  }
  while (!lane.byNonce.has(lane.lowest)) lane.lowest++;
  while (!lane.byNonce.has(lane.highest)) lane.highest--;
}
