/** Which messages were here lately, by their keys. The one rule: bounded, and old ones are forgotten. */
import type { Clock } from '../replica/ports.js';
import { MAX_SEEN, SEEN_MS } from './limits.js';

export interface SeenMessages {
  /** @returns whether the message is new; it is seen from now on. */
  add(key: string): boolean;
  /** As if it had never come: what a liar sent first must not hide the true message. */
  forget(key: string): void;
}

/** Two generations: a key is remembered for one to two times `SEEN_MS`, and at most `maxSeen` in each. */
export function createSeenMessages(clock: Clock, maxSeen = MAX_SEEN / 2): SeenMessages {
  let young = new Set<string>();
  let old = new Set<string>();
  let turnedAt = clock.now();

  return {
    add(key) {
      const now = clock.now();
      if (now - turnedAt >= SEEN_MS || now < turnedAt || young.size >= maxSeen) {
        old = now - turnedAt >= 2 * SEEN_MS ? new Set() : young;
        young = new Set();
        turnedAt = now;
      }
      if (young.has(key) || old.has(key)) return false;
      young.add(key);
      return true;
    },
    forget(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}
