/**
 * Whose question is answered next. A page of blocks is read, checked and written in ten milliseconds, and asked for in none.
 * One rule: after an answer as long a rest as it took, so that the loop that votes keeps half of its time however many ask; those
 * who wait are answered in turn, one question of each.
 */
import type { Clock } from '../replica/ports.js';
import { MAX_UNANSWERED_REQUESTS } from './limits.js';

export interface Serving<Asker> {
  /** Calls back at once if nobody waits and no rest is due, else later. @returns false: it asks too much at a time, and gets no answer */
  ask(asker: Asker, answer: () => void): boolean;
  /** It has gone: what it asked is not answered any more. */
  forget(asker: Asker): void;
  stop(): void;
}

export function createServing<Asker>(clock: Clock): Serving<Asker> {
  /** In the order of their turns. */
  const waiting = new Map<Asker, (() => void)[]>();
  let restsUntil = clock.now();
  let cancel: (() => void) | undefined;

  function serve(answer: () => void): void {
    const began = clock.now();
    answer();
    const ended = clock.now();
    restsUntil = ended + Math.max(0, ended - began);
  }

  function schedule(): void {
    if (cancel !== undefined || waiting.size === 0) return;
    cancel = clock.at(restsUntil, () => {
      cancel = undefined;
      serveNext();
      schedule();
    });
  }

  function serveNext(): void {
    for (const [asker, answers] of waiting) {
      waiting.delete(asker);
      const [first, ...later] = answers;
      if (later.length > 0) waiting.set(asker, later);
      if (first !== undefined) serve(first);
      return;
    }
  }

  return {
    ask(asker, answer) {
      if (waiting.size === 0 && clock.now() >= restsUntil) {
        serve(answer);
        return true;
      }
      const answers = waiting.get(asker) ?? [];
      if (answers.length >= MAX_UNANSWERED_REQUESTS) return false;
      waiting.set(asker, [...answers, answer]);
      schedule();
      return true;
    },
    forget(asker) {
      waiting.delete(asker);
    },
    stop() {
      cancel?.();
      waiting.clear();
    },
  };
}
