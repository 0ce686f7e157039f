import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { submitDescription } from '../../../server/http/routes/submit-description.js';
import { hangGuardMs } from '../../hang-guard.js';
import { addressOf, type ChainNode, hex, idOf, sharedChainNode, startChainNode } from './chain-node.js';
import { type Answered, call, listening, post } from './listening.js';

const shared = sharedChainNode();
/** In lane 7 the first nonce is left out: what has a later one waits for ever. */
const waiting = (node: ChainNode, nonce: number): Transaction => node.transfer(nonce, undefined, 7);

const schemas = submitDescription(60_000).answers;

test('an accepted transaction is 202 with Location, and the same again the same, 200 when final', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const later = node.transfer(1);
  const first = await post(`${url}/v1/transactions`, later);
  assert.equal(first.status, 202);
  assert.ok(schemas[202]!.schema.safeParse(first.body).success);
  assert.equal(first.body.id, idOf(later));
  assert.equal(first.headers.get('location'), `/v1/transactions/${first.body.id}`);
  const again = await post(`${url}/v1/transactions`, later);
  assert.ok(schemas[202]!.schema.safeParse(again.body).success);
  assert.deepEqual([again.status, again.body], [202, { ...first.body, known: true }]);
  assert.equal((await call(`${url}${first.headers.get('location')}`)).body.status, 'pending');
  await node.finalise([node.transfer(0), later]);
  const final = await post(`${url}/v1/transactions`, later);
  assert.equal(final.status, 200);
  const { index, position, slot, block } = final.body.receipt;
  const stored = (await call(`${url}/v1/blocks/${index}`)).body.block;
  assert.deepEqual([stored.hash, stored.slot], [block, slot]);
  assert.deepEqual(stored.transactions[position], later);
  const { known, ...told } = final.body;
  assert.equal(known, true);
  assert.deepEqual((await call(`${url}${first.headers.get('location')}`)).body, told);
  assert.equal((await call(`${url}/v1/transactions/${hex('no')}`)).body.code, 'transaction_not_found');
  assert.equal((await call(`${url}/v1/transactions/0x12`)).body.code, 'invalid_parameter');
});

test('wait=final answers when the transaction is final, or as pending after timeout_ms', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const late = await post(`${url}/v1/transactions?wait=final&timeout_ms=20`, node.transfer(1));
  assert.deepEqual([late.status, late.body.status], [202, 'pending']);
  const { status, body } = await post(`${url}/v1/transactions?wait=final`, [node.transfer(0), node.transfer(1)]);
  assert.equal(status, 200);
  assert.deepEqual(
    body.items.map((item: { status: string }) => item.status),
    ['final', 'final'],
  );
  const next = node.transfer(2);
  assert.equal((await post(`${url}/v1/transactions?wait=soon`, next)).body.code, 'invalid_parameter');
  assert.equal((await post(`${url}/v1/transactions?timeout_ms=60001`, next)).body.code, 'invalid_parameter');
  assert.equal((await post(`${url}/v1/transactions?until=final`, next)).body.code, 'unknown_parameter');
});

test('when as many wait as may, the next is answered as pending at once', async (t) => {
  const node = await shared();
  const { url } = await listening(t, node.api, { maxWaiting: 0 });
  const began = performance.now();
  const got = await post(`${url}/v1/transactions?wait=final&timeout_ms=60000`, waiting(node, 1));
  assert.deepEqual([got.status, got.body.status], [202, 'pending']);
  assert.ok(performance.now() - began < 30_000);
});

test('nobody waits any more for who has gone: the place is free at once', async (t) => {
  const node = await shared();
  const longest = 10 * hangGuardMs;
  const waits: Promise<unknown>[] = [];
  const waitUntilFinal: typeof node.api.waitUntilFinal = (...asked) => {
    const wait = node.api.waitUntilFinal(...asked);
    waits.push(wait);
    return wait;
  };
  const limits = { maxWaitMs: longest, maxWaiting: 2 };
  const { url } = await listening(t, { ...node.api, waitUntilFinal }, limits);
  const ask = `${url}/v1/transactions?wait=final&timeout_ms=${longest}`;
  for (const list of [[31, 32], [33]]) {
    const leaving = new AbortController();
    const body = JSON.stringify(list.map((nonce) => waiting(node, nonce)));
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(ask, { method: 'POST', body, headers, signal: leaving.signal });
    while (waits.length < list.length) await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    await assert.rejects(asked);
    const late = new Promise((_, reject) => setTimeout(reject, hangGuardMs, new Error('it still waits')).unref());
    await Promise.race([Promise.all(waits.splice(0)), late]);
  }
});

