import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../../client/http/client.js';
import { ApiProblem } from '../../../client/http/problem.js';
import { idOf, startChainNode } from './chain-node.js';
import { listening } from './listening.js';

test('the client of this package gets an answer from every route', async (t) => {
  const node = await startChainNode(t, { paired: true });
  const [paid] = await node.pay(1);
  const { url } = await listening(t, node.api);
  const client = createClient({ url });
  const { address } = node.payer;
  assert.equal((await client.ready()).ready, true);
  // Final already where this thread was held up.
  assert.ok(['pending', 'final'].includes((await client.faucet(address, 5)).status));
  await node.pay(1);
  await node.freeze();
  const { index } = (await client.status()).final;
  assert.ok(index >= 2);
  assert.equal((await client.limits()).http.max_batch, 1000);
  assert.equal((await client.genesis()).name, node.genesis.name);
  assert.equal((await client.blocks({ limit: 1 })).items[0]?.index, index);
  assert.equal((await client.block('latest')).final_index, index);
  assert.equal((await client.submit(node.transfer(3))).status, 'pending');
  assert.equal((await client.submitMany([node.transfer(3), node.transfer(4)])).length, 2);
  assert.equal((await client.transaction(idOf(paid!))).status, 'final');
  assert.equal((await client.accounts()).items[0]?.name, 'treasury');
  assert.equal((await client.account(address, { index: 1 })).index, 1);
  assert.equal((await client.accountTransactions(address)).items.length, 3);
  assert.equal((await client.epoch('current')).total_stake, 2_000_000);
  assert.equal((await client.schedule(0, { fromSlot: 3, count: 2 })).items.length, 2);
  assert.equal((await client.mempool()).count, 2);
  assert.equal((await client.pendingTransactions()).items.length, 2);
  assert.deepEqual((await client.evidence()).items, []);
  const { genesis, burnt, supply } = await client.supply();
  assert.equal(genesis - burnt, supply);
  assert.equal((await client.accountProof(address)).header.index, index);
  assert.deepEqual((await client.transactionProof(idOf(paid!))).transaction, paid);
  assert.deepEqual(await client.epochLinks(0, { limit: 3 }), []);
  assert.ok(Array.isArray(await client.peers()));
  await assert.rejects(client.block(77), (error) => error instanceof ApiProblem && error.code === 'block_not_found');
});

test('the client reads events over a restart without gap or repeat', async (t) => {
  const node = await startChainNode(t);
  await node.pay(1);
  const first = await listening(t, node.api);
  const abort = new AbortController();
  t.after(() => abort.abort());
  const client = createClient({ url: first.url });
  const seen: (string | undefined)[] = [];
  for await (const event of client.events({ since: '0', types: ['final'], signal: abort.signal })) {
    seen.push(event.id);
    if (seen.length === 1) await node.pay(1);
    if (seen.length === 2) break;
  }
  const { port } = first;
  await first.close();
  await node.pay(1);
  const second = await listening(t, node.api, {}, port);
  const again = createClient({ url: second.url });
  for await (const event of again.events({ since: seen[1]!, types: ['final'], signal: abort.signal })) {
    seen.push(event.id);
    break;
  }
  assert.deepEqual(seen, ['1.0', '2.0', '3.0']);
});
