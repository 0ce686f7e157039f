/** An exception that no damage of the ledger explains is a bug: 500, logged with its stack, and the server goes on. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createHttpServer, type HttpServerOptions } from '../../../server/http/http-server.js';
import { sharedChainNode } from './chain-node.js';
import { type Answered, call, post } from './listening.js';

const shared = sharedChainNode();

/** A key store that has one key of administrators and fails at another. */
function findKey(token: string) {
  if (token === 'bad') throw new TypeError('the secret of the inside');
  return { name: 'ops', role: 'admin' as const, sha256: '0', created_at: 0 };
}

const peers = {
  connect: () => undefined,
  bans() {
    throw new RangeError('the secret of the inside');
  },
};

const cases: readonly (readonly [
  door: string,
  token: string,
  ask: (url: string, as: Record<string, string>) => Promise<Answered>,
])[] = [
  ['before any route', 'bad', (url, headers) => call(`${url}/v1/supply`, { headers })],
  ['where transactions are handed in', 'bad', (url, headers) => post(`${url}/v1/transactions`, [], headers)],
  ['in a route', 'good', (url, headers) => call(`${url}/v1/admin/bans`, { headers })],
];

for (const [door, token, ask] of cases) {
  test(`an exception ${door} is 500, tells nothing, is logged with its stack, and the server goes on`, async (t) => {
    const logged: unknown[] = [];
    const url = await listeningWith(t, (error) => logged.push(error));
    const { status, body, headers } = await ask(url, { authorization: `Bearer ${token}` });
    assert.equal(status, 500);
    assert.equal(body.code, 'internal_error');
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.doesNotMatch(JSON.stringify(body), /secret|\.js/);
    assert.equal(logged.length, 1);
    assert.match((logged[0] as Error).stack ?? '', /the secret of the inside[\s\S]+ at .+failures\.test\.js/);
    assert.equal((await call(`${url}/v1/supply`)).status, 200);
  });
}

async function listeningWith(t: TestContext, onError: (error: unknown) => void): Promise<string> {
  const log = {
    info: () => undefined,
    error: ({ err }: { readonly err: unknown }) => onError(err),
  } as unknown as HttpServerOptions['log'];
  const admin = { peers, recordCall: () => true, noteRefusal: () => undefined } as unknown as NonNullable<
    HttpServerOptions['admin']
  >;
  const server = createHttpServer({ node: (await shared()).api, port: 0, log, findKey, admin });
  const { port } = await server.listen();
  t.after(() => server.close());
  return `http://127.0.0.1:${port}`;
}
