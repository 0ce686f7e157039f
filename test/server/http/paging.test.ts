import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChainNode } from './chain-node.js';
import { call, listening } from './listening.js';

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
  const node = await startChainNode(t, { paired: true, idle: 8 });
  const final = [0, 1, 2, 3, 4].map((i) => node.doubleVote(i));
  for (const one of final) {
    await node.punish(one);
    await node.pay(4);
  }
  await node.freeze();
  const pending = [5, 6, 7].map((i) => node.doubleVote(i));
  for (const one of pending) await node.tell(one);
  await node.api.submit([100, 101, 102, 103].map((nonce) => node.transfer(nonce)));
  const tip = node.api.status().final.index;
  assert.ok(tip >= 20);
  const { url } = await listening(t, node.api);
  for (const limit of [1, 2, 3, 5, 8, tip - 1, tip, 100]) {
    const blocks = await allPages(`${url}/v1/blocks`, limit);
    assert.deepEqual(
      blocks.map((block) => block.index),
      Array.from({ length: tip }, (_, i) => tip - i),
    );
    const transactions = await allPages(`${url}/v1/accounts/${node.payer.address}/transactions`, limit);
    assert.deepEqual(
      transactions.map((item) => item.transaction.nonce),
      Array.from({ length: 20 }, (_, i) => 19 - i),
    );
    const found = await allPages(`${url}/v1/evidence`, limit);
    assert.deepEqual(
      found.map((item) => item.offender),
      [...pending, ...[...final].reverse()].map((one) => one.first.validator),
      `limit ${limit}`,
    );
    const waiting = await allPages(`${url}/v1/mempool/transactions`, limit);
    assert.deepEqual(
      waiting.map((item) => item.nonce),
      [100, 101, 102, 103],
    );
  }
});

test('what is pending is listed without gap while blocks take the first of it', async (t) => {
  const node = await startChainNode(t, { idle: 5 });
  let pending = [0, 1, 2, 3, 4].map((i) => node.doubleVote(i));
  const offenders = pending.map(({ first }) => first.validator);
  const { url } = await listening(t, { ...node.api, pendingEvidence: () => pending });
  const first = (await call(`${url}/v1/evidence?limit=2`)).body;
  pending = pending.slice(2);
  const rest = (await call(`${url}/v1/evidence?limit=4&cursor=${first.next_cursor}`)).body;
  const seen = [...first.items, ...rest.items].map(({ offender }) => offender);
  assert.deepEqual(seen, offenders);
});

test('a cursor works for its own list only, also after a restart', async (t) => {
  const node = await startChainNode(t);
  await node.pay(5);
  const first = await listening(t, node.api);
  const { next_cursor } = (await call(`${first.url}/v1/blocks?limit=2`)).body;
  const account = `/v1/accounts/${node.payer.address}/transactions`;
  const other = await call(`${first.url}${account}?cursor=${next_cursor}`);
  assert.deepEqual([other.status, other.body.code, other.body.path], [400, 'invalid_cursor', 'cursor']);
  for (const bad of ['x', '2', `${next_cursor}A`, 'MTIzNDU2Nzg5', '%00', '~']) {
    assert.equal((await call(`${first.url}/v1/blocks?cursor=${bad}`)).body.code, 'invalid_cursor', bad);
  }
  await first.close();
  const second = await listening(t, node.api);
  const page = await call(`${second.url}/v1/blocks?limit=2&cursor=${next_cursor}`);
  assert.deepEqual(
    page.body.items.map((block: { index: number }) => block.index),
    [3, 2],
  );
});
