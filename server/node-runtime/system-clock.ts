/** The Clock of a real node: Unix time in ms, and timers that never fire early. */
import type { Clock } from '../replica/ports.js';

/** setTimeout overflows beyond this many ms and would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    at(at, call) {
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        const remaining = Math.min(Math.max(0, Math.ceil(at - Date.now())), longestDelayMs);
        // Timers round down and clocks are set: look again instead of calling early.
        timer = setTimeout(() => (Date.now() >= at ? call() : wait()), remaining);
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
}
