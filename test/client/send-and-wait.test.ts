/** Sending until final: every doubt is met by sending the same bytes again, and refusals end it. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { ApiProblem, NodeUnreachable } from '../../client/http/problem.js';
import { NotFinalYet, TransactionFailed } from '../../client/http/send-and-wait.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { hangGuardMs } from '../hang-guard.js';

const transaction = { type: 'transfer', nonce: 3, signature: '0x00' } as unknown as Transaction;
const id = `0x${'ab'.repeat(32)}`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers the n-th request with the n-th answer, the last one for ever; keeps what it was sent. */
async function serveAnswers(t: TestContext, answers: readonly Answer[]) {
  const bodies: string[] = [];
  const server: Server = createServer(async (request, response) => {
    bodies.push(await text(request));
    answers[Math.min(bodies.length, answers.length) - 1]?.(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: createClient({ url }), bodies };
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const cut: Answer = (request) => request.socket.destroy();
const problem = (status: number, code: string) => json(status, { status, code, detail: `${code}.`, fix: 'Do it.' });
const final = json(200, { id, status: 'final' });
const pending = json(202, { id, status: 'pending' });

test('a lost connection, a full node and a slow chain are met by sending the same bytes again', async (t) => {
  const { client, bodies } = await serveAnswers(t, [cut, problem(503, 'mempool_full'), pending, cut, final]);
  const reasons: string[] = [];
  const answer = await client.sendAndWait(transaction, {
    timeoutMs: hangGuardMs,
    onRetry: (reason) => reasons.push(reason),
  });
  assert.equal(answer.status, 'final');
  assert.deepEqual(bodies, Array(5).fill(JSON.stringify(transaction)));
  assert.equal(reasons.length, 3);
});

test('a refusal ends the sending with its code, detail and fix', async (t) => {
  const { client, bodies } = await serveAnswers(t, [problem(422, 'insufficient_balance')]);
  await assert.rejects(client.sendAndWait(transaction), (error) => {
    assert.ok(error instanceof ApiProblem);
    assert.deepEqual(
      [error.status, error.code, error.detail, error.fix],
      [422, 'insufficient_balance', 'insufficient_balance.', 'Do it.'],
    );
    return true;
  });
  assert.equal(bodies.length, 1);
});

test('a transaction that is rejected or expired ends the sending', async (t) => {
  const { client } = await serveAnswers(t, [json(200, { id, status: 'expired', reason: 'slot 9 is over.' })]);
  await assert.rejects(client.sendAndWait(transaction), TransactionFailed);
});

test('when the time is up, a transaction that was taken is said to be waiting still', async (t) => {
  const { client } = await serveAnswers(t, [pending, cut]);
  await assert.rejects(client.sendAndWait(transaction, { timeoutMs: 400 }), (error) => {
    assert.ok(error instanceof NotFinalYet);
    assert.equal(error.id, id);
    return true;
  });
});

test('when nobody ever answers, that is what is said', async (t) => {
  const { client } = await serveAnswers(t, [cut]);
  await assert.rejects(client.sendAndWait(transaction, { timeoutMs: 300 }), NodeUnreachable);
});

test('aborting ends the waiting at once', async (t) => {
  const { client } = await serveAnswers(t, [problem(503, 'mempool_full')]);
  const stop = new AbortController();
  const sending = client.sendAndWait(transaction, {
    signal: stop.signal,
    onRetry: () => stop.abort(new Error('enough')),
  });
  await assert.rejects(sending, /enough/);
});

test('waiting for a transaction asks until it is final', async (t) => {
  const { client, bodies } = await serveAnswers(t, [pending, cut, pending, final]);
  assert.equal((await client.waitUntilFinal(id as `0x${string}`)).status, 'final');
  assert.equal(bodies.length, 4);
});

test('reading and handing in are tried once more when the connection breaks, and no more than that', async (t) => {
  const reading = await serveAnswers(t, [cut, json(200, { slot: 7 })]);
  assert.equal((await reading.client.status()).slot, 7);
  const handing = await serveAnswers(t, [cut, pending]);
  assert.equal((await handing.client.submit(transaction)).status, 'pending');
  assert.deepEqual(handing.bodies, Array(2).fill(JSON.stringify(transaction)));
  const gone = await serveAnswers(t, [cut]);
  await assert.rejects(gone.client.status(), NodeUnreachable);
  assert.equal(gone.bodies.length, 2);
  const faucet = await serveAnswers(t, [cut, pending]);
  await assert.rejects(faucet.client.faucet('sl1' as Address, 1), NodeUnreachable);
});
