/** The timers that the consensus core starts and stops by name. One rule: a name that is started again starts anew. */
import type { Clock } from './ports.js';

export interface Timers {
  /** @param at Unix ms */
  start(timer: string, at: number): void;
  stop(timer: string): void;
  stopAll(): void;
}

export function createTimers(clock: Clock, onFired: (timer: string) => void): Timers {
  const cancelByTimer = new Map<string, () => void>();

  function stop(timer: string): void {
    cancelByTimer.get(timer)?.();
    cancelByTimer.delete(timer);
  }
  return {
    start(timer, at) {
      cancelByTimer.get(timer)?.();
      const cancel = clock.at(at, () => {
        cancelByTimer.delete(timer);
        onFired(timer);
      });
      cancelByTimer.set(timer, cancel);
    },
    stop,
    stopAll() {
      for (const cancel of cancelByTimer.values()) cancel();
      cancelByTimer.clear();
    },
  };
}
