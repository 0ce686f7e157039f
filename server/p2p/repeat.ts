/** Something that happens again and again, but never more often than once an interval. */
import type { Clock } from '../replica/ports.js';

export interface Repeated {
  /** Runs it: now if the last run is long enough ago, else as soon as it is. Asking twice runs it once. */
  soon(): void;
  stop(): void;
}

export function repeat(clock: Clock, intervalMs: number, run: () => void): Repeated {
  let notBefore = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let stopped = false;

  return {
    soon() {
      if (stopped || cancel) return;
      const now = clock.now();
      // A clock set back must not silence it for longer than an interval.
      const at = Math.min(Math.max(now, notBefore), now + intervalMs);
      cancel = clock.at(at, () => {
        cancel = undefined;
        notBefore = clock.now() + intervalMs;
        run();
      });
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
