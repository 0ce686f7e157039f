/**
 * The order in which waiting transactions are offered to a block: of the lanes' next ones the highest fee first, then
 * the one that came first; within a lane by nonce, without gaps.
 */
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Lane, Waiting } from './lane.js';

interface Head {
  readonly lane: Lane;
  readonly waiting: Waiting;
}

const goesFirst = (left: Waiting, right: Waiting): boolean =>
  left.transaction.fee > right.transaction.fee ||
  (left.transaction.fee === right.transaction.fee && left.order < right.order);

/** The pool must not change while this iterates. */
export function* inOrder(lanes: Iterable<Lane>): Generator<Transaction, void, undefined> {
  const heap: Head[] = [];
  for (const lane of lanes) {
    const waiting = lane.byNonce.get(lane.lowest);
    if (waiting !== undefined) heap.push({ lane, waiting });
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
  while (heap.length > 0) {
    const { lane, waiting } = heap[0]!;
    yield waiting.transaction;
    const next = lane.byNonce.get(waiting.transaction.nonce + 1);
    if (next !== undefined) heap[0] = { lane, waiting: next };
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
