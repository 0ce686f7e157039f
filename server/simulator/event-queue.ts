/**
 * Virtual time. Events run in order of (time, order of scheduling), so a run is a pure function of its seed. Times are
 * whole microseconds since the start of the run.
 */

interface Scheduled {
  readonly at: number;
  readonly order: number;
  call: (() => void) | undefined;
}

const before = (left: Scheduled, right: Scheduled): boolean =>
  left.at < right.at || (left.at === right.at && left.order < right.order);

export interface EventQueue {
  /** Microseconds since the start of the run. */
  now(): number;
  /** Calls at `at`, or now if that has passed. @returns a function that cancels. */
  schedule(at: number, call: () => void): () => void;
  /** Runs one event. @returns false when none is left up to and including `limit`; time then stands at `limit`. */
  runOne(limit: number): boolean;
  executed(): number;
}

export function createEventQueue(): EventQueue {
  const heap: Scheduled[] = [];
  let time = 0;
  let orders = 0;
  let executed = 0;

  const push = (event: Scheduled): void => {
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  };

  const pop = (): Scheduled => {
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  };

  return {
    now: () => time,
    schedule(at, call) {
      const event: Scheduled = { at: Math.max(time, Math.ceil(at)), order: orders++, call };
      push(event);
      return () => {
        event.call = undefined;
      };
    },
    runOne(limit) {
      while (heap.length > 0 && heap[0]!.at <= limit) {
        const event = pop();
        if (event.call === undefined) continue;
        time = event.at;
        executed++;
        event.call();
        return true;
      }
      time = Math.max(time, limit);
      return false;
    },
    executed: () => executed,
  };
}
