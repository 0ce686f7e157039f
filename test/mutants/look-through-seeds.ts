/** What every hunt has in common: seeds from the command line, a budget of processor time, one JSON line at the end. */
import * as forms from '../command-line/forms.js';
import { option } from '../command-line/read-command-line.js';
import type { HuntReport } from './judges.js';

export const huntParameters = {
  from: option(forms.seed, 'the first seed', '1'),
  seeds: option(forms.wholeNumber(), 'seeds to look at, at most', '2000'),
  budget: option(forms.seconds(), 'processor time of this process', '5'),
};

interface Stretch {
  readonly from: number;
  readonly seeds: number;
  readonly budget: number;
}

/** Seconds of processor time, so that a busy machine looks as far as an idle one. */
const spent = (): number => process.cpuUsage().user / 1e6;

/** @param look what is wrong under a seed, or undefined; an exception is a bug that an assertion gives away */
export function lookThroughSeeds({ from, seeds, budget }: Stretch, look: (seed: number) => string | undefined): void {
  let report: HuntReport = { runs: 0 };
  for (let runs = 0; runs < seeds && spent() < budget; runs++) {
    const seed = from + runs;
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
