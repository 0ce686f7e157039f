/** The waiting transactions of one account and lane, in nonce order. At most one holds a nonce. */
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';

export interface Waiting {
  readonly id: TransactionId;
  readonly transaction: Transaction;
  readonly bytes: number;
  /** What it takes from its sender's balance: amounts and fee. */
  readonly cost: number;
  /** Order of arrival: breaks ties among equal fees. */
  readonly order: number;
  /** It is on disk. */
  stored: boolean;
}

export interface Lane {
  readonly name: string;
  readonly from: Address;
  readonly number: number;
  readonly byNonce: Map<number, Waiting>;
  /** No transaction waits below this nonce. */
  lowest: number;
  highest: number;
}

export const laneName = (transaction: Transaction): string => `${transaction.from}/${transaction.lane ?? 0}`;

export const createLane = ({ from, lane = 0 }: Transaction): Lane => ({
  name: `${from}/${lane}`,
  from,
  number: lane,
  byNonce: new Map(),
  lowest: Number.POSITIVE_INFINITY,
  highest: -1,
});

export function addToLane(lane: Lane, waiting: Waiting): void {
  const { nonce } = waiting.transaction;
  lane.byNonce.set(nonce, waiting);
  lane.lowest = Math.min(lane.lowest, nonce);
  lane.highest = Math.max(lane.highest, nonce);
}

export function removeFromLane(lane: Lane, nonce: number): void {
  lane.byNonce.delete(nonce);
  if (lane.byNonce.size === 0) {
    lane.lowest = Number.POSITIVE_INFINITY;
    lane.highest = -1;
    return;
  }
  while (!lane.byNonce.has(lane.lowest)) lane.lowest++;
  while (!lane.byNonce.has(lane.highest)) lane.highest--;
}
