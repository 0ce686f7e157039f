/** Latency under a load of so many payments a second, with all validators up or with one of them dead. */
import { setTimeout as delay } from 'node:timers/promises';
import { hangGuardMs } from '../hang-guard.js';
import { account } from './accounting.js';
import { loadOn, startChain } from './chain-under-test.js';
import { cpuTimeMs } from './cpu-time.js';
import { besideSchedule, readLeaders } from './dead-leader.js';
import { format, percentile } from './figures.js';
import type { Measurement } from './measurement.js';
import { readWaits, waitsBetween } from './node-metrics.js';
import type { RatePlan, RateReport } from './rate-load.js';
import { runChild } from './run-child.js';

export interface RateOptions {
  readonly validators: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Before what counts. */
  readonly warmUpSeconds: number;
  /** Payments in a request. */
  readonly batch: number;
  /** The last validator is killed before the load begins. */
  readonly oneDead?: boolean;
  /** A directory for a CPU profile of the first node. */
  readonly profileTo?: string | undefined;
}

const payers = 128;
const lanes = 2;

const atMost = (ms: number | undefined): string => (ms === undefined ? 'none' : `at most ${format(ms)} ms`);

export async function measureAtRate(name: string, options: RateOptions): Promise<Measurement> {
  const { validators, perSecond, seconds, warmUpSeconds, batch } = options;
  const under = await startChain(validators, { payers, profileTo: options.profileTo });
  try {
    const [first, last] = [under.nodes[0]!.client, under.nodes.at(-1)!.client];
    const { validator: dead } = await last.status();
    if (options.oneDead) await under.killLast();
    const { epoch } = await first.status();
    const pids = await Promise.all(under.nodes.map(async ({ client }) => (await client.status()).pid));
    const look = async () => ({
      cpuMs: pids.map(cpuTimeMs),
      at: performance.now(),
      waits: await readWaits(under.nodes),
    });
    let warm: ReturnType<typeof look> | undefined;
    const plan: RatePlan = { ...loadOn(under), lanes, perSecond, seconds, warmUpSeconds, batch };
    const report = await runChild<RatePlan, RateReport>('./rate-load.js', plan, () => {
      warm = delay(1000 * warmUpSeconds).then(look);
    });
    const [before, after] = [await warm!, await look()];
    const cores = after.cpuMs.map((ms, i) => (ms - before.cpuMs[i]!) / (after.at - before.at));
    const waits = waitsBetween(before.waits, after.waits);
    const { faults } = await account(under, await under.settled(hangGuardMs), report.acknowledged);
    const { genesis_time: genesisTime, parameters } = under.genesis;
    const slots = {
      genesisTime,
      slotMs: parameters.slot_duration_ms,
      leaders: await readLeaders(first, epoch, (await first.status()).epoch),
    };
    const times = report.paid.map(({ ms }) => ms);
    const failed = Object.entries(report.failed).map(([code, times]) => `${times} ${code}`);
    return {
      name,
      rows: [
        ['due to final, p50', `${format(percentile(times, 0.5))} ms`],
        ['due to final, p90', `${format(percentile(times, 0.9))} ms`],
        ['due to final, p99', `${format(percentile(times, 0.99))} ms`],
        ['longest', `${format(Math.max(...times))} ms`],
        ...(options.oneDead && dead !== undefined ? besideSchedule(report.paid, dead, slots) : []),
        ['payments, all final once', format(report.acknowledged.length)],
        ['of which counted, after the warm-up', format(times.length)],
        ['first proposal of a slot after its start, p99', atMost(waits.proposalMs)],
        ['final blocks to disk, p99', atMost(waits.ledgerWriteMs)],
        ['CPUs taken by a node', `${format(Math.max(...cores))} at most`],
        ...(failed.length > 0 ? [['not final in time', failed.join(', ')] as const] : []),
      ],
      faults,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
    };
  } finally {
    await under.stop();
  }
}
