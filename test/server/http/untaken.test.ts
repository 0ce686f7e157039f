/** Answers that nobody takes: how many are worked out, how many may be to come, and how long their connection stays. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { NodeApi } from '../../../server/http/node-api.js';
import { longHangGuardMs, until } from '../../hang-guard.js';
import { sharedChainNode } from './chain-node.js';
import { listening } from './listening.js';

const shared = sharedChainNode();
/** More than the system holds for a connection. */
const memo = 'x'.repeat(32 * 1_048_576);
const path = '/v1/mempool/transactions';
/** Waits for ever: a transaction before it in its lane is never made. */
const payment = async (): Promise<string> => JSON.stringify((await shared()).transfer(3, undefined, 9));

const get = (encoding: string): string =>
  `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: ${encoding}\r\n\r\n`;
const postOf = (type: string, body: string): string =>
  `POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

for (const [how, question] of [
  ['as it is', async () => get('identity')],
  ['compressed', async () => get('gzip')],
  ['to a payment', async () => postOf('application/json', await payment())],
  ['to a list', async () => postOf('application/json', `[${await payment()}]`)],
  ['to lines', async () => postOf('application/x-ndjson', await payment())],
] as const) {
  test(`of many questions on one connection whose answers nobody takes (${how}) one is answered, and the connection ends`, {
    timeout: longHangGuardMs,
  }, async (t) => {
    const { api } = await shared();
    let calls = 0;
    // A gzip of one letter would be short.
    const text = how === 'compressed' ? noise() : memo;
    const pendingTransactions = (() => {
      calls += 1;
      return { items: [{ memo: text }], nextCursor: null };
    }) as unknown as NodeApi['pendingTransactions'];
    const submit: NodeApi['submit'] = async () => {
      calls += 1;
      return [{ kind: 'full', retry_after_s: 1, detail: text }];
    };
    const limits = { answerStallMs: 300, maxOpenAnswers: Number.POSITIVE_INFINITY };
    const { port } = await listening(t, { ...api, pendingTransactions, submit }, limits);
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    let ended = false;
    socket
      .once('error', () => undefined)
      .once('close', () => {
        ended = true;
      });
    const asked = await question();
    socket.write(asked.repeat(20));
    // Who reads nothing hears of the end when it writes: whole questions, since half of one has a limit of its own.
    await until('the connection ends', () => {
      if (!ended) socket.write(asked);
      return ended;
    });
    assert.equal(calls, 1);
  });
}

/** What comes back for these bytes until the connection ends. */
async function answered(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(text);
  let all = '';
  socket.on('data', (chunk) => {
    all += String(chunk);
  });
  await once(socket, 'close');
  return all;
}

for (const [what, target, header = ''] of [
  ['answers', path],
  ['refusals', '/v1/nothing'],
  ['probes', '/livez'],
  ['answers of which something is expected', path, 'expect: more\r\n'],
] as const) {
  test(`a connection has as many ${what} to come as may be, and ends when one more is asked for`, async (t) => {
    const { port } = await listening(t, (await shared()).api, { maxOpenAnswers: 4 });
    const question = `GET ${target} HTTP/1.1\r\nhost: localhost\r\n${header}\r\n`;
    const last = question.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
    assert.equal((await answered(port, question.repeat(3) + last)).match(/HTTP\/1\.1 /g)?.length, 4);
    assert.equal(await answered(port, question.repeat(4) + last), '');
  });
}

test('what cannot be read is no answer to what was asked before it', async (t) => {
  const { api } = await shared();
  const { port } = await listening(t, api);
  const paid = postOf('application/json', await payment()).replace(' HTTP', '?wait=final&timeout_ms=60000 HTTP');
  assert.equal(await answered(port, `${paid}NOT HTTP\r\n\r\n`), '');
  const chunked =
    'POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked';
  assert.equal(await answered(port, `${paid}${chunked}\r\n\r\nno length\r\n`), '');
  assert.match(await answered(port, `${chunked}\r\n\r\nno length\r\n`), /"code":"malformed_request"/);
});

const noise = (): string => {
  let state = 1;
  const letter = (): string => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  };
  return Array.from({ length: 12 * 1_048_576 }, letter)
    .join('')
    .replace(/["\\]/g, 'x');
};
