/** Which messages were here lately, by the hash of their line. The one rule: bounded, and old ones are forgotten. */
import { hash } from 'node:crypto';
import type { Clock } from '../replica/ports.js';
import { MAX_SEEN, SEEN_MS } from './limits.js';

export interface SeenMessages {
  /** @returns whether the line is new; it is seen from now on. */
  add(line: Buffer): boolean;
  /** As if it had never come: what a liar sent first must not hide the true message. */
  forget(line: Buffer): void;
}

/** Two generations: a line is remembered for one to two times `SEEN_MS`, and at most `maxSeen` in each. */
export function createSeenMessages(clock: Clock, maxSeen = MAX_SEEN / 2): SeenMessages {
  let young = new Set<string>();
  let old = new Set<string>();
  let turnedAt = clock.now();

  const key = (line: Buffer): string => hash('sha256', line, 'base64');

  return {
    add(line) {
      const now = clock.now();
      if (now - turnedAt >= SEEN_MS || now < turnedAt || young.size >= maxSeen) {
        old = now - turnedAt >= 2 * SEEN_MS ? new Set() : young;
        young = new Set();
        turnedAt = now;
      }
      const digest = key(line);
      if (young.has(digest) || old.has(digest)) return false;
      young.add(digest);
      return true;
    },
    forget(line) {
      const digest = key(line);
      young.delete(digest);
      old.delete(digest);
    },
  };
}
