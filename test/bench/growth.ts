/**
 * Whether a node's memory grows with its age: resident memory of one validator that is paid at a fixed rate, by quarters
 * of the run. In the first V8 takes what it works with and caches fill; the second and the last are compared.
 */

import { hangGuardMs } from '../hang-guard.js';
import { account } from './accounting.js';
import { loadOn, startChain } from './chain-under-test.js';
import { format, percentile } from './figures.js';
import type { Measurement } from './measurement.js';
import { watchMemory } from './node-memory.js';
import type { RatePlan, RateReport } from './rate-load.js';
import { runChild } from './run-child.js';

export interface GrowthOptions {
  readonly perSecond: number;
  readonly seconds: number;
}

/** As many as make a median of each quarter that one collection of garbage does not move. */
const samplesWanted = 240;
const quarters = [0, 1, 2, 3] as const;

export async function measureGrowth(name: string, { perSecond, seconds }: GrowthOptions): Promise<Measurement> {
  const under = await startChain(1, { payers: 128 });
  try {
    const plan: RatePlan = { ...loadOn(under), lanes: 2, perSecond, seconds };
    let watching: ReturnType<typeof watchMemory> | undefined;
    const report = await runChild<RatePlan, RateReport>('./rate-load.js', plan, () => {
      watching = watchMemory(under, (1000 * seconds) / samplesWanted);
    });
    const samples = await watching!.end();
    const quarter = (n: number): number =>
      percentile(samples.slice((n * samples.length) / 4, ((n + 1) * samples.length) / 4), 0.5);
    const index = await under.settled(hangGuardMs);
    const { faults } = await account(under, index, report.acknowledged);
    // Payments that wait for ever would be what grows.
    const failed = Object.entries(report.failed).map(([code, times]) => `${times} payments were not final: ${code}`);
    const grew = quarter(3) - quarter(1);
    return {
      name,
      rows: [
        ['resident by quarters of the run, median', `${quarters.map((n) => format(quarter(n))).join(', ')} MiB`],
        ['at most', `${format(Math.max(...samples))} MiB`],
        ['the last quarter over the second', `${grew < 0 ? '-' : '+'}${format(Math.abs(grew))} MiB`],
        ['payments, all final once', format(report.acknowledged.length)],
        ['blocks', format(index)],
      ],
      faults: [...faults, ...failed],
    };
  } finally {
    await under.stop();
  }
}
