import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { createClient } from '../../../client/http/client.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { submitDescription } from '../../../server/http/routes/submit-description.js';
import { longHangGuardMs } from '../../hang-guard.js';
import { type ChainNode, idOf, sharedChainNode, startChainNode } from './chain-node.js';
import { call, listening, post } from './listening.js';

const shared = sharedChainNode();
/** In lane 7 the first nonce is left out: what has a later one waits for ever. */
const waiting = (node: ChainNode, nonce: number): Transaction => node.transfer(nonce, undefined, 7);

const type = 'application/x-ndjson';
const answered = submitDescription(60_000).lines!.answered;

async function postLines(url: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type, ...headers }, body });
  const text = await response.text();
  const json = (response.headers.get('content-type') ?? '').includes('json');
  const lines = response.status === 200 ? text.split('\n') : [];
  if (response.status === 200) assert.equal(lines.pop(), '');
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    caching: response.headers.get('cache-control'),
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
    items: lines.map((line) => JSON.parse(line) as any),
    problem: response.status !== 200 && json ? JSON.parse(text) : undefined,
  };
}

test('each line has the verdict it would have in a list, in order, and both doors say the same', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api, { maxBatch: 2 });
  const [final] = await node.pay(1);
  const one = waiting(node, 1);
  const given = [one, { ...waiting(node, 2), fee: -1 }, final, 7, waiting(node, 3), { ...one, fee: one.fee + 1 }];
  const body = given.map((each) => JSON.stringify(each)).join('\n');
  // Whoever hands it in again is told so: for all that follows it was handed in before.
  await postLines(`${url}/v1/transactions`, body);
  const got = await postLines(`${url}/v1/transactions`, body);
  assert.deepEqual([got.status, got.type], [200, 'application/x-ndjson; charset=utf-8']);
  assert.deepEqual(got, await postLines(`${url}/v1/transactions/`, body));
  for (const item of got.items) assert.ok(answered.safeParse(item).success);
  assert.equal(got.items.length, given.length);
  for (const [i, each] of given.entries()) {
    const [listed] = (await post(`${url}/v1/transactions`, [each])).body.items;
    const inLine = listed.path?.replace(/^\[0\]\.?/, '');
    if (inLine === undefined) assert.deepEqual(got.items[i], listed);
    else assert.deepEqual([got.items[i].code, got.items[i].path ?? ''], [listed.code, inLine]);
  }
  assert.deepEqual(
    got.items.map(({ status, code }) => code ?? status),
    ['pending', 'invalid_transaction', 'final', 'invalid_transaction', 'pending', got.items[5].code],
  );
  for (const [headers, query] of [
    [{ 'content-encoding': 'gzip' }, ''],
    [{ 'content-type': `${type}; charset=latin1` }, ''],
    [{ origin: 'https://elsewhere.example' }, ''],
    [{}, '?x=1'],
  ] as const) {
    const fast = await postLines(`${url}/v1/transactions${query}`, body, headers);
    assert.deepEqual(fast, await postLines(`${url}/v1/transactions/${query}`, body, headers));
    assert.ok(fast.status >= 400);
  }
});

test('a line that is no strict JSON is answered in its place, and the lines after it as well', async (t) => {
  const node = await shared();
  const { url } = await listening(t, node.api);
  const [one, other] = [waiting(node, 11), waiting(node, 12)].map((each) => JSON.stringify(each));
  const got = await postLines(`${url}/v1/transactions`, `${one}\n{"a":1,"a":2}\n\n${other}\n`);
  assert.deepEqual(
    got.items.map((item) => item.code ?? item.status),
    ['pending', 'malformed_json', 'malformed_json', 'pending'],
  );
  const empty = await postLines(`${url}/v1/transactions`, '');
  assert.deepEqual([empty.status, empty.problem.code], [400, 'malformed_json']);
});

