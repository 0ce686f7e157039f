/** A budget that refills with time. Work is done first and paid for afterwards: the answer is how long to wait. */
import type { Clock } from '../replica/ports.js';

export interface TokenBucket {
  /** Takes `amount`, into debt if need be. @returns ms to wait until the debt is paid, 0 if there is none. */
  take(amount: number): number;
  /** Takes `amount` if it is there. @returns whether it was. */
  tryTake(amount: number): boolean;
  /** Whether `amount` is there; takes nothing. */
  has(amount: number): boolean;
}

/** Starts full. @param perSecond refill @param burst most that can be saved up */
export function createTokenBucket(clock: Clock, perSecond: number, burst: number): TokenBucket {
  let saved = burst;
  let at = clock.now();

  function refill(): void {
    const now = clock.now();
    // A clock that was set back gives nothing and takes nothing.
    saved = Math.min(burst, saved + (Math.max(0, now - at) * perSecond) / 1000);
    at = now;
  }

  return {
    take(amount) {
      refill();
      saved -= amount;
      return saved >= 0 ? 0 : Math.ceil((-saved * 1000) / perSecond);
    },
    tryTake(amount) {
      refill();
      if (saved < amount) return false;
      saved -= amount;
      return true;
    },
    has(amount) {
      refill();
      return saved >= amount;
    },
  };
}
