/**
 * One machine's clock: virtual time seen through an offset and a drift, which faults may change while timers wait.
 * A timer fires when this clock, not true time, has reached it, as on a real machine.
 */
import type { Clock } from '../replica/ports.js';
import type { EventQueue } from './event-queue.js';

export interface VirtualClock extends Clock {
  /** In ms; runs fast or slow as the clock does, but no step moves it. */
  steady(): number;
  /** Calls once, after so many ms of steady time. @returns a function that cancels */
  after(ms: number, call: () => void): () => void;
  /** Adds to the offset at once: a step, forwards or backwards, in ms. */
  step(byMs: number): void;
  /** From now on runs fast (> 0) or slow (< 0) by parts per million. */
  drift(perMillion: number): void;
  /** Stops every waiting timer: the process is gone. */
  halt(): void;
  /** Difference to true time in ms. */
  offset(): number;
}

interface Timer {
  /** What it goes by. */
  readonly now: () => number;
  readonly at: number;
  readonly call: () => void;
  cancel: () => void;
}

/** @param epochMs Unix time in ms at which the run begins */
export function createVirtualClock(queue: EventQueue, epochMs: number): VirtualClock {
  let anchorTrue = queue.now();
  let anchorLocal = epochMs + queue.now() / 1000;
  let ratePpm = 0;
  let generation = 0;
  let stepped = 0;
  const waiting = new Set<Timer>();

  const local = (): number => anchorLocal + ((queue.now() - anchorTrue) * (1_000_000 + ratePpm)) / 1_000_000_000;
  const rebase = (): void => {
    anchorLocal = local();
    anchorTrue = queue.now();
  };
  const steady = (): number => local() - stepped;
  const arm = (timer: Timer): void => {
    const born = generation;
    const trueDelay = ((timer.at - timer.now()) * 1_000_000_000) / (1_000_000 + ratePpm);
    timer.cancel = queue.schedule(queue.now() + Math.max(0, Math.ceil(trueDelay)), () => {
      if (born !== generation) return;
      if (timer.now() < timer.at) {
        arm(timer);
        return;
      }
      waiting.delete(timer);
      timer.call();
    });
  };
  const rearm = (): void => {
    for (const timer of waiting) {
      timer.cancel();
      arm(timer);
    }
  };

  const begin = (now: () => number, at: number, call: () => void) => {
    const timer: Timer = { now, at, call, cancel: () => {} };
    waiting.add(timer);
    arm(timer);
    return () => {
      waiting.delete(timer);
      timer.cancel();
    };
  };

  return {
    now: local,
    at: (at, call) => begin(local, at, call),
    steady,
    after: (ms, call) => begin(steady, steady() + ms, call),
    step(byMs) {
      rebase();
      anchorLocal += byMs;
      stepped += byMs;
      rearm();
    },
    drift(perMillion) {
      rebase();
      ratePpm = perMillion;
      rearm();
    },
    halt() {
      generation++;
      for (const timer of waiting) timer.cancel();
      waiting.clear();
    },
    offset: () => local() - (epochMs + queue.now() / 1000),
  };
}
