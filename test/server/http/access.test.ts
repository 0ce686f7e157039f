import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ApiKey, type Role, tokenHash } from '../../../server/home/api-keys.js';
import type { HttpServerOptions } from '../../../server/http/http-server.js';
import type { HttpLimits } from '../../../server/http/limits.js';
import type { NodeAdmin } from '../../../server/http/node-admin.js';
import { describedRoutes } from '../../../server/http/routes/all-routes.js';
import { hex, sharedChainNode } from './chain-node.js';
import { call, listening, post } from './listening.js';

const shared = sharedChainNode();

const keyOf = (role: Role, requests?: number): ApiKey => ({
  name: role,
  role,
  sha256: tokenHash(`secret of ${role}`),
  created_at: 0,
  ...(requests === undefined ? {} : { requests_per_10s: requests }),
});
const bearer = (role: string): Record<string, string> => ({ authorization: `Bearer secret of ${role}` });

/** An administrator's view that takes notes and does nothing. */
function notedAdmin(): NodeAdmin & {
  readonly calls: string[];
  readonly recorded: string[];
  readonly refused: string[];
} {
  const calls: string[] = [];
  const recorded: string[] = [];
  const refused: string[] = [];
  const node_id = hex('banned');
  return {
    calls,
    recorded,
    refused,
    peers: {
      connect: (address) => void calls.push(`connect ${address}`),
      bans: () => [{ node_id, until: 1, reason: 'x' }],
      ban: (node, reason, forMs) => {
        calls.push(`ban ${forMs}`);
        return { node_id: node, until: 5, reason };
      },
      liftBan: (node) => node === node_id,
    },
    backup: async () => 'exists',
    recordCall: ({ key, call: route, asked }) => {
      recorded.push(`${key}: ${route} ${Object.keys(asked).join(' ')}`.trim());
      return true;
    },
    noteRefusal: ({ call: route, code }) => void refused.push(`${route} ${code}`),
    logLevel: () => 'info',
    setLogLevel: (level) => void calls.push(`log ${level}`),
  };
}

async function open(
  t: TestContext,
  keys: readonly ApiKey[],
  more: Pick<HttpServerOptions, 'anonymous' | 'admin'> = {},
  limits: Partial<HttpLimits> = {},
) {
  const findKey = (token: string) => keys.find(({ sha256 }) => sha256 === tokenHash(token));
  return listening(t, (await shared()).api, limits, 0, { findKey, ...more });
}

/** Every admin route, called as it should be. */
const adminCalls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['POST', '/v1/admin/peers', { address: 'node.example.org:9000' }],
  ['GET', '/v1/admin/bans'],
  ['POST', '/v1/admin/bans', { node_id: hex('bad'), minutes: 2, reason: 'it lies' }],
  ['DELETE', `/v1/admin/bans/${hex('banned')}`],
  ['POST', '/v1/admin/backup', { name: 'monday' }],
  ['GET', '/v1/admin/log-level'],
  ['POST', '/v1/admin/log-level', { level: 'debug' }],
];

