/** Virtual time and seeded chance: a run is a pure function of its seed. */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [low, high]. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** mulberry32: small, and the same on every engine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)]!,
  };
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface VirtualTime {
  now(): number;
  at(at: number, run: () => void): void;
  /** Runs the next event if it is not later than `limit`. @returns false when there is none: time then stands at `limit` */
  runOne(limit: number): boolean;
}

export function createVirtualTime(): VirtualTime {
  const heap: Event[] = [];
  let now = 0;
  let orders = 0;
  const before = (left: Event, right: Event): boolean =>
    left.at < right.at || (left.at === right.at && left.order < right.order);
  const swap = (left: number, right: number): void => {
    [heap[left], heap[right]] = [heap[right]!, heap[left]!];
  };
  return {
    now: () => now,
    at(at, run) {
      heap.push({ at: Math.max(at, now), order: orders++, run });
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!before(heap[child]!, heap[parent]!)) break;
        swap(child, parent);
        child = parent;
      }
    },
    runOne(limit) {
      const top = heap[0];
      if (top === undefined || top.at > limit) {
        now = Math.max(now, limit);
        return false;
      }
      const last = heap.pop()!;
      if (heap.length > 0) {
        heap[0] = last;
        for (let parent = 0; ; ) {
          const left = 2 * parent + 1;
          let least = parent;
          for (const child of [left, left + 1]) {
            if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
          }
          if (least === parent) break;
          swap(parent, least);
          parent = least;
        }
      }
      now = top.at;
      top.run();
      return true;
    },
  };
}
