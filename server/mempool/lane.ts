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
  /** Whether it is a stake that found the queue of stakes full, where final state was last asked. */
  lacksRoom: boolean;
}

export interface Lane {
  readonly from: Address;
  readonly number: number;
  readonly byNonce: Map<number, Waiting>;
  /** No transaction waits below this nonce. */
  lowest: number;
  highest: number;
  /** The next nonce in final state. */
  next: number;
  /** The first nonce from `next` on that nobody here has: what waits from there on waits behind a gap. */
  end: number;
}

/** @param next the lane's next nonce in final state */
export const createLane = (from: Address, number: number, next: number): Lane => ({
  ...{ from, number, byNonce: new Map(), lowest: Number.POSITIVE_INFINITY, highest: -1, next, end: next },
});

/** Whether its next one is a stake that waits for room in the queue of stakes: all behind it wait with it. */
export const lacksRoom = ({ byNonce, next }: Lane): boolean => byNonce.get(next)?.lacksRoom === true;

/** Whether a block can take one of it. */
export const isReady = (lane: Lane): boolean => lane.end > lane.next && !lacksRoom(lane);

/** Whether one of this nonce cannot go now, whatever it pays. */
export const isHeldUp = (lane: Lane, nonce: number): boolean => nonce >= lane.end || lacksRoom(lane);

export function addToLane(waiting: Waiting): void {
  const { lane, transaction } = waiting;
  const { nonce } = transaction;
  lane.byNonce.set(nonce, waiting);
  lane.lowest = Math.min(lane.lowest, nonce);
  lane.highest = Math.max(lane.highest, nonce);
  if (nonce === lane.end) extend(lane);
}

/** Final state has come to `next`. @returns whether it had not before */
export function advanceLane(lane: Lane, next: number): boolean {
  if (next <= lane.next) return false;
  lane.next = next;
  lane.end = Math.max(lane.end, next);
  extend(lane);
  return true;
}

function extend(lane: Lane): void {
  while (lane.byNonce.has(lane.end)) lane.end += 1;
}

export function removeFromLane({ lane, transaction }: Waiting): void {
  const { nonce } = transaction;
  lane.byNonce.delete(nonce);
  if (nonce >= lane.next && nonce < lane.end) lane.end = nonce;
  if (lane.byNonce.size === 0) {
    lane.lowest = Number.POSITIVE_INFINITY;
    lane.highest = -1;
    return;
  }
  while (!lane.byNonce.has(lane.lowest)) lane.lowest++;
  while (!lane.byNonce.has(lane.highest)) lane.highest--;
}
