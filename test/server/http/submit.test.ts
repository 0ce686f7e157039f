import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { transactionRefusals } from '../../../ledger/transaction-refusals.js';
import { submitDescription } from '../../../server/http/routes/submit-description.js';
import { type Answered, call, listening, post } from './listening.js';
import { addressOf, createMemoryNode, hex, idOf, transfer } from './memory-node.js';

const schemas = submitDescription(60_000).answers;

test('an accepted transaction is 202 with Location, and the same again the same, 200 when final', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node);
  const first = await post(`${url}/v1/transactions`, transfer(0));
  assert.equal(first.status, 202);
  assert.ok(schemas[202]!.schema.safeParse(first.body).success);
  assert.equal(first.body.id, idOf(transfer(0)));
  assert.equal(first.headers.get('location'), `/v1/transactions/${first.body.id}`);
  const again = await post(`${url}/v1/transactions`, transfer(0));
  assert.deepEqual([again.status, again.body], [202, first.body]);
  assert.equal((await call(`${url}${first.headers.get('location')}`)).body.status, 'pending');
  node.finalise([transfer(0)]);
  const final = await post(`${url}/v1/transactions`, transfer(0));
  assert.equal(final.status, 200);
  assert.deepEqual(final.body.receipt, { index: 1, position: 0, slot: 1, block: hex('block 1') });
  assert.deepEqual((await call(`${url}${first.headers.get('location')}`)).body, final.body);
  assert.equal((await call(`${url}/v1/transactions/${hex('no')}`)).body.code, 'transaction_not_found');
  assert.equal((await call(`${url}/v1/transactions/0x12`)).body.code, 'invalid_parameter');
});

test('wait=final answers when the transaction is final, or as pending after timeout_ms', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node);
  const late = await post(`${url}/v1/transactions?wait=final&timeout_ms=20`, transfer(0));
  assert.deepEqual([late.status, late.body.status], [202, 'pending']);
  const accepted = once(node.events, 'newListener');
  const answered = post(`${url}/v1/transactions?wait=final`, [transfer(0), transfer(1)]);
  await accepted;
  node.finalise([transfer(0), transfer(1)]);
  const { status, body } = await answered;
  assert.equal(status, 200);
  assert.deepEqual(
    body.items.map((item: { status: string }) => item.status),
    ['final', 'final'],
  );
  assert.equal((await post(`${url}/v1/transactions?wait=soon`, transfer(0))).body.code, 'invalid_parameter');
  assert.equal((await post(`${url}/v1/transactions?timeout_ms=60001`, transfer(0))).body.code, 'invalid_parameter');
  assert.equal((await post(`${url}/v1/transactions?until=final`, transfer(0))).body.code, 'unknown_parameter');
});

test('when as many wait as may, the next is answered as pending at once', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node, { maxWaiting: 0 });
  const got = await post(`${url}/v1/transactions?wait=final&timeout_ms=60000`, transfer(0));
  assert.deepEqual([got.status, got.body.status], [202, 'pending']);
});

test('a list has one answer for each transaction, in order, problems among them', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node, { maxBatch: 4 });
  const got = await post(`${url}/v1/transactions`, [transfer(0), { ...transfer(1), fee: -1 }, 7, transfer(2)]);
  assert.equal(got.status, 200);
  assert.ok(schemas[200]!.schema.safeParse(got.body).success);
  const [first, second, third, fourth] = got.body.items;
  assert.deepEqual([first.status, fourth.status], ['pending', 'pending']);
  assert.deepEqual([first.id, fourth.id], [idOf(transfer(0)), idOf(transfer(2))]);
  assert.deepEqual([second.status, second.code, second.path], [422, 'invalid_transaction', '[1].fee']);
  assert.deepEqual([third.code, third.path], ['invalid_transaction', '[2]']);
  assert.deepEqual((await post(`${url}/v1/transactions`, [])).body, { items: [] });
  const many = await post(
    `${url}/v1/transactions`,
    [0, 1, 2, 3, 4].map((nonce) => transfer(nonce)),
  );
  assert.deepEqual([many.status, many.body.code], [413, 'batch_too_large']);
});

