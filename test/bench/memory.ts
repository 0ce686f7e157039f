/**
 * Resident memory of one validator: when it has started on a ledger, under full load, and idle again with every thread that
 * load has started; once with the usual plan and once with `--low-memory`.
 */
import { account } from './accounting.js';
import { type ChainUnderTest, loadOn, startChain } from './chain-under-test.js';
import { format } from './figures.js';
import type { LoadPlan, LoadReport } from './load.js';
import type { Measurement } from './measurement.js';
import { runChild } from './run-child.js';

const payers = 128;
const sampleMs = 250;
/** So many samples in a row without a transaction: long enough that V8 has collected what load left. */
const idleSamples = 40;

interface Use {
  readonly startedMiB: number;
  readonly peakMiB: number;
  readonly idleMiB: number;
  readonly perSecond: number;
  readonly faults: readonly string[];
}

export async function measureMemory(seconds: number): Promise<Measurement> {
  const usual = await measure(seconds, []);
  const low = await measure(seconds, ['--low-memory']);
  const row = (what: string, of: (use: Use) => number, goals: string) =>
    [what, `${format(of(usual))} MiB; with --low-memory ${format(of(low))} MiB (${goals})`] as const;
  return {
    name: 'resident memory of one validator',
    rows: [
      row('started, idle', ({ startedMiB }) => startedMiB, 'goals 160 and 100'),
      row('at most, under full load', ({ peakMiB }) => peakMiB, 'goal 512'),
      row('idle again, all threads', ({ idleMiB }) => idleMiB, 'goal 160'),
      ['final transactions a second', `${format(usual.perSecond)}; with --low-memory ${format(low.perSecond)}`],
    ],
    faults: [...usual.faults, ...low.faults],
  };
}

async function measure(seconds: number, args: readonly string[]): Promise<Use> {
  const under = await startChain(1, { payers, args });
  try {
    const [node] = under.nodes;
    await node!.stop();
    await node!.start();
    const startedMiB = Math.min(...(await samples(under, 8)));
    const peak = watchPeak(under);
    const report = await runChild<LoadPlan, LoadReport>('./load.js', {
      ...loadOn(under),
      lanes: 2,
      connections: 4,
      batch: 100,
      batches: 80 * seconds,
      seconds,
    });
    const index = await under.settled(30_000 + seconds * 10_000);
    const finalAt = Date.now();
    const peakMiB = await peak();
    const idleMiB = Math.min(...(await samples(under, idleSamples)));
    const { faults } = await account(under, index, report.acknowledged);
    const perSecond = (report.acknowledged.length * 1000) / (finalAt - report.startedAt);
    return { startedMiB, peakMiB, idleMiB, perSecond, faults };
  } finally {
    await under.stop();
  }
}

const residentMiB = async (under: ChainUnderTest): Promise<number> =>
  (await under.nodes[0]!.client.status()).memory_bytes / 1_048_576;

async function samples(under: ChainUnderTest, count: number): Promise<readonly number[]> {
  const taken: number[] = [];
  while (taken.length < count) {
    await new Promise((resolve) => setTimeout(resolve, sampleMs));
    taken.push(await residentMiB(under));
  }
  return taken;
}

/** @returns a function that ends it and tells the highest sample */
function watchPeak(under: ChainUnderTest): () => Promise<number> {
  let peak = 0;
  let over = false;
  const watching = (async () => {
    while (!over) peak = Math.max(peak, ...(await samples(under, 1)));
  })();
  return async () => {
    over = true;
    await watching;
    return peak;
  };
}
