/**
 * The machine's clock, but a jump is not believed at once: until `accept` the time runs on from before it. A validator
 * that followed a wrong jump forwards could sign for slots to come, and would then have to wait for them.
 */
import { type ClockSources, machineTime } from './system-clock.js';

export interface GuardedClock {
  /** Unix ms. */
  now(): number;
  /** How far the machine's clock is from the time that is believed, in ms; undefined while they agree. */
  step(): number | undefined;
  /** Believes the machine's clock. */
  accept(): void;
}

/** @param toleranceMs what the clock may be set by and be believed, as when it is slewed */
export function createGuardedClock(
  toleranceMs: number,
  { wall, steady }: Pick<ClockSources, 'wall' | 'steady'> = machineTime,
): GuardedClock {
  /** Wall minus steady time, as believed. */
  let offset = wall() - steady();

  /** Both clocks at one moment: a process that had to wait between two readings would look like a jump. */
  function readBoth(): readonly [wallMs: number, steadyMs: number] {
    for (let tries = 0; ; tries += 1) {
      const before = steady();
      const time = wall();
      const after = steady();
      if (after - before < toleranceMs / 4 || tries === 5) return [time, (before + after) / 2];
    }
  }

  function step(): number | undefined {
    const [time, steadyMs] = readBoth();
    const jump = time - (steadyMs + offset);
    if (Math.abs(jump) > toleranceMs) return jump;
    // Small corrections are followed, however many come.
    offset = time - steadyMs;
    return undefined;
  }

  return {
    now: () => (step() === undefined ? wall() : steady() + offset),
    step,
    accept() {
      const [time, steadyMs] = readBoth();
      offset = time - steadyMs;
    },
  };
}