test('a list has one answer for each transaction, in order, problems among them', async (t) => {
  const node = await shared();
  const { url } = await listening(t, node.api, { maxBatch: 4 });
  const [one, other] = [waiting(node, 11), waiting(node, 13)];
  const got = await post(`${url}/v1/transactions`, [one, { ...waiting(node, 12), fee: -1 }, 7, other]);
  assert.equal(got.status, 200);
  assert.ok(schemas[200]!.schema.safeParse(got.body).success);
  const [first, second, third, fourth] = got.body.items;
  assert.deepEqual([first.status, fourth.status], ['pending', 'pending']);
  assert.deepEqual([first.id, fourth.id], [idOf(one), idOf(other)]);
  assert.deepEqual([second.status, second.code, second.path], [422, 'invalid_transaction', '[1].fee']);
  assert.deepEqual([third.code, third.path], ['invalid_transaction', '[2]']);
  assert.deepEqual((await post(`${url}/v1/transactions`, [])).body, { items: [] });
  const many = await post(
    `${url}/v1/transactions`,
    [21, 22, 23, 24, 25].map((nonce) => waiting(node, nonce)),
  );
  assert.deepEqual([many.status, many.body.code], [413, 'batch_too_large']);
});

test('the fast door and Express give the same answers', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api, { maxBodyBytes: 5000, maxBatch: 3 });
  const [final] = await node.pay(1);
  const pending = waiting(node, 1);
  await post(`${url}/v1/transactions`, pending);
  const bodies: readonly (readonly [string, Record<string, string>])[] = [
    [JSON.stringify(pending), {}],
    [JSON.stringify(final), {}],
    [JSON.stringify([pending, 1]), {}],
    [JSON.stringify([1, 2, 3, 4]), {}],
    ['{"a":1', {}],
    ['', {}],
    ['null', {}],
    [JSON.stringify({ ...pending, extra: 1 }), {}],
    [' '.repeat(6000), {}],
    [JSON.stringify(pending), { 'content-type': 'text/plain' }],
    [JSON.stringify(pending), { 'content-type': 'application/json; charset=latin1' }],
    [JSON.stringify(pending), { 'content-type': 'application/json; charset=utf-8' }],
    [JSON.stringify(pending), { 'content-encoding': 'gzip' }],
    [JSON.stringify(pending), { origin: 'https://elsewhere.example' }],
  ];
  const seen = ({ status, headers, body }: Answered) => ({
    status,
    body,
    type: headers.get('content-type'),
    location: headers.get('location'),
    caching: headers.get('cache-control'),
  });
  const statuses = new Set<number>();
  for (const [body, headers] of bodies) {
    for (const query of ['', '?wait=final&timeout_ms=1', '?x=1']) {
      // With a slash at its end the path is not the fast door's, but Express takes it.
      const fast = seen(await post(`${url}/v1/transactions${query}`, body, headers));
      const express = seen(await post(`${url}/v1/transactions/${query}`, body, headers));
      assert.deepEqual(fast, express, `${body.slice(0, 60)} ${JSON.stringify(headers)} ${query}`);
      statuses.add(fast.status);
    }
  }
  assert.deepEqual([...statuses].sort(), [200, 202, 400, 403, 413, 415, 422]);
});

test('a body that grows beyond the limit is cut off, with or without its length', async (t) => {
  const { url, port } = await listening(t, (await shared()).api, { maxBodyBytes: 1000 });
  const declared = await post(`${url}/v1/transactions`, 'x'.repeat(1001));
  assert.deepEqual([declared.status, declared.body.code], [413, 'body_too_large']);
  const socket = connect(port, '127.0.0.1');
  const head = 'POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n${`100\r\n${'x'.repeat(256)}\r\n`.repeat(4)}`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.match(text, /"code":"body_too_large"/);
});

test('whoever writes all of a body too large before reading gets to the answer', async (t) => {
  const { port } = await listening(t, (await shared()).api);
  const body = 'x'.repeat(20_000_000);
  const socket = connect(port, '127.0.0.1').pause();
  const head = 'POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`, () => resolve());
  });
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.endsWith('}')) break;
  }
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.match(text, /"code":"body_too_large"/);
});

/** Writes all of it, then reads what comes back to its end. */
async function writeThenRead(port: number, headers: string, body: string, until = /$/): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause();
  const head = `POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n\r\n`;
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(head + body, () => resolve());
  });
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (until.source !== '$' && until.test(text)) break;
  }
  return text;
}

