/** Many event streams beside a load: how late events come, and what they cost the node, against the same load without. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import { hangGuardMs } from '../../hang-guard.js';
import { account } from '../accounting.js';
import { type ChainUnderTest, loadOn, startChain } from '../chain-under-test.js';
import { cpuTimeMs } from '../cpu-time.js';
import { format, percentile } from '../figures.js';
import type { Measurement } from '../measurement.js';
import type { RatePlan, RateReport } from '../rate-load.js';
import { runChild } from '../run-child.js';
import type { ListenEnd, ListenMessage, ListenPlan, ListenReport } from './listen-load.js';

export interface ListenerOptions {
  readonly listeners: number;
  /** Payments a second. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly profileTo?: string | undefined;
}

/** Two loads, each with payers of its own, since the nonces of a load begin at 0. */
const payersPerLoad = 64;
const lanes = 2;

export async function measureListeners(name: string, options: ListenerOptions): Promise<Measurement> {
  const { listeners, profileTo } = options;
  const args = ['--http-max-listeners', `${listeners}`];
  const under = await startChain(1, { payers: 2 * payersPerLoad, args, profileTo });
  let child: ChildProcess | undefined;
  try {
    const { client } = under.nodes[0]!;
    const { pid } = await client.status();
    const alone = await load(under, 0, options);
    const memoryBefore = memoryMiB(pid);
    child = fork(fileURLToPath(new URL('./listen-load.js', import.meta.url)));
    const told = answersOf(child);
    child.send({ url: client.url, listeners } satisfies ListenPlan);
    await told();
    const memoryOpen = memoryMiB(pid);
    const heard = await load(under, 1, options);
    const last = await under.settled(hangGuardMs);
    child.send({ last, finalAt: heard.report.finalAt } satisfies ListenEnd);
    const { report } = (await told()) as { readonly report: ListenReport };
    const memoryAfter = memoryMiB(pid);
    const acknowledged: TransactionId[] = [...alone.report.acknowledged, ...heard.report.acknowledged];
    const { faults } = await account(under, last, acknowledged);
    const cost = (heard.cpuMs - alone.cpuMs) * 1000;
    const times = ({ report: { paid } }: typeof alone): string => {
      const each = paid.map(({ ms }) => ms);
      return `${format(percentile(each, 0.5))} and ${format(percentile(each, 0.99))} ms`;
    };
    return {
      name,
      rows: [
        ['from final to a listener, p50 and p99', `${format(report.p50Ms)} and ${format(report.p99Ms)} ms`],
        ['from final to the last listener, p99', `${format(report.lastP99Ms)} ms`],
        ['events a second, over all listeners', format((report.events * 1000) / heard.tookMs)],
        ['blocks a second', format((heard.report.finalAt.length * 1000) / heard.tookMs)],
        ['CPU time of the node for each event and listener', `${format(cost / report.events)} µs`],
        ['CPUs taken by the node, without and with listeners', `${format(alone.cores)} and ${format(heard.cores)}`],
        [
          'memory of the node, before, with all open, after the load',
          memories([memoryBefore, memoryOpen, memoryAfter]),
        ],
        ['memory for each open stream', `${format(((memoryOpen - memoryBefore) * 1024) / listeners)} KiB`],
        ['due to final without listeners, p50 and p99', times(alone)],
        ['due to final with listeners, p50 and p99', times(heard)],
      ],
      faults: [...faults, ...report.faults],
    };
  } finally {
    child?.kill();
    await under.stop();
  }
}

const memories = (each: readonly number[]): string => `${each.map(format).join(', ')} MiB`;

async function load(under: ChainUnderTest, part: number, { perSecond, seconds }: ListenerOptions) {
  const { pid } = await under.nodes[0]!.client.status();
  const plan: RatePlan = {
    ...loadOn(under),
    payers: under.payers.slice(part * payersPerLoad, (part + 1) * payersPerLoad),
    lanes,
    perSecond,
    seconds,
  };
  let cpuBefore = 0;
  let began = 0;
  const report = await runChild<RatePlan, RateReport>('./rate-load.js', plan, () => {
    cpuBefore = cpuTimeMs(pid);
    began = performance.now();
  });
  const cpuMs = cpuTimeMs(pid) - cpuBefore;
  const tookMs = performance.now() - began;
  return { report, cpuMs, tookMs, cores: cpuMs / tookMs };
}

/** Each call is the child's next message; it rejects when the child ends instead. */
function answersOf(child: ChildProcess): () => Promise<ListenMessage> {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the listeners ended with ${code}`);
  });
  gone.catch(() => undefined);
  return async () => ((await Promise.race([once(child, 'message'), gone])) as [ListenMessage])[0];
}

/** Of the process, as the system counts it. NaN where there is no /proc. */
function memoryMiB(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? Number.NaN) / 1024;
  } catch {
    return Number.NaN;
  }
}
