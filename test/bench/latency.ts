/** One payment at a time: from handing it in to the answer that it is final. */
import { idOfTransaction } from '../../client/account.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import { account } from './accounting.js';
import { startChain } from './chain-under-test.js';
import { format, percentile } from './figures.js';
import type { Measurement } from './measurement.js';
import { createPurse } from './payments.js';

const settleLimitMs = 20_000;
/** Not measured: connections are opened, code is compiled. */
const warmUps = 20;

export async function measureLatency(name: string, validators: number, seconds: number): Promise<Measurement> {
  const under = await startChain(validators, validators);
  const times: number[] = [];
  const acknowledged: TransactionId[] = [];
  let measurement: Measurement | undefined;
  try {
    const { chain, payees, genesis } = under;
    const plan = { chain, payees, parameters: genesis.parameters, outputs: 1 };
    // A payer for each node: the nodes take turns, so that leader and others are asked alike.
    const purses = under.payers.map((payer) => createPurse(plan, payer, 0));
    let until = Number.POSITIVE_INFINITY;
    for (let n = 0; performance.now() < until; n += 1) {
      if (n === warmUps) until = performance.now() + seconds * 1000;
      const transaction = purses[n % purses.length]!.next();
      const start = performance.now();
      await under.nodes[n % purses.length]!.client.sendAndWait(transaction, { timeoutMs: 20_000 });
      if (n >= warmUps) times.push(performance.now() - start);
      acknowledged.push(idOfTransaction(transaction));
    }
    const checked = await account(under, await under.settled(settleLimitMs), acknowledged);
    measurement = {
      name,
      rows: [
        ['submit to final, p50', `${format(percentile(times, 0.5))} ms`],
        ['submit to final, p99', `${format(percentile(times, 0.99))} ms`],
        ['longest', `${format(Math.max(...times))} ms`],
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
