/** Which fault comes next: so many of each in a random order, or at random for some minutes. */
import type { Random } from '../../server/simulator/random.js';
import { clockStep } from './faults/clock-step.js';
import { corruption } from './faults/corruption.js';
import { failedWrite, shortWrite } from './faults/failed-write.js';
import type { Fault } from './faults/fault.js';
import { kill } from './faults/kill.js';
import { powerCut } from './faults/power-cut.js';
import { type FaultName, faultNames, type TortureOptions } from './options.js';

const faults: Readonly<Record<FaultName, { readonly fault: Fault; readonly weight: number }>> = {
  kills: { fault: kill, weight: 50 },
  'power-cuts': { fault: powerCut, weight: 25 },
  'failed-writes': { fault: failedWrite, weight: 15 },
  'short-writes': { fault: shortWrite, weight: 5 },
  'clock-steps': { fault: clockStep, weight: 5 },
  corruptions: { fault: corruption, weight: 1 },
};

export function* plannedFaults(
  { minutes, counts }: TortureOptions,
  random: Random,
): Generator<{ readonly name: FaultName; readonly fault: Fault }> {
  const named = (name: FaultName) => ({ name, fault: faults[name].fault });
  if (minutes === undefined) {
    const names = faultNames.flatMap((name) => Array.from({ length: counts[name] }, () => name));
    yield* random.shuffle(names).map(named);
    return;
  }
  const weighted = faultNames.flatMap((name) => Array.from({ length: faults[name].weight }, () => name));
  for (const end = performance.now() + minutes * 60_000; performance.now() < end; ) yield named(random.pick(weighted));
}
