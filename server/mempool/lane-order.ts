/**
 * All lanes in the orders that the pool needs: which block candidates come first, and who gives way when it is full. Lanes with
 * something that a block can take stand apart from those that wait behind a gap in their nonces or for room in the queue of stakes: the
 * latter pay nothing while they wait, so however many there are, and whatever fee they promise, they cost a leader nothing and keep nobody out.
 */
import { createHeadHeap, type HeadHeap } from './head-heap.js';
import { isHeldUp, isReady, type Lane, lacksRoom } from './lane.js';
import { createTailIndex, type TailIndex } from './tail-index.js';

export interface LaneOrder {
  /** To be called after every change of a lane. */
  update(lane: Lane): void;
  /** Whose first one a block on final state can take. */
  readonly ready: HeadHeap;
  /** Whose next one waits for room in the queue of stakes. */
  readonly roomless: HeadHeap;
  /** The others: a block that is not final yet may fill the gap. */
  readonly gapped: HeadHeap;
  /** Whose last one waits behind a gap or for room. */
  readonly gappedTails: Pick<TailIndex, 'ascending'>;
  readonly tails: Pick<TailIndex, 'ascending'>;
  /** Transactions that blocks can take without another coming first that is not here. */
  readonly readyCount: number;
}

export function createLaneOrder(): LaneOrder {
  const [ready, roomless, gapped] = [createHeadHeap(), createHeadHeap(), createHeadHeap()];
  const [tails, gappedTails] = [createTailIndex(), createTailIndex()];
  const readyByLane = new Map<Lane, number>();
  let readyCount = 0;
  const count = (lane: Lane, ready: number): void => {
    readyCount += ready - (readyByLane.get(lane) ?? 0);
    if (ready === 0) readyByLane.delete(lane);
    else readyByLane.set(lane, ready);
  };
  return {
    update(lane) {
      const canGo = isReady(lane);
      count(lane, canGo ? lane.end - lane.next : 0);
      ready.update(lane, canGo);
      roomless.update(lane, lacksRoom(lane));
      gapped.update(lane, !canGo && !lacksRoom(lane));
      const isBehind = isHeldUp(lane, lane.highest);
      tails.update(lane, !isBehind);
      gappedTails.update(lane, isBehind);
    },
    ready,
    roomless,
    gapped,
    tails,
    gappedTails,
    get readyCount() {
      return readyCount;
    },
  };
}
