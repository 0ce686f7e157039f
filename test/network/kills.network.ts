/** Validators killed and started again, one, two and all at once. Each is a process of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Amount } from '../../ledger/values/numbers.js';
import { hangGuardMs } from '../hang-guard.js';
import { sized } from './long-form.js';
import { within } from './node-process.js';
import { startNetwork } from './process-network.js';

const equal = [1_000_000, 1_000_000, 1_000_000, 1_000_000];

test('kill -9 of any one stops nothing; of two, everything waits; one back, and it goes on by itself', async (t) => {
  const network = await startNetwork(t, { stakes: equal, slotDurationMs: 500 });
  const { nodes } = network;
  for (const [i, node] of nodes.entries()) {
    await node.kill();
    const tookMs = await network.pay((i + 1) % 4);
    await node.start();
    t.diagnostic(`with v${i + 1} dead a payment took ${tookMs.toFixed(0)} ms`);
  }
  await network.agree(4);
  await Promise.all([nodes[2]!.kill(), nodes[3]!.kill()]);
  const { final } = await nodes[0]!.client.status();
  await assert.rejects(network.pay(0, 3_000), { name: 'NotFinalYet' });
  assert.equal((await nodes[0]!.client.status()).final.index, final.index);
  await nodes[2]!.start();
  const resumedMs = await within(hangGuardMs, 'what waited is final', async () => {
    const { pending_transactions, final: now } = await nodes[0]!.client.status();
    return pending_transactions === 0 && now.index > final.index;
  });
  t.diagnostic(`what waited was final ${resumedMs.toFixed(0)} ms after the third was back`);
  await nodes[3]!.start();
  await network.agree(final.index + 1);
});

test('all killed at once, again and again: the network goes on with nothing lost and no hand needed', async (t) => {
  const network = await startNetwork(t, { stakes: equal, slotDurationMs: 250 });
  const tookMs: number[] = [];
  for (let round = 0; round < sized(2, 20); round += 1) {
    const accepted = network.nodes[round % 4]!.client;
    const outputs = [{ to: network.homes.shop.address, amount: 1 as Amount }];
    const transaction = await network.treasuryAt(round % 4).prepare({ type: 'transfer', outputs });
    const { id } = await accepted.submit(transaction);
    await Promise.all(network.nodes.map((node) => node.kill()));
    await Promise.all(network.nodes.map((node) => node.start()));
    const started = performance.now();
    const { receipt } = await accepted.waitUntilFinal(id, { timeoutMs: hangGuardMs });
    tookMs.push(performance.now() - started);
    await network.agree(receipt!.index);
  }
  t.diagnostic(`what was accepted before the kill was final after ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
});
