/**
 * The order in which waiting transactions are offered to a block: of the lanes' next ones the highest fee first, then
 * the one that came first; within a lane by nonce, without gaps. What must wait for another is never offered.
 */
import type { Address } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { NonceGap, RoomWait } from '../replica/ports.js';
import { goesFirst, type HeadHeap } from './head-heap.js';
import type { Lane, Waiting } from './lane.js';
import type { LaneOrder } from './lane-order.js';

interface Next {
  readonly lane: Lane;
  readonly waiting: Waiting;
  readonly heads: HeadHeap;
  /** Its place among these heads; undefined: it follows another of its lane. */
  readonly place?: number;
}

type NextNonce = (from: Address, lane: number) => number;

/** Lanes behind a gap that are looked at for a block, since one that is not final yet may have filled it: the best of them. */
const gappedLanes = 64;

/**
 * The pool must not change while this iterates. The cost is that of what is taken, not of what waits.
 * @param nextNonce of a lane in the state that the block stands on; asked only for lanes whose turn comes
 * @param takesStakes whether the queue of stakes has room there: while it has, those that wait for it have their turn by fee, and
 * none of them is looked at afterwards
 */
export function* candidates(
  { ready, roomless, gapped }: Pick<LaneOrder, 'ready' | 'roomless' | 'gapped'>,
  nextNonce: NextNonce,
  takesStakes: () => boolean,
): Generator<Transaction, void, undefined> {
  const isOpen = (heads: HeadHeap): boolean => heads !== roomless || takesStakes();
  yield* inOrder([ready, roomless], nextNonce, Number.POSITIVE_INFINITY, isOpen);
  yield* inOrder([gapped], nextNonce, gappedLanes, () => true);
}

/** @param most heads are looked at, the best ones @param isOpen whether these heads are looked at: asked again for each */
function* inOrder(
  all: readonly HeadHeap[],
  nextNonce: NextNonce,
  most: number,
  isOpen: (heads: HeadHeap) => boolean,
): Generator<Transaction, void, undefined> {
  let looked = 0;
  const frontier: Next[] = [];
  const offer = (next: Next): void => {
    frontier.push(next);
    rise(frontier);
  };
  const offerHead = (heads: HeadHeap, place: number): void => {
    const head = heads.at(place);
    if (head !== undefined) offer({ lane: head.lane, waiting: head.waiting, heads, place });
  };
  for (const heads of all) offerHead(heads, 0);
  for (let best = takeBest(frontier); best !== undefined; best = takeBest(frontier)) {
    const { lane, waiting, heads, place } = best;
    if (place !== undefined) {
      if (looked === most || !isOpen(heads)) continue;
      looked += 1;
      offerHead(heads, 2 * place + 1);
      offerHead(heads, 2 * place + 2);
    }
    const { nonce } = waiting.transaction;
    const expected = place === undefined ? nonce : nextNonce(lane.from, lane.number);
    if (nonce === expected) yield waiting.transaction;
    // Below it: in the blocks that this one stands on. Above it: another has to come first.
    const next = lane.byNonce.get(nonce === expected ? nonce + 1 : expected);
    if (next !== undefined && next !== waiting) offer({ lane, waiting: next, heads });
  }
}

/** @returns undefined also where a lane may go on */
export function onlyGaps(
  { ready, roomless, gapped }: Pick<LaneOrder, 'ready' | 'roomless' | 'gapped'>,
  nextNonce: NextNonce,
  takesStakes: boolean,
): NonceGap | RoomWait | undefined {
  if (ready.at(0) !== undefined) return undefined;
  const roomWait = roomless.at(0);
  if (roomWait !== undefined) return takesStakes ? undefined : { id: roomWait.waiting.id, queue_full: true };
  const best = gapped.at(0);
  if (best === undefined) return undefined;
  const { lane, waiting } = best;
  const missing = nextNonce(lane.from, lane.number);
  if (lane.byNonce.has(missing)) return undefined;
  return { id: waiting.id, lane: lane.number, nonce: waiting.transaction.nonce, missing };
}

function rise(heap: Next[]): void {
  let at = heap.length - 1;
  const moving = heap[at]!;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!goesFirst(moving.waiting, heap[parent]!.waiting)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = moving;
}

function takeBest(heap: Next[]): Next | undefined {
  const best = heap[0];
  const moving = heap.pop();
  if (moving === undefined || heap.length === 0) return best;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && goesFirst(heap[child + 1]!.waiting, heap[child]!.waiting)) child += 1;
    if (!goesFirst(heap[child]!.waiting, moving.waiting)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = moving;
  return best;
}
