/** Sending until final: every doubt is met by sending the same bytes again, and refusals end it. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { accountFromSecret, idOfTransaction } from '../../client/account.js';
import { createClient } from '../../client/http/client.js';
import { ApiProblem, NodeUnreachable } from '../../client/http/problem.js';
import { NotFinalYet, TransactionFailed } from '../../client/http/send-and-wait.js';
import { walletOf } from '../../client/wallet.js';
import type { Amount } from '../../ledger/values/numbers.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { hangGuardMs, until } from '../hang-guard.js';

const transaction = {
  type: 'transfer',
  from: 'sl1alice',
  nonce: 3,
  outputs: [],
  signature: '0x00',
} as unknown as Transaction;
const id: TransactionId = idOfTransaction(transaction);
const parameters = { min_fee: 1, min_fee_per_output: 0, min_fee_per_memo_byte: 0 };
const account = accountFromSecret(new Uint8Array(32).fill(7), 'sl');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers each request by its method and path. */
async function serveRoutes(t: TestContext, routes: { readonly [route: string]: Answer }) {
  const byRoute: Answer = (request, response) =>
    routes[`${request.method} ${request.url?.replace(/\?.*/, '')}`]?.(request, response);
  return serveAnswers(t, [byRoute]);
}

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

test('a transaction that was given up is surely not paid once its nonce is used, or a later slot is final', async (t) => {
  const expired = json(200, { id, status: 'expired', reason: 'slot 9 is over.' });
  const dying = { ...transaction, lane: 2, expires_slot: 9 } as unknown as Transaction;
  const cases: readonly (readonly [nonces: object, slot: number, fate: Answer, mayStillBeFinal: boolean])[] = [
    [{ '0': 4 }, 9, expired, true],
    [{ '2': 3 }, 9, expired, true],
    [{ '2': 4 }, 9, expired, false],
    [{}, 10, expired, false],
    [{}, 10, cut, true],
  ];
  for (const [nonces, slot, fate, mayStillBeFinal] of cases) {
    const { client } = await serveRoutes(t, {
      'POST /v1/transactions': expired,
      'GET /v1/accounts/sl1alice': json(200, { nonces }),
      'GET /v1/blocks': json(200, { items: [{ slot }] }),
      [`GET /v1/transactions/${id}`]: fate,
    });
    await assert.rejects(client.sendAndWait(dying), (error) => {
      assert.ok(error instanceof TransactionFailed);
      assert.deepEqual([error.status, error.mayStillBeFinal], ['expired', mayStillBeFinal]);
      return true;
    });
  }
  const late = await serveRoutes(t, {
    'POST /v1/transactions': expired,
    'GET /v1/accounts/sl1alice': json(200, { nonces: {} }),
    'GET /v1/blocks': json(200, { items: [{ slot: 10 }] }),
    [`GET /v1/transactions/${id}`]: final,
  });
  assert.equal((await late.client.sendAndWait(dying)).status, 'final');
  await assert.rejects((await serveRoutes(t, { [`GET /v1/transactions/${id}`]: expired })).client.waitUntilFinal(id), {
    name: 'TransactionFailed',
    mayStillBeFinal: true,
  });
});

test('a wallet signs anew where the nonce is surely gone, and never what a node has taken', async (t) => {
  const pay = async (...answers: readonly Answer[]) => {
    let asked = 0;
    const { client, bodies } = await serveRoutes(t, {
      'GET /v1/status': json(200, { chain: `dev-${'0'.repeat(32)}`, slot: 1 }),
      'GET /v1/limits': json(200, { parameters }),
      [`GET /v1/accounts/${account.address}`]: json(200, { nonces: {}, pending_nonces: {} }),
      'POST /v1/transactions': (request, response) => answers[asked++]?.(request, response),
    });
    const outputs = [{ to: account.address, amount: 1 as Amount }];
    const sent = await walletOf(client, account)
      .send({ type: 'transfer', outputs })
      .then(
        ({ answer }) => answer.status,
        (error: Error) => error.name,
      );
    return [sent, bodies.filter((body) => body !== '').length];
  };
  const taken = problem(409, 'nonce_taken');
  assert.deepEqual(await pay(taken, problem(503, 'mempool_full'), problem(422, 'nonce_too_low'), final), ['final', 4]);
  assert.deepEqual(await pay(pending, taken, final), ['NotFinalYet', 2]);
  // What the node had before this wallet handed it in is another's; after an answer that was lost it may be its own.
  const known = (status: string): Answer => json(200, { id, status, known: true });
  assert.deepEqual(await pay(known('final')), ['PaidByAnother', 1]);
  assert.deepEqual(await pay(known('pending'), final), ['PaidByAnother', 2]);
  assert.deepEqual(await pay(problem(503, 'mempool_full'), known('final')), ['PaidByAnother', 2]);
  assert.deepEqual(await pay(cut, known('final')), ['final', 2]);
  assert.deepEqual(await pay(pending, known('final')), ['final', 2]);
  assert.deepEqual(await pay(cut, problem(422, 'nonce_too_low'), final), ['NotFinalYet', 2]);
});

