/** The clocks of a real node: in Unix ms, with timers that never fire early and outlast a clock that is set. */
import type { Clock } from '../replica/ports.js';

/** A clock that was set back and is right again must not find its timers asleep for hours. */
const longestSleepMs = 250;

/** @param now of any clock; starting value: the machine's, which may be set at any moment */
export function createSystemClock(now: () => number = Date.now): Clock {
  return {
    now,
    at(at, call) {
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        const remaining = Math.min(Math.max(0, Math.ceil(at - now())), longestSleepMs);
        // Timers round down and clocks are set: look again instead of calling early.
        timer = setTimeout(() => (now() >= at ? call() : wait()), remaining);
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
}

/** Begins with the machine's time and then runs on, whatever is done to that: for intervals, not for slots. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();
