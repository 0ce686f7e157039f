/**
 * Work that comes in heaps, done a little at a time: a batch of a thousand transactions takes tens of milliseconds, and sixty of
 * them may come at once. One rule: a turn of the event loop spends a few milliseconds on all of it together, the rest waits for the
 * next ones, in order, so that the loop that votes is never kept waiting.
 */
import { createTurnBudget } from '../turn-budget.js';

/** Does a little, and must not throw. @returns whether there is more to do */
export type Step = () => boolean;

export interface Slices {
  /** Begins at once where this turn has time left and nothing waits. */
  run(step: Step): void;
  /** Does now what waits, and whatever comes later at once. */
  close(): void;
}

/** @param monotonic milliseconds that only go forward @param soon calls back in the next turn of the event loop */
export function createSlices(monotonic: () => number, soon?: (call: () => void) => void): Slices {
  const waiting: Step[] = [];
  const budget = createTurnBudget(work, soon);
  let working = false;
  let closed = false;

  function work(): void {
    if (working) return;
    working = true;
    while (waiting.length > 0 && (closed || budget.hasLeft())) {
      const began = monotonic();
      if (!waiting[0]!()) waiting.shift();
      budget.spend(monotonic() - began);
    }
    working = false;
    if (waiting.length > 0) budget.goOnLater();
  }

  return {
    run(step) {
      waiting.push(step);
      work();
    },
    close() {
      closed = true;
      work();
    },
  };
}
