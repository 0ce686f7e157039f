/**
 * `npm run torture:restart`: how long a validator with a long chain takes from its start after
 * `kill -9` until it votes again. A payment that waits in its mempool becomes final with the first block that it leads
 * and votes for, so the time ends when that payment is final.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { walletOf } from '../../client/wallet.js';
import { toAmount } from '../../ledger/values/numbers.js';
import { cpuTimeMs } from '../bench/cpu-time.js';
import * as forms from '../command-line/forms.js';
import { option, readCommandLine } from '../command-line/read-command-line.js';
import { hangGuardMs } from '../hang-guard.js';
import { makeHomes } from '../network/homes.js';
import { slotsOf, writeLongChain } from '../network/long-chain.js';
import { createNodeProcess } from '../network/node-process.js';

const options = readCommandLine({
  command: 'npm run torture:restart',
  about:
    'Measures how long a validator with a long chain takes from its start after it was killed until it votes again, ' +
    'which is when a payment that waited in its mempool is final.',
  parameters: {
    blocks: option(forms.count, 'blocks of the chain, which is written first', '100000'),
    payments: option(forms.wholeNumber(), 'in each block', '1'),
    restarts: option(forms.count, 'how often it is killed and started', '5'),
  },
});
const plan = { blocks: options.blocks, paymentsPerBlock: options.payments, blocksPerSlot: 50 };
const slotDurationMs = 250;
/** For writing the chain, at this many blocks a second at least; its slots lie in the past when the node starts. */
const slowestBlocksPerSecond = 300;

const place = mkdtempSync(join(tmpdir(), 'slotledger-restart-'));
const writingMs = Math.round((plan.blocks / slowestBlocksPerSecond) * 1000);
const homes = makeHomes(place, {
  stakes: [1_000_000],
  slotDurationMs,
  genesisTime: Date.now() - slotsOf(plan) * slotDurationMs - writingMs,
});
const began = performance.now();
await writeLongChain(homes, plan);
console.log(`${plan.blocks} blocks written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
const node = await createNodeProcess({ home: homes.homes[0]! });
try {
  await node.start();
  const wallet = walletOf(node.client, homes.treasury);
  const outputs = [{ to: homes.shop.address, amount: toAmount(1) }];
  const times: { readonly answering: number; readonly voting: number; readonly cpu: number }[] = [];
  for (let restart = 0; restart < options.restarts; restart++) {
    // What the last run left: a log that was not brought into the file, and a vote.
    await wallet.send({ type: 'transfer', outputs }, { timeoutMs: hangGuardMs });
    await node.kill();
    const started = performance.now();
    await node.start();
    const answering = performance.now() - started;
    await wallet.send({ type: 'transfer', outputs }, { timeoutMs: hangGuardMs });
    const voting = performance.now() - started;
    times.push({ answering, voting, cpu: cpuTimeMs((await node.client.status()).pid) });
  }
  times.sort((left, right) => left.voting - right.voting);
  const { final } = await node.client.status();
  const megabytes = statSync(join(node.home, 'ledger.db')).size / 1e6;
  console.log(
    `${final.index} final blocks, ledger.db of ${megabytes.toFixed(0)} MB, ${times.length} times kill -9 and start`,
  );
  const tell = (name: 'answering' | 'voting' | 'cpu'): string => {
    const sorted = times.map((time) => time[name]).sort((left, right) => left - right);
    return `median ${sorted[sorted.length >> 1]!.toFixed(0)} ms, most ${sorted.at(-1)!.toFixed(0)} ms`;
  };
  console.log(`from start to answering: ${tell('answering')}`);
  console.log(`from start to voting again: ${tell('voting')}; CPU time of the node: ${tell('cpu')}`);
} finally {
  await node.kill();
  rmSync(place, { recursive: true, force: true });
}
