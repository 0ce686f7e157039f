import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, listening } from './listening.js';
import { addressOf, createMemoryNode, doubleVote, transfer } from './memory-node.js';

// biome-ignore lint/suspicious/noExplicitAny: items of several lists
async function allPages(url: string, limit: number): Promise<any[]> {
  const items = [];
  let cursor: string | null = null;
  do {
    const got = await call(`${url}?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
    assert.equal(got.status, 200);
    assert.ok(got.body.items.length <= limit);
    items.push(...got.body.items);
    cursor = got.body.next_cursor;
  } while (cursor !== null);
  return items;
}

test('pages of any size go through a whole list without gap or repeat', async (t) => {
  const node = createMemoryNode();
  const evidence = [1, 2, 3, 4, 5].map((i) => doubleVote(`final ${i}`));
  for (let i = 0; i < 23; i += 1) node.finalise([transfer(i)], evidence[i] === undefined ? [] : [evidence[i]!]);
  node.evidencePending = [1, 2, 3].map((i) => doubleVote(`pending ${i}`));
  await node.submit([100, 101, 102, 103].map((nonce) => transfer(nonce)));
  const { url } = await listening(t, node);
  for (const limit of [1, 2, 3, 5, 8, 24, 100]) {
    const blocks = await allPages(`${url}/v1/blocks`, limit);
    assert.deepEqual(
      blocks.map((block) => block.index),
      Array.from({ length: 24 }, (_, i) => 23 - i),
    );
    const transactions = await allPages(`${url}/v1/accounts/${addressOf('alice')}/transactions`, limit);
    assert.deepEqual(
      transactions.map((item) => item.index),
      Array.from({ length: 23 }, (_, i) => 23 - i),
    );
    const found = await allPages(`${url}/v1/evidence`, limit);
    assert.deepEqual(
      found.map((item) => item.offender),
      [...node.evidencePending, ...[...evidence].reverse()].map((one) => one.first.validator),
      `limit ${limit}`,
    );
    const waiting = await allPages(`${url}/v1/mempool/transactions`, limit);
    assert.deepEqual(
      waiting.map((item) => item.nonce),
      [100, 101, 102, 103],
    );
  }
});

test('a cursor works for its own list only, also after a restart', async (t) => {
  const node = createMemoryNode();
  for (let i = 0; i < 5; i += 1) node.finalise([transfer(i)]);
  const first = await listening(t, node);
  const { next_cursor } = (await call(`${first.url}/v1/blocks?limit=2`)).body;
  const account = `/v1/accounts/${addressOf('alice')}/transactions`;
  const other = await call(`${first.url}${account}?cursor=${next_cursor}`);
  assert.deepEqual([other.status, other.body.code, other.body.path], [400, 'invalid_cursor', 'cursor']);
  for (const bad of ['x', '2', `${next_cursor}A`, 'MTIzNDU2Nzg5', '%00', '~']) {
    assert.equal((await call(`${first.url}/v1/blocks?cursor=${bad}`)).body.code, 'invalid_cursor', bad);
  }
  await first.close();
  const second = await listening(t, node);
  const page = await call(`${second.url}/v1/blocks?limit=2&cursor=${next_cursor}`);
  assert.deepEqual(
    page.body.items.map((block: { index: number }) => block.index),
    [3, 2],
  );
});