test('each outcome of the node has its status: 409, 422 for every refusal, 503 with Retry-After when full', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node);
  node.outcome = () => ({ kind: 'conflict', other: hex('other') });
  const conflict = await post(`${url}/v1/transactions`, transfer(0));
  assert.deepEqual([conflict.status, conflict.body.code, conflict.body.other], [409, 'nonce_taken', hex('other')]);
  node.outcome = () => ({ kind: 'full', retry_after_s: 7, detail: 'The mempool holds 100 transactions.' });
  const full = await post(`${url}/v1/transactions`, transfer(0));
  assert.deepEqual([full.status, full.body.code, full.headers.get('retry-after')], [503, 'mempool_full', '7']);
  for (const [code, { detail, fix }] of Object.entries(transactionRefusals)) {
    node.outcome = () => ({ kind: 'refused', refusal: { code, detail } });
    const refused = await post(`${url}/v1/transactions`, transfer(0));
    assert.deepEqual([refused.status, refused.body.code, refused.body.fix], [422, code, fix]);
  }
  node.outcome = () => ({ kind: 'refused', refusal: { code: 'a_code_nobody_knows', detail: 'secret' } });
  const bug = await post(`${url}/v1/transactions`, transfer(0));
  assert.deepEqual([bug.status, bug.body.code], [500, 'internal_error']);
  assert.doesNotMatch(JSON.stringify(bug.body), /secret|nobody|Error|\.js/);
});

test('the fast door and Express give the same answers', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node, { maxBodyBytes: 5000, maxBatch: 3 });
  node.finalise([transfer(9)]);
  const bodies: readonly (readonly [string, Record<string, string>])[] = [
    [JSON.stringify(transfer(0)), {}],
    [JSON.stringify(transfer(9)), {}],
    [JSON.stringify([transfer(0), 1]), {}],
    [JSON.stringify([1, 2, 3, 4]), {}],
    ['{"a":1', {}],
    ['', {}],
    ['null', {}],
    [JSON.stringify({ ...transfer(0), extra: 1 }), {}],
    [' '.repeat(6000), {}],
    [JSON.stringify(transfer(0)), { 'content-type': 'text/plain' }],
    [JSON.stringify(transfer(0)), { 'content-type': 'application/json; charset=latin1' }],
    [JSON.stringify(transfer(0)), { 'content-type': 'application/json; charset=utf-8' }],
    [JSON.stringify(transfer(0)), { 'content-encoding': 'gzip' }],
    [JSON.stringify(transfer(0)), { origin: 'https://elsewhere.example' }],
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
  const { url, port } = await listening(t, createMemoryNode(), { maxBodyBytes: 1000 });
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

test('a body is strict JSON: no duplicate keys, no __proto__, no bad UTF-8', async (t) => {
  const { url } = await listening(t, createMemoryNode());
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
  const { url } = await listening(t, createMemoryNode());
  const paid = await post(`${url}/v1/faucet`, { address: addressOf('carol') });
  assert.deepEqual([paid.status, paid.body.status], [202, 'pending']);
  assert.equal(paid.headers.get('location'), `/v1/transactions/${paid.body.id}`);
  for (const [body, code, path] of [
    [{ address: addressOf('carol'), amount: 0 }, 'invalid_body', 'amount'],
    [{ address: addressOf('carol'), amount: 1.5 }, 'malformed_json', 'amount'],
    [{ address: addressOf('carol'), note: '' }, 'invalid_body', undefined],
    [{}, 'invalid_body', 'address'],
    [{ address: 'sl1carol' }, 'invalid_parameter', 'address'],
  ] as const) {
    const got = await post(`${url}/v1/faucet`, body);
    assert.deepEqual([got.body.code, got.body.path], [code, path]);
  }
  const without = await listening(t, createMemoryNode({ faucet: false }));
  const refused = await post(`${without.url}/v1/faucet`, { address: addressOf('carol') });
  assert.deepEqual([refused.status, refused.body.code], [403, 'faucet_disabled']);
});
