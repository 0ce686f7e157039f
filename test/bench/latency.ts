/** One payment at a time: from handing it in to the answer that it is final. */
import { idOfTransaction } from '../../client/account.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import { hangGuardMs } from '../hang-guard.js';
import { account } from './accounting.js';
import { startChain } from './chain-under-test.js';
import { cpuTimeMs } from './cpu-time.js';
import { format, percentile } from './figures.js';
import type { Measurement } from './measurement.js';
import { createPurse } from './payments.js';

export interface LatencyPlan {
  readonly validators: number;
  /** Not measured: connections are opened, and V8 compiles what runs often. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** A directory for a CPU profile of the first node. */
  readonly profileTo?: string | undefined;
}

export async function measureLatency(
  name: string,
  { validators, warmUpSeconds, seconds, profileTo }: LatencyPlan,
): Promise<Measurement> {
  const under = await startChain(validators, { payers: validators, profileTo });
  const times: number[] = [];
  const acknowledged: TransactionId[] = [];
  let measurement: Measurement | undefined;
  try {
    const { chain, payees, genesis } = under;
    const plan = { chain, payees, parameters: genesis.parameters, outputs: 1 };
    // A payer for each node: the nodes take turns, so that leader and others are asked alike.
    const purses = under.payers.map((payer) => createPurse(plan, payer, 0));
    const pids = await Promise.all(under.nodes.map(async ({ client }) => (await client.status()).pid));
    const cpuTaken = (): number => pids.reduce((sum, pid) => sum + cpuTimeMs(pid), 0);
    const begun = performance.now();
    let cpuBefore = 0;
    let until: number | undefined;
    for (let n = 0; until === undefined || performance.now() < until; n += 1) {
      if (until === undefined && performance.now() - begun > warmUpSeconds * 1000) {
        until = performance.now() + seconds * 1000;
        cpuBefore = cpuTaken();
      }
      const transaction = purses[n % purses.length]!.next();
      const start = performance.now();
      await under.nodes[n % purses.length]!.client.sendAndWait(transaction, { timeoutMs: hangGuardMs });
      if (until !== undefined) times.push(performance.now() - start);
      acknowledged.push(idOfTransaction(transaction));
    }
    const cpuMs = cpuTaken() - cpuBefore;
    const checked = await account(under, await under.settled(hangGuardMs), acknowledged);
    measurement = {
      name,
      rows: [
        ['submit to final, p50', `${format(percentile(times, 0.5))} ms`],
        ['submit to final, p99', `${format(percentile(times, 0.99))} ms`],
        ['longest', `${format(Math.max(...times))} ms`],
        ['CPU time of all nodes for each', `${format(cpuMs / times.length)} ms`],
        ['payments measured', format(times.length)],
      ],
      faults: checked.faults,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
    };
  } finally {
    await under.stop();
  }
  return measurement;
}
