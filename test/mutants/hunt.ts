/**
 * Looks for a mistake with the simulator alone: short runs under dense faults until one breaks a rule or the budget is
 * spent. Prints one JSON line. Started as a process of its own, so that a run that never ends can be ended.
 */
import { parseArgs } from 'node:util';
import { huntSeed } from './hunt-seed.js';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    budget: { type: 'string', default: '5' },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds ?? Number.POSITIVE_INFINITY);
const deadline = performance.now() + Number(values.budget) * 1000;
let found: { readonly seed: number; readonly violation: string } | undefined;
let runs = 0;
for (; found === undefined && runs < seeds && performance.now() < deadline; runs++) {
  const seed = from + runs;
  try {
    const violation = huntSeed(seed);
    if (violation !== undefined) found = { seed, violation };
  } catch (error) {
    // A bug that an assertion or an impossible value gives away.
    found = { seed, violation: `stopped: ${error instanceof Error ? error.message : String(error)}` };
  }
}
process.stdout.write(`${JSON.stringify({ runs, ...(found ?? {}) })}\n`);