test('wait=final holds for each line', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const body = `${JSON.stringify(node.transfer(0))}\n${JSON.stringify(node.transfer(1))}`;
  const got = await postLines(`${url}/v1/transactions?wait=final`, body);
  assert.deepEqual(
    got.items.map(({ status }) => status),
    ['final', 'final'],
  );
});

test('a line is answered while the next has not been sent', { timeout: longHangGuardMs }, async (t) => {
  const node = await shared();
  const { url } = await listening(t, node.api);
  const sent = request(`${url}/v1/transactions`, { method: 'POST', headers: { 'content-type': type } });
  const first = waiting(node, 21);
  sent.write(`${JSON.stringify(first)}\n`);
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) => sent.once('response', resolve));
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  assert.equal(JSON.parse((await lines.next()).value!).id, idOf(first));
  const second = waiting(node, 22);
  sent.end(JSON.stringify(second));
  assert.equal(JSON.parse((await lines.next()).value!).id, idOf(second));
  assert.equal((await lines.next()).done, true);
});

test('a line beyond the limit ends the request, after the answers to those before it', async (t) => {
  const node = await shared();
  const { url } = await listening(t, node.api, { maxBodyBytes: 1000 });
  const one = JSON.stringify(waiting(node, 31));
  const got = await postLines(`${url}/v1/transactions`, `${one}\n${'x'.repeat(1001)}\n${one}\n`);
  assert.deepEqual(
    got.items.map((item) => item.code ?? item.status),
    ['pending', 'body_too_large'],
  );
});

test('nothing is read while the answers are not taken, and then the connection ends', {
  timeout: longHangGuardMs,
}, async (t) => {
  const node = await shared();
  const { port, url } = await listening(t, node.api, { listenerStallMs: 300 });
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(
    `POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  // Each line of two bytes has an answer of some 300: the answers back up long before the lines do.
  const lines = '7\n'.repeat(8192);
  const chunk = `${lines.length.toString(16)}\r\n${lines}\r\n`;
  const most = 2000;
  let written = 0;
  const gone = new Promise<void>((resolve) => {
    socket.once('error', () => resolve());
    socket.once('close', () => resolve());
  });
  let ended = false;
  void gone.then(() => {
    ended = true;
  });
  for (; written < most && !ended; written += 1) {
    if (!socket.write(chunk)) {
      await Promise.race([gone, new Promise<void>((resolve) => socket.once('drain', () => resolve()))]);
    }
  }
  await gone;
  assert.ok(written < most, `${written} chunks were taken of a client that reads nothing`);
  assert.equal((await call(`${url}/healthz`)).status, 200);
});

test('the client hands in a stream and reads the answers as they come', async (t) => {
  const node = await shared();
  const { url } = await listening(t, node.api);
  const client = createClient({ url });
  const given = [41, 42, 43].map((nonce) => waiting(node, nonce));
  const seen: unknown[] = [];
  let answeredSoFar = (): void => {};
  async function* inTurn(): AsyncGenerator<Transaction, void, undefined> {
    for (const each of given) {
      const answer = new Promise<void>((resolve) => {
        answeredSoFar = resolve;
      });
      yield each;
      await answer;
    }
  }
  for await (const item of client.submitStream(inTurn())) {
    seen.push('id' in item ? item.id : item.code);
    answeredSoFar();
  }
  assert.deepEqual(seen, given.map(idOf));
  const again: unknown[] = [];
  for await (const item of client.submitStream(given)) again.push('id' in item ? item.id : item.code);
  assert.deepEqual(again, seen);
  await assert.rejects(async () => {
    for await (const _ of client.submitStream([])) assert.fail('nothing was handed in');
  }, /empty/);
  // What goes wrong where the transactions come from is no fault of the node.
  const broken = new Error('the list is torn');
  for (const torn of [
    (async function* () {
      yield* given;
      throw broken;
    })(),
    (function* () {
      yield* given;
      throw broken;
    })(),
  ]) {
    await assert.rejects(async () => {
      for await (const _ of client.submitStream(torn));
    }, broken);
  }
});