test('a node that is gone with one payment keeps another from the same account from nobody else', async (t) => {
  const routes = (post: Answer) => ({
    'GET /v1/status': json(200, { chain: `dev-${'1'.repeat(32)}`, slot: 1 }),
    'GET /v1/limits': json(200, { parameters }),
    [`GET /v1/accounts/${account.address}`]: json(200, { nonces: {}, pending_nonces: {} }),
    'POST /v1/transactions': post,
  });
  const intent = { type: 'transfer', outputs: [{ to: account.address, amount: 1 as Amount }] } as const;
  const stop = new AbortController();
  let reached = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const silent = await serveRoutes(
    t,
    routes(() => reached()),
  );
  const lost = walletOf(silent.client, account).send(intent, { memo: 'one', signal: stop.signal });
  await arrived;
  // What is like it in everything would be the same one: it waits, and is not said to be paid beside it.
  const third = await serveRoutes(t, routes(final));
  const alike = walletOf(third.client, account).send(intent, { memo: 'one', timeoutMs: 1, signal: stop.signal });
  await until('it has looked', () => third.bodies.length >= 3);
  const other = await serveRoutes(t, routes(final));
  const sent = await walletOf(other.client, account).send(intent, { memo: 'two', timeoutMs: 30_000 });
  assert.equal(sent.answer.status, 'final');
  assert.ok(third.bodies.every((body) => body === ''));
  stop.abort(new Error('enough'));
  for (const one of [lost, alike]) await assert.rejects(one, { message: 'enough' });
});

test('when the time is up, a transaction that was taken is said to be waiting still', async (t) => {
  const { client } = await serveAnswers(t, [pending, cut]);
  await assert.rejects(client.sendAndWait(transaction, { timeoutMs: 400 }), (error) => {
    assert.ok(error instanceof NotFinalYet);
    assert.equal(error.id, id);
    return true;
  });
  const says = (more: object) => serveAnswers(t, [json(202, { id, status: 'pending', ...more })]);
  for (const [more, reason] of [
    [{}, 'The chain has not included it so far.'],
    [{ not_final_because: 'No peer is connected.' }, 'No peer is connected.'],
  ] as const) {
    const named = { name: 'NotFinalYet', reason, taken: true };
    await assert.rejects((await says(more)).client.sendAndWait(transaction, { timeoutMs: 100 }), named);
    await assert.rejects((await says(more)).client.waitUntilFinal(id, { timeoutMs: 100 }), named);
  }
});

test('when the answer is lost each time, it may have been taken, and its id is said', async (t) => {
  const { client } = await serveAnswers(t, [cut]);
  await assert.rejects(client.sendAndWait(transaction, { timeoutMs: 300 }), (error) => {
    assert.ok(error instanceof NotFinalYet);
    assert.deepEqual([error.id, error.taken], [idOfTransaction(transaction), false]);
    return true;
  });
});

test('when nobody is there at all, that is what is said: surely nobody has it', async () => {
  const gone = createServer();
  await new Promise<void>((listening) => gone.listen(0, '127.0.0.1', listening));
  const { port } = gone.address() as AddressInfo;
  await new Promise((closed) => gone.close(closed));
  const client = createClient({ url: `http://127.0.0.1:${port}` });
  await assert.rejects(client.sendAndWait(transaction, { timeoutMs: 300 }), (error) => {
    assert.ok(error instanceof NodeUnreachable);
    assert.equal(error.mayHaveArrived, false);
    return true;
  });
});

