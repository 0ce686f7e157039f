/**
 * Payments as fast as the nodes take them, from a process of its own. What counts is what became final, over the time
 * from the first request until nothing waits on any node.
 */

import { hangGuardMs } from '../hang-guard.js';
import { account } from './accounting.js';
import { loadOn, startChain } from './chain-under-test.js';
import { cpuTimeMs } from './cpu-time.js';
import { format, percentile } from './figures.js';
import type { Door, LoadPlan, LoadReport } from './load.js';
import type { Measurement } from './measurement.js';
import { readMetrics } from './node-metrics.js';
import { payBeside } from './pay-beside.js';
import { runChild } from './run-child.js';

export interface ThroughputPlan {
  readonly validators: number;
  /** Payments under one signature. */
  readonly outputs: number;
  readonly seconds: number;
  readonly door?: Door;
  /** Transactions in one list, or in a row of lines. */
  readonly batch: number;
  /** Transactions signed for each second: more than the node can take. */
  readonly signedPerSecond: number;
  /** A directory for a CPU profile of the first node. */
  readonly profileTo?: string | undefined;
  /** The last validator is killed before the load begins. */
  readonly oneDead?: boolean;
}

const payers = 128;
const lanes = 2;
export const connectionsPerNode = 8;

export async function measureThroughput(name: string, plan: ThroughputPlan): Promise<Measurement> {
  const { validators, outputs, seconds, batch } = plan;
  const under = await startChain(validators, { payers: payers + 1, profileTo: plan.profileTo });
  let measurement: Measurement | undefined;
  try {
    if (plan.oneDead) await under.killLast();
    const pids = await Promise.all(under.nodes.map(async ({ client }) => (await client.status()).pid));
    const cpuTaken = (): number => pids.reduce((sum, pid) => sum + cpuTimeMs(pid), 0);
    const cpuBefore = cpuTaken();
    const before = await readMetrics(under.nodes);
    const load = runChild<LoadPlan, LoadReport>('./load.js', {
      ...loadOn(under),
      payers: under.payers.slice(0, payers),
      outputs,
      lanes,
      connections: connectionsPerNode * validators,
      ...(plan.door === undefined ? {} : { door: plan.door }),
      batch,
      batches: Math.ceil((plan.signedPerSecond * seconds) / batch),
      seconds,
    });
    const paidBeside = await payBeside(under, under.payers[payers]!, load);
    const report = await load;
    const index = await under.settled(hangGuardMs + seconds * 10_000);
    const finalAt = Date.now();
    const cpuMs = cpuTaken() - cpuBefore;
    const after = await readMetrics(under.nodes);
    const acknowledged = [...report.acknowledged, ...paidBeside.map(({ id }) => id)];
    const { faults, blocks } = await account(under, index, acknowledged);
    const count = report.acknowledged.length;
    const perSecond = (count * 1000) / (finalAt - report.startedAt);
    const beside = paidBeside.filter(({ at }) => at >= report.startedAt && at <= report.endedAt).map(({ ms }) => ms);
    const refused = Object.entries(report.refused).map(([code, times]) => `${times} ${code}`);
    measurement = {
      name,
      rows: [
        ['final transactions a second', format(perSecond)],
        ...(outputs > 1 ? [['payments a second', format(perSecond * outputs)] as const] : []),
        ['CPU time of all nodes for each', `${format((cpuMs * 1000) / count)} µs`],
        ['acknowledged a second while handed in', format((count * 1000) / (report.endedAt - report.startedAt))],
        [`answers to ${batch}, p50`, `${format(percentile(report.answerTimes, 0.5))} ms`],
        [`answers to ${batch}, p99`, `${format(percentile(report.answerTimes, 0.99))} ms`],
        ...(beside.length > 0
          ? ([
              ['one who pays beside it, submit to final, p50', `${format(percentile(beside, 0.5))} ms`],
              ['one who pays beside it, submit to final, p99', `${format(percentile(beside, 0.99))} ms`],
            ] as const)
          : []),
        ['acknowledged, all final once', format(acknowledged.length)],
        ['blocks', format(blocks)],
        ['syncs to disk, all files of all nodes', format(after.syncs - before.syncs)],
        ['event loop of the first node late, p99', `${format(after.loopDelayMs)} ms`],
        ...(refused.length > 0 ? [['refused', refused.join(', ')] as const] : []),
        ...(report.usedUp ? [['note', 'handed in all that was signed before the time was over'] as const] : []),
      ],
      faults,
      perSecond,
      nodes: pids.length,
    };
  } finally {
    await under.stop();
  }
  return measurement;
}
