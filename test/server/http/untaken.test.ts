/** Answers that nobody takes: how many are worked out, and how long their connection stays. */
import assert from 'node:assert/strict';
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

for (const [how, encoding] of [
  ['as it is', 'identity'],
  ['compressed', 'gzip'],
] as const) {
  test(`of many questions on one connection whose answers nobody takes (${how}) one is answered, and the connection ends`, {
    timeout: longHangGuardMs,
  }, async (t) => {
    const { api } = await shared();
    let calls = 0;
    // A gzip of one letter would be short.
    const text = encoding === 'gzip' ? noise() : memo;
    const pendingTransactions = (() => {
      calls += 1;
      return { items: [{ memo: text }], nextCursor: null };
    }) as unknown as NodeApi['pendingTransactions'];
    const { port } = await listening(t, { ...api, pendingTransactions }, { answerStallMs: 300 });
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    let ended = false;
    socket
      .once('error', () => undefined)
      .once('close', () => {
        ended = true;
      });
    const question = `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: ${encoding}\r\n\r\n`;
    socket.write(question.repeat(20));
    // Who reads nothing hears of the end when it writes: whole questions, since half of one has a limit of its own.
    await until('the connection ends', () => {
      if (!ended) socket.write(question);
      return ended;
    });
    assert.equal(calls, 1);
  });
}

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
