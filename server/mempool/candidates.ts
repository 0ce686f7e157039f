/**
 * The order in which waiting transactions are offered to a block: of the lanes' next ones the highest fee first, then
 * the one that came first; within a lane by nonce, without gaps. What must wait for another is never offered.
 */
import type { Address } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Lane, Waiting } from './lane.js';

interface Head {
  readonly lane: Lane;
  readonly waiting: Waiting;
  /** Whether the lane was compared with the state already. */
  readonly ready: boolean;
}

const goesFirst = (left: Waiting, right: Waiting): boolean =>
  left.transaction.fee > right.transaction.fee ||
  (left.transaction.fee === right.transaction.fee && left.order < right.order);

/**
 * The pool must not change while this iterates.
 * @param nextNonce of a lane in the state that the block stands on; asked only for lanes whose turn comes
 */
export function* inOrder(
  lanes: Iterable<Lane>,
  nextNonce: (from: Address, lane: number) => number,
): Generator<Transaction, void, undefined> {
  const heap: Head[] = [];
  for (const lane of lanes) {
    const waiting = lane.byNonce.get(lane.lowest);
    if (waiting !== undefined) heap.push({ lane, waiting, ready: false });
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
  while (heap.length > 0) {
    const { lane, waiting, ready } = heap[0]!;
    const expected = ready ? waiting.transaction.nonce : nextNonce(lane.from, lane.number);
    const isNext = waiting.transaction.nonce === expected;
    if (isNext) yield waiting.transaction;
    // Below it: in the blocks that this one stands on. Above it: another has to come first.
    const next = lane.byNonce.get(isNext ? expected + 1 : expected);
    if (next !== undefined) heap[0] = { lane, waiting: next, ready: true };
    else {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      heap[0] = last;
    }
    sink(heap, 0);
  }
}

function sink(heap: Head[], from: number): void {
  const moving = heap[from];
  if (moving === undefined) return;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && goesFirst(heap[child + 1]!.waiting, heap[child]!.waiting)) child++;
    if (!goesFirst(heap[child]!.waiting, moving.waiting)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = moving;
}