const init = (method: string, body: unknown, headers: Record<string, string>): RequestInit => ({
  method,
  headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

test('admin routes answer nobody but administrators, this machine included', async (t) => {
  assert.equal(describedRoutes(1).filter(({ tag }) => tag === 'admin').length, adminCalls.length);
  const admin = notedAdmin();
  const { url } = await open(t, [keyOf('read'), keyOf('submit'), keyOf('admin')], { admin });
  for (const [method, path, body] of adminCalls) {
    for (const spelling of [path, path.toUpperCase().replace('0X', '0x'), `${path}/`]) {
      const nobody = await call(url + spelling, init(method, body, {}));
      assert.deepEqual([nobody.status, nobody.body.code], [401, 'api_key_needed'], spelling);
      assert.match(nobody.headers.get('www-authenticate') ?? '', /^Bearer/);
    }
    const read = await call(url + path, init(method, body, bearer('read')));
    assert.deepEqual([read.status, read.body.code], [403, 'role_too_low'], path);
    const submit = await call(url + path, init(method, body, bearer('submit')));
    assert.deepEqual([submit.status, submit.body.code], [403, 'role_too_low'], path);
  }
  assert.deepEqual([admin.calls, admin.recorded], [[], []]);
  // Who may only read is refused before the route is found where more than reading is asked for.
  assert.equal(admin.refused.length, 5 * adminCalls.length - 5);
  for (const [method, path, body] of adminCalls) {
    const answer = await call(url + path, init(method, body, bearer('admin')));
    const { answers } = describedRoutes(1).find(
      (route) =>
        route.method === method.toLowerCase() && (route.path === path || route.path === '/v1/admin/bans/{node_id}'),
    )!;
    if (path.endsWith('/backup')) assert.deepEqual([answer.status, answer.body.code], [409, 'backup_exists']);
    else assert.ok(answers[answer.status]?.schema.safeParse(answer.body).success, `${method} ${path}`);
  }
  assert.deepEqual(admin.calls, ['connect node.example.org:9000', 'ban 120000', 'log debug']);
  assert.deepEqual(admin.recorded, [
    'admin: POST /v1/admin/peers address',
    'admin: GET /v1/admin/bans',
    'admin: POST /v1/admin/bans node_id reason minutes',
    'admin: DELETE /v1/admin/bans/{node_id} node_id',
    'admin: POST /v1/admin/backup name',
    'admin: GET /v1/admin/log-level',
    'admin: POST /v1/admin/log-level level',
  ]);
});

test('what cannot be recorded is not done', async (t) => {
  const admin = { ...notedAdmin(), recordCall: () => false };
  const { url } = await open(t, [keyOf('admin')], { admin });
  for (const [method, path, body] of adminCalls) {
    assert.equal((await call(url + path, init(method, body, bearer('admin')))).status, 500, path);
  }
  assert.deepEqual(admin.calls, []);
});

test('a body of the wrong form changes nothing', async (t) => {
  const admin = notedAdmin();
  const { url } = await open(t, [keyOf('admin')], { admin });
  const wrong: readonly (readonly [path: string, body: unknown])[] = [
    ['/v1/admin/peers', { address: 'nowhere' }],
    ['/v1/admin/bans', { node_id: 'x' }],
    ['/v1/admin/bans', { node_id: hex('a'), minutes: 0 }],
    ['/v1/admin/bans', { node_id: hex('a'), extra: 1 }],
    ['/v1/admin/backup', { name: '../keys/stolen' }],
    ['/v1/admin/backup', { name: '/etc/x' }],
    ['/v1/admin/log-level', { level: 'loud' }],
  ];
  for (const [path, body] of wrong) {
    const answer = await post(url + path, body, bearer('admin'));
    assert.deepEqual([answer.status, answer.body.code], [422, 'invalid_body'], `${path} ${JSON.stringify(body)}`);
  }
  assert.deepEqual(admin.calls, []);
});

test('a key that is not known is refused, also where none is needed', async (t) => {
  const { url } = await open(t, [keyOf('read')]);
  for (const path of ['/v1/status', '/livez', '/nothing']) {
    const answer = await call(url + path, { headers: bearer('admin') });
    assert.deepEqual([answer.status, answer.body.code], [401, 'api_key_unknown'], path);
  }
  assert.equal((await call(`${url}/v1/status`, { headers: bearer('read') })).status, 200);
  assert.equal((await call(`${url}/v1/status`, { headers: { authorization: 'Basic eDp5' } })).status, 200);
});

test('without a key one may do what the node grants to anybody, and no more', async (t) => {
  const keys = [keyOf('read'), keyOf('submit')];
  const reading = await open(t, keys, { anonymous: 'read' });
  // A transaction before it in its lane is missing: it waits.
  const waiting = (await shared()).transfer(1, undefined, 7);
  assert.equal((await call(`${reading.url}/v1/status`)).status, 200);
  assert.equal((await post(`${reading.url}/v1/transactions`, waiting)).body.code, 'api_key_needed');
  assert.equal((await post(`${reading.url}/v1/transactions`, waiting, bearer('read'))).body.code, 'role_too_low');
  assert.equal((await post(`${reading.url}/v1/faucet`, {})).body.code, 'api_key_needed');
  assert.equal((await post(`${reading.url}/v1/transactions`, waiting, bearer('submit'))).status, 202);

  const shut = await open(t, keys, { anonymous: 'none' });
  for (const path of ['/', '/v1/status', '/metrics', '/docs', '/openapi.json', '/v1/events', '/healthz', '/LIVEZ']) {
    assert.equal((await call(shut.url + path)).body.code, 'api_key_needed', path);
  }
  for (const path of ['/livez', '/readyz']) assert.equal((await call(shut.url + path)).status, 200, path);
  assert.equal((await call(`${shut.url}/v1/status`, { headers: bearer('read') })).status, 200);
});

test('each key has a rate of its own, on this machine too', async (t) => {
  const { url } = await open(t, [keyOf('read', 2), keyOf('submit')], {}, { keyRequestsPer10s: 4 });
  const used = async (role: string, times: number) => {
    const codes: number[] = [];
    for (let i = 0; i < times; i += 1) codes.push((await call(`${url}/livez`, { headers: bearer(role) })).status);
    return codes;
  };
  assert.deepEqual(await used('read', 3), [200, 200, 429]);
  assert.deepEqual(await used('submit', 5), [200, 200, 200, 200, 429]);
  const refused = await call(`${url}/livez`, { headers: bearer('read') });
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await call(`${url}/livez`)).status, 200);
});
