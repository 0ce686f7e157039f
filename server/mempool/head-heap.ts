/**
 * Lanes by their first waiting transaction, best first: a binary heap that is kept as lanes change, so that a leader finds
 * its candidates without a look at all who wait.
 */
import type { Lane, Waiting } from './lane.js';

/** The higher fee, then who came first. */
export const goesFirst = (left: Waiting, right: Waiting): boolean =>
  left.transaction.fee > right.transaction.fee ||
  (left.transaction.fee === right.transaction.fee && left.order < right.order);

export interface Head {
  readonly lane: Lane;
  readonly waiting: Waiting;
}

export interface HeadHeap {
  /** To be called after every change of a lane. @param belongs whether it is to be in this heap, if anything of it waits */
  update(lane: Lane, belongs: boolean): void;
  /** By place: 0 is the best, and the two at 2n + 1 and 2n + 2 are no better than the one at n. */
  at(place: number): Head | undefined;
}

export function createHeadHeap(): HeadHeap {
  const heads: Head[] = [];
  const placeByLane = new Map<Lane, number>();

  const put = (head: Head, place: number): void => {
    heads[place] = head;
    placeByLane.set(head.lane, place);
  };

  function rise(head: Head, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!goesFirst(head.waiting, heads[parent]!.waiting)) break;
      put(heads[parent]!, place);
      place = parent;
    }
    put(head, place);
  }

  function sink(head: Head, from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heads.length) break;
      if (child + 1 < heads.length && goesFirst(heads[child + 1]!.waiting, heads[child]!.waiting)) child += 1;
      if (!goesFirst(heads[child]!.waiting, head.waiting)) break;
      put(heads[child]!, place);
      place = child;
    }
    put(head, place);
  }

  /** Where an entry was changed, it may have to go either way. */
  function settle(head: Head, place: number): void {
    const parent = heads[(place - 1) >> 1];
    if (place > 0 && parent !== undefined && goesFirst(head.waiting, parent.waiting)) rise(head, place);
    else sink(head, place);
  }

  return {
    update(lane, belongs) {
      const waiting = belongs ? lane.byNonce.get(lane.lowest) : undefined;
      const place = placeByLane.get(lane);
      if (place === undefined) {
        if (waiting !== undefined) rise({ lane, waiting }, heads.length);
        return;
      }
      if (heads[place]!.waiting === waiting) return;
      if (waiting !== undefined) {
        settle({ lane, waiting }, place);
        return;
      }
      placeByLane.delete(lane);
      const last = heads.pop()!;
      if (last.lane !== lane) settle(last, place);
    },
    at: (place) => heads[place],
  };
}
