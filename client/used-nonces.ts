/**
 * The nonces that this program saw used by final transactions. A node that is behind does not know them yet: signed with
 * the nonce that it gives, a second payment that is alike in everything would be the first one, and paid once.
 */
import { type Nonce, toNonce } from '../ledger/values/numbers.js';
import type { Transaction } from '../ledger/values/transaction.js';

/** Accounts' lanes that are remembered; who was not heard of for longest is forgotten. */
const most = 10_000;
const unusedByLane = new Map<string, Nonce>();

type Lane = Pick<Transaction, 'chain' | 'from' | 'lane'>;
const keyOf = ({ chain, from, lane = 0 }: Lane): string => `${chain} ${from} ${lane}`;

/** To be called with what is final. */
export function rememberUsed(transaction: Transaction): void {
  const key = keyOf(transaction);
  const unused = Math.max(transaction.nonce + 1, unusedByLane.get(key) ?? 0);
  unusedByLane.delete(key);
  unusedByLane.set(key, toNonce(unused));
  if (unusedByLane.size > most) unusedByLane.delete(unusedByLane.keys().next().value!);
}

/** The nonce that the node gave, or a later one where it is known here that this one is used. */
export function unusedFrom(given: Nonce, lane: Lane): Nonce {
  const unused = unusedByLane.get(keyOf(lane));
  return unused === undefined || unused < given ? given : unused;
}
