/** What every hunt has in common: seeds from the command line, a budget of processor time, one JSON line at the end. */
import { parseArgs } from 'node:util';
import type { HuntReport } from './judges.js';

export const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '2000' },
    budget: { type: 'string', default: '5' },
    roles: { type: 'string' },
    faults: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

/** Seconds of processor time, so that a busy machine looks as far as an idle one. */
const spent = (): number => process.cpuUsage().user / 1e6;

/** @param look what is wrong under a seed, or undefined; an exception is a bug that an assertion gives away */
export function lookThroughSeeds(look: (seed: number) => string | undefined): void {
  let report: HuntReport = { runs: 0 };
  for (let runs = 0; runs < Number(values.seeds) && spent() < Number(values.budget); runs++) {
    const seed = Number(values.from) + runs;
    report = { runs: runs + 1 };
    try {
      const found = look(seed);
      if (found !== undefined) report = { ...report, seed, found };
    } catch (error) {
      report = { ...report, seed, found: `stopped: ${error instanceof Error ? error.message : String(error)}` };
    }
    if (report.found !== undefined) break;
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
