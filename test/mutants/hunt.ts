/**
 * Looks for a mistake with the simulator alone: short runs under dense faults until one breaks a rule or the budget is
 * spent. Prints one JSON line. Started as a process of its own, so that a run that never ends can be ended.
 */
import { parseArgs } from 'node:util';
import type { Role } from '../simulator/cast/cast.js';
import type { FaultKind } from '../simulator/faults.js';
import { huntSeed } from './hunt-seed.js';
import type { Setting } from './mutant.js';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    budget: { type: 'string', default: '5' },
    roles: { type: 'string' },
    faults: { type: 'string' },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds ?? Number.POSITIVE_INFINITY);
/** Seconds of processor time, so that a busy machine looks as far as an idle one. */
const spent = (): number => process.cpuUsage().user / 1e6;
const budget = Number(values.budget);
const setting: Setting = {
  ...(values.roles === undefined ? {} : { roles: values.roles.split(',') as Role[] }),
  ...(values.faults === undefined ? {} : { faults: values.faults.split(',') as FaultKind[] }),
};
let found: { readonly seed: number; readonly violation: string } | undefined;
let runs = 0;
for (; found === undefined && runs < seeds && spent() < budget; runs++) {
  const seed = from + runs;
  try {
    const violation = huntSeed(seed, setting);
    if (violation !== undefined) found = { seed, violation };
  } catch (error) {
    // A bug that an assertion or an impossible value gives away.
    found = { seed, violation: `stopped: ${error instanceof Error ? error.message : String(error)}` };
  }
}
process.stdout.write(`${JSON.stringify({ runs, ...(found ?? {}) })}\n`);