const json = 'content-type: application/json';
const long = 'x'.repeat(20_000_000);
const chunks = `${`10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(300)}0\r\n\r\n`;
const early: readonly (readonly [what: string, headers: string, body: string, status: number])[] = [
  ['wants the connection closed', `${json}\r\nconnection: close\r\ncontent-length: ${long.length}`, long, 413],
  ['is chunked', `${json}\r\ntransfer-encoding: chunked`, chunks, 413],
  ['is of another type', `content-type: text/plain\r\nconnection: close\r\ncontent-length: ${long.length}`, long, 415],
];

for (const [what, headers, body, status] of early) {
  test(`the refusal of a long body that ${what} reaches who writes all of it first`, async (t) => {
    const { port } = await listening(t, (await shared()).api);
    const text = await writeThenRead(port, headers, body);
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\}$`));
  });
}

test('who asks whether to send a body is told to, or refused before', async (t) => {
  const { port } = await listening(t, (await shared()).api);
  const expecting = (length: number) => `${json}\r\nexpect: 100-continue\r\ncontent-length: ${length}`;
  const refused = await writeThenRead(port, expecting(long.length), '', /\}$/);
  assert.match(refused, /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  const told = await writeThenRead(port, expecting(2), '', /\r\n\r\n$/);
  assert.equal(told, 'HTTP/1.1 100 Continue\r\n\r\n');
});

test('what a schema finds is one sentence with one full stop', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  for (const amount of [0, -1]) {
    const { body } = await post(`${url}/v1/faucet`, { address: 'sl1', amount });
    assert.match(body.detail, /[^.]\.$/);
  }
  const { body } = await call(`${url}/v1/blocks?cursor=`);
  assert.match(body.detail, /[^.]\.$/);
});

test('a body is strict JSON: no duplicate keys, no __proto__, no bad UTF-8', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const bodies: readonly (string | Uint8Array)[] = [
    '{"type":"transfer","type":"stake"}',
    '{"__proto__":{}}',
    Uint8Array.of(0x22, 0xff, 0x22),
    '"\\ud800"',
    '[1,]',
    '1 2',
    '['.repeat(100) + ']'.repeat(100),
  ];
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json' };
    for (const path of ['/v1/transactions', '/v1/faucet']) {
      const got = await call(url + path, { method: 'POST', headers, body: body as string });
      assert.deepEqual([got.status, got.body.code], [400, 'malformed_json'], String(body));
    }
  }
});

test('the faucet pays on development chains and is refused where there is none', async (t) => {
  const node = await startChainNode(t, { paired: true });
  const { url } = await listening(t, node.api);
  const carol = addressOf('carol');
  const paid = await post(`${url}/v1/faucet`, { address: carol, amount: 7 });
  // Where this thread was held up it may be final by the time it is answered.
  assert.ok(['202 pending', '200 final'].includes(`${paid.status} ${paid.body.status}`), JSON.stringify(paid.body));
  assert.equal(paid.headers.get('location'), `/v1/transactions/${paid.body.id}`);
  assert.equal((await node.api.waitUntilFinal(paid.body.id, hangGuardMs))?.status, 'final');
  assert.equal((await call(`${url}/v1/accounts/${carol}`)).body.balance, 7);
  for (const [body, code, path] of [
    [{ address: carol, amount: 0 }, 'invalid_body', 'amount'],
    [{ address: carol, amount: 1.5 }, 'malformed_json', 'amount'],
    [{ address: carol, note: '' }, 'invalid_body', undefined],
    [{}, 'invalid_body', 'address'],
    [{ address: 'sl1carol' }, 'invalid_parameter', 'address'],
  ] as const) {
    const got = await post(`${url}/v1/faucet`, body);
    assert.deepEqual([got.body.code, got.body.path], [code, path]);
  }
  const misplaced = await post(`${url}/v1/faucet?amount=7`, { address: carol });
  assert.deepEqual([misplaced.status, misplaced.body.code], [400, 'unknown_parameter']);
  const without = await listening(t, node.other!);
  const refused = await post(`${without.url}/v1/faucet`, { address: carol });
  assert.deepEqual([refused.status, refused.body.code], [403, 'faucet_disabled']);
});

test('what a schema finds is said in words of ours', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const detail = async (body: unknown) => (await post(`${url}/v1/faucet`, body)).body.detail;
  assert.equal(await detail({ address: 'sl1', amount: -1 }), 'The body is wrong: at least 0 is expected.');
  assert.equal(await detail({ address: 'sl1', amount: 'x' }), 'The body is wrong: a number is expected.');
  assert.equal(await detail({ address: 5 }), 'The body is wrong: a text is expected.');
  assert.equal(await detail({ address: 'sl1', sum: 1 }), 'The body is wrong: there is no member "sum".');
  assert.equal(await detail([]), 'The body is wrong: an object is expected.');
  const { body } = await call(`${url}/v1/blocks?cursor=`);
  assert.equal(body.detail, 'The parameter "cursor" is wrong: a text of at least 1 character is expected.');
});
