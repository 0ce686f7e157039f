/** The clocks of a real node: in Unix ms, with timers that never fire early and outlast a clock that is set. */
import type { Clock } from '../replica/ports.js';

/** A clock that was set back and is right again must not find its timers asleep for hours. */
const longestSleepMs = 250;

/** How long timers and looks at the clock may sleep for slots of that length, in ms: a quarter of a slot, 250 ms at least. */
export const sleepForSlots = (slotMs: number): number => Math.max(longestSleepMs, slotMs / 4);

/** Calls once, after so many ms whatever is done to the clock. @returns a function that cancels */
export type After = (ms: number, call: () => void) => () => void;

/** What a machine tells of time. */
export interface ClockSources {
  /** Unix ms; may be set at any moment. */
  readonly wall: () => number;
  /** In ms; runs on whatever is done to the other. */
  readonly steady: () => number;
  readonly after: After;
}

const afterTimeout: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};

/**
 * @param now of any clock; starting value: the machine's, which may be set at any moment
 * @param sleepMs after so long at most a timer looks again whether it is time
 */
export function createSystemClock(
  now: () => number = Date.now,
  after: After = afterTimeout,
  sleepMs: number = longestSleepMs,
): Clock {
  return {
    now,
    at(at, call) {
      let cancel: () => void;
      const wait = (): void => {
        const remaining = Math.min(Math.max(0, Math.ceil(at - now())), sleepMs);
        // Timers round down and clocks are set: look again instead of calling early.
        cancel = after(remaining, () => (now() >= at ? call() : wait()));
      };
      wait();
      return () => cancel();
    },
  };
}

/** Begins with the machine's time and then runs on, whatever is done to that: for intervals, not for slots. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

/** This machine's own. */
export const machineTime: ClockSources = { wall: Date.now, steady: steadyNow, after: afterTimeout };