test('what a proxy says in place of its node is a doubt, not a refusal', async (t) => {
  const page: Answer = (_request, response) => response.writeHead(504, { 'content-type': 'text/html' }).end('<html>');
  const bare: Answer = (_request, response) => response.writeHead(408).end();
  const other = [json(200, { ok: true }), json(200, { id, status: 'gone' }), json(200, [])];
  const { client, bodies } = await serveAnswers(t, [problem(502, 'x'), page, bare, ...other, final]);
  const answer = await client.sendAndWait(transaction, { timeoutMs: hangGuardMs });
  assert.equal(answer.status, 'final');
  assert.deepEqual(bodies, Array(7).fill(JSON.stringify(transaction)));
});

test('a refusal after an answer that was lost, or after it was taken, does not say that nobody has it', async (t) => {
  for (const [before, taken] of [
    [cut, false],
    [problem(502, 'http_502'), false],
    [pending, true],
  ] as const) {
    const { client } = await serveAnswers(t, [before, problem(422, 'expired')]);
    await assert.rejects(client.sendAndWait(transaction), (error) => {
      assert.ok(error instanceof NotFinalYet, String(error));
      assert.deepEqual([error.id, error.taken, error.reason], [idOfTransaction(transaction), taken, 'expired.']);
      return true;
    });
  }
  const full = await serveAnswers(t, [problem(503, 'mempool_full'), problem(422, 'expired')]);
  await assert.rejects(full.client.sendAndWait(transaction), { name: 'ApiProblem', code: 'expired' });
});

test('a part of a millisecond is a time too', async (t) => {
  const asked: (string | null)[] = [];
  const client = createClient({
    url: 'http://node.test',
    fetch: async (input) => {
      asked.push(new URL(String(input)).searchParams.get('timeout_ms'));
      return Response.json({ id, status: 'final' });
    },
  });
  t.mock.timers.enable({ apis: ['Date'] });
  await client.sendAndWait(transaction, { timeoutMs: 1000.25 });
  await client.sendAndWait(transaction, { timeoutMs: Number.MIN_VALUE });
  assert.deepEqual(asked, ['1001', '1']);
});

test('a node that asks for a pause of a year is not asked without a pause', async (t) => {
  const { client, bodies } = await serveAnswers(t, [
    json(429, { code: 'rate_limited' }, { 'retry-after': '31536000' }),
  ]);
  const asking = (call: (signal: AbortSignal) => Promise<unknown>) =>
    assert.rejects(call(AbortSignal.timeout(500)), { name: 'TimeoutError' });
  await asking((signal) => client.sendAndWait(transaction, { timeoutMs: Number.POSITIVE_INFINITY, signal }));
  await asking((signal) => client.waitUntilFinal(id, { timeoutMs: Number.POSITIVE_INFINITY, signal }));
  assert.equal(bodies.length, 2);
});

test('waiting for a transaction ends in time, and when it is aborted, also where the node is silent', async (t) => {
  const silent: Answer = () => undefined;
  const { client } = await serveAnswers(t, [silent]);
  const started = performance.now();
  await assert.rejects(client.waitUntilFinal(id, { timeoutMs: 1 }), NodeUnreachable);
  await assert.rejects(client.waitUntilFinal(id, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
  // One request alone may take ten seconds.
  assert.ok(performance.now() - started < 9_000);
});

test('a signal that lives as long as the program keeps nothing of what was waited for', async () => {
  const final = async () => new Response(JSON.stringify({ id, status: 'final' }));
  const client = createClient({ url: 'http://node.test', fetch: final });
  const { signal } = new AbortController();
  for (let payments = 0; payments < 500; payments += 1) {
    await client.sendAndWait(transaction, { signal });
    await client.waitUntilFinal(id, { signal });
  }
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  // What Node.js itself keeps with a signal, such as for AbortSignal.any, lies in sets behind symbols.
  const sizes = Object.getOwnPropertySymbols(signal).map(
    (symbol) => (signal as unknown as Record<symbol, { readonly size?: unknown } | null | undefined>)[symbol]?.size,
  );
  for (const size of sizes) assert.ok(!(Number(size) > 10), `${size} are kept after 1,000 calls`);
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
  assert.equal((await client.waitUntilFinal(id)).status, 'final');
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
