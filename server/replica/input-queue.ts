/**
 * The way into the consensus core. One rule: effects run strictly in the order given, and the next input waits until
 * they are done; what an effect feeds stands behind what came before.
 */
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';

export interface InputQueue {
  /** Nothing goes in before this. */
  start(): void;
  /** Forgets what waits, and takes nothing from now on; the effects of the present input end here as well. */
  stop(): void;
  feed(input: Input): void;
  readonly running: boolean;
}

export function createInputQueue(step: (input: Input) => readonly Effect[], run: (effect: Effect) => void): InputQueue {
  const waiting: Input[] = [];
  let draining = false;
  let running = false;

  return {
    start() {
      running = true;
    },
    stop() {
      running = false;
      waiting.length = 0;
    },
    feed(input) {
      if (!running) return;
      waiting.push(input);
      if (draining) return;
      draining = true;
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          for (const effect of step(next)) {
            if (!running) break;
            run(effect);
          }
        }
      } finally {
        draining = false;
      }
    },
    get running() {
      return running;
    },
  };
}
