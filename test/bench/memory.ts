/**
 * Resident memory of one validator: when it has started on a ledger, under full load, and idle again with every thread that
 * load has started; once with the usual plan and once with `--low-memory`. The two are idle at the same time, and paid in turn.
 */

import { hangGuardMs } from '../hang-guard.js';
import { account } from './accounting.js';
import { type ChainUnderTest, loadOn, startChain } from './chain-under-test.js';
import { format } from './figures.js';
import type { LoadPlan, LoadReport } from './load.js';
import type { Measurement } from './measurement.js';
import { watchMemory, whenIdle } from './node-memory.js';
import { runChild } from './run-child.js';

const payers = 128;
const sampleMs = 250;
/** V8 gives memory back when it has seen for some 100 s that little is asked for. */
const longestIdleMs = 150_000;

interface Loaded {
  readonly peakMiB: number;
  readonly perSecond: number;
  readonly faults: readonly string[];
}

export async function measureMemory(seconds: number): Promise<Measurement> {
  const idleMs = Math.min(longestIdleMs, 15_000 * seconds);
  const all: ChainUnderTest[] = [];
  try {
    for (const args of [[], ['--low-memory']]) all.push(await startChain(1, { payers, args }));
    for (const { nodes } of all) {
      await nodes[0]!.stop();
      await nodes[0]!.start();
    }
    const idle = () => Promise.all(all.map((one) => whenIdle(one, idleMs)));
    const started = await idle();
    const loaded: Loaded[] = [];
    for (const one of all) loaded.push(await load(one, seconds));
    const again = await idle();
    const row = (what: string, [usual, low]: readonly number[], goals: string) =>
      [what, `${format(usual!)} MiB; with --low-memory ${format(low!)} MiB (${goals})`] as const;
    const [usual, low] = loaded.map(({ perSecond }) => format(perSecond));
    const after = `${format(idleMs / 1000)} s`;
    return {
      name: 'resident memory of one validator',
      rows: [
        row(`started, after ${after} idle`, started, 'goals 160 and 100'),
        row(
          'at most, under full load',
          loaded.map(({ peakMiB }) => peakMiB),
          'goal 512',
        ),
        row(`all threads, after ${after} idle`, again, 'goal 160'),
        ['final transactions a second', `${usual}; with --low-memory ${low}`],
      ],
      faults: loaded.flatMap(({ faults }) => faults),
    };
  } finally {
    await Promise.all(all.map((one) => one.stop()));
  }
}

async function load(under: ChainUnderTest, seconds: number): Promise<Loaded> {
  const memory = watchMemory(under, sampleMs);
  const report = await runChild<LoadPlan, LoadReport>('./load.js', {
    ...loadOn(under),
    lanes: 2,
    connections: 4,
    batch: 100,
    batches: 80 * seconds,
    seconds,
  });
  const index = await under.settled(hangGuardMs + seconds * 10_000);
  const finalAt = Date.now();
  const peakMiB = Math.max(...(await memory.end()));
  const { faults } = await account(under, index, report.acknowledged);
  return { peakMiB, perSecond: (report.acknowledged.length * 1000) / (finalAt - report.startedAt), faults };
}
