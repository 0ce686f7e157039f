import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../../client/http/client.js';
import { ApiProblem } from '../../../client/http/problem.js';
import { listening } from './listening.js';
import { addressOf, createMemoryNode, idOf, transfer } from './memory-node.js';

test('the client of this package gets an answer from every route', async (t) => {
  const node = createMemoryNode();
  node.finalise([transfer(0)]);
  const { url } = await listening(t, node);
  const client = createClient({ url });
  const alice = addressOf('alice');
  assert.equal((await client.status()).final.index, 1);
  assert.equal((await client.limits()).http.max_batch, 1000);
  assert.equal((await client.genesis()).name, 'test');
  assert.equal((await client.blocks({ limit: 1 })).items[0]?.index, 1);
  assert.equal((await client.block('latest')).final_index, 1);
  assert.equal((await client.submit(transfer(1))).status, 'pending');
  assert.equal((await client.submitMany([transfer(1), transfer(2)])).length, 2);
  assert.equal((await client.transaction(idOf(transfer(0)))).status, 'final');
  assert.equal((await client.accounts()).items[0]?.name, 'alice');
  assert.equal((await client.account(alice, { index: 1 })).balance, 1_000_000);
  assert.equal((await client.accountTransactions(alice)).items.length, 1);
  assert.equal((await client.epoch('current')).total_stake, 500);
  assert.equal((await client.schedule(0, { fromSlot: 3, count: 2 })).items.length, 2);
  assert.equal((await client.mempool()).count, 2);
  assert.equal((await client.pendingTransactions()).items.length, 2);
  assert.deepEqual((await client.evidence()).items, []);
  assert.equal((await client.supply()).genesis, 1_000_500);
  assert.equal((await client.accountProof(alice)).header.index, 1);
  assert.equal((await client.peers())[0]?.head.final_index, 3);
  assert.equal((await client.faucet(alice, 5)).status, 'pending');
  assert.equal((await client.ready()).ready, true);
  node.faults = { clock: 'The clock is wrong.' };
  assert.equal((await client.ready()).ready, false);
  await assert.rejects(client.block(77), (error) => error instanceof ApiProblem && error.code === 'block_not_found');
});

test('the client reads events over a restart without gap or repeat', async (t) => {
  const node = createMemoryNode();
  node.finalise([transfer(0)]);
  const first = await listening(t, node);
  const abort = new AbortController();
  t.after(() => abort.abort());
  const client = createClient({ url: first.url });
  const seen: (string | undefined)[] = [];
  for await (const event of client.events({ lastEventId: '0', types: ['final'], signal: abort.signal })) {
    seen.push(event.id);
    if (seen.length === 1) node.finalise([transfer(1)]);
    if (seen.length === 2) break;
  }
  const { port } = first;
  await first.close();
  node.finalise([transfer(2)]);
  const second = await listening(t, node, {}, port);
  const again = createClient({ url: second.url });
  for await (const event of again.events({ lastEventId: seen[1]!, types: ['final'], signal: abort.signal })) {
    seen.push(event.id);
    break;
  }
  assert.deepEqual(seen, ['1.0', '2.0', '3.0']);
});
