import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createClient } from '../../../client/http/client.js';
import { toHeight } from '../../../ledger/values/numbers.js';
import { readRoutes } from '../../../server/http/routes/all-routes.js';
import { hangGuardMs } from '../../hang-guard.js';
import { addressOf, hex, idOf, sharedChainNode, startChainNode } from './chain-node.js';
import { call, listening, post } from './listening.js';

const shared = sharedChainNode();

/** One path for every route that reads. */
const pathsOf = (transaction: string, account: string): { readonly [template: string]: string } => ({
  '/v1/status': '/v1/status',
  '/v1/limits': '/v1/limits',
  '/v1/genesis': '/v1/genesis',
  '/v1/blocks': '/v1/blocks?limit=2',
  '/v1/blocks/{at}': '/v1/blocks/latest',
  '/v1/transactions/{id}': `/v1/transactions/${transaction}`,
  '/v1/accounts': '/v1/accounts',
  '/v1/accounts/{address}': `/v1/accounts/${account}`,
  '/v1/accounts/{address}/transactions': `/v1/accounts/${account}/transactions`,
  '/v1/proofs/accounts/{address}': `/v1/proofs/accounts/${account}`,
  '/v1/proofs/transactions/{id}': `/v1/proofs/transactions/${transaction}`,
  '/v1/proofs/epochs': '/v1/proofs/epochs?after=0&limit=2',
  '/v1/epochs/{epoch}': '/v1/epochs/current',
  '/v1/epochs/{epoch}/schedule': '/v1/epochs/0/schedule?from_slot=3&count=2',
  '/v1/mempool': '/v1/mempool',
  '/v1/mempool/transactions': '/v1/mempool/transactions',
  '/v1/evidence': '/v1/evidence',
  '/v1/supply': '/v1/supply',
  '/v1/peers': '/v1/peers',
  '/livez': '/livez',
  '/readyz': '/readyz',
  '/healthz': '/healthz',
});

test('every route answers as its schema says, HEAD has the same headers and no body', async (t) => {
  const node = await startChainNode(t, { paired: true, idle: 2 });
  await node.tell(node.doubleVote(0));
  const [paid] = await node.pay(1);
  await node.freeze();
  await node.tell(node.doubleVote(1));
  await node.api.submit([node.transfer(1)]);
  const { url } = await listening(t, node.api);
  const paths = pathsOf(idOf(paid!), node.payer.address);
  assert.deepEqual(
    readRoutes.map((route) => route.path),
    Object.keys(paths),
  );
  for (const route of readRoutes) {
    const path = paths[route.path]!;
    const got = await call(url + path);
    // Half of the weight has left: the node is alive, and not ready.
    const status = path === '/readyz' || path === '/healthz' ? 503 : 200;
    assert.equal(got.status, status, path);
    const parsed = route.answers[status]!.schema.safeParse(got.body);
    assert.ok(parsed.success, `${path}: ${parsed.error?.message}`);
    const head = await call(url + path, { method: 'HEAD' });
    assert.equal(head.status, status, path);
    assert.equal(head.body, '');
    assert.equal(head.headers.get('content-type'), got.headers.get('content-type'));
  }
});

test('a block is found by index, by hash and as the latest, and only final ones are', async (t) => {
  const node = await startChainNode(t);
  await node.pay(1);
  const { url } = await listening(t, node.api);
  const byIndex = await call(`${url}/v1/blocks/1`);
  assert.equal(byIndex.body.block.index, 1);
  assert.equal(byIndex.body.final_index, 1);
  assert.equal(byIndex.body.certificate.block, byIndex.body.block.hash);
  assert.deepEqual((await call(`${url}/v1/blocks/${byIndex.body.block.hash}`)).body, byIndex.body);
  assert.deepEqual((await call(`${url}/v1/blocks/latest`)).body, byIndex.body);
  assert.equal((await call(`${url}/v1/blocks/2`)).body.code, 'block_not_found');
  assert.equal((await call(`${url}/v1/blocks/${hex('no block')}`)).body.code, 'block_not_found');
  assert.equal((await call(`${url}/v1/blocks/9999999999999999`)).body.code, 'block_not_found');
  for (const bad of ['01', '-1', '1.0', '0x12', 'newest', '1e2']) {
    const got = await call(`${url}/v1/blocks/${bad}`);
    assert.deepEqual([got.status, got.body.code, got.body.path], [400, 'invalid_parameter', 'at'], bad);
  }
});

test('what is final may be kept for ever, but what a number names only where the chain stays', async (t) => {
  const node = await startChainNode(t);
  await node.pay(1);
  const { hash: first } = node.api.queries.block(toHeight(1))!.block;
  const { genesis } = node.api;
  assert.ok(genesis.development);
  const [development, lasting] = [
    await listening(t, node.api),
    await listening(t, { ...node.api, genesis: { ...genesis, development: false } }),
  ];
  const kept = 'public, max-age=31536000, immutable';
  for (const [path, here, there] of [
    ['/v1/blocks/1', 'no-cache', kept],
    ['/v1/epochs/0', 'no-cache', kept],
    ['/v1/epochs/0/schedule', 'no-cache', kept],
    [`/v1/blocks/${first}`, kept, kept],
    ['/v1/blocks/latest', 'no-cache', 'no-cache'],
    ['/v1/epochs/current', 'no-cache', 'no-cache'],
  ] as const) {
    for (const [{ url }, wanted] of [
      [development, here],
      [lasting, there],
    ] as const) {
      const { status, headers } = await call(url + path);
      assert.deepEqual([status, headers.get('cache-control')], [200, wanted], path);
    }
  }
});

test('a pending transaction says which nonce it waits for, else what the node knows of why nothing is final', async (t) => {
  const node = await startChainNode(t, { paired: true });
  await node.pay(1);
  await node.freeze();
  const { url } = await listening(t, node.api);
  const [next, behind] = [node.transfer(1), node.transfer(3)];
  await node.api.submit([next, behind]);
  const ask = async (path: string) => (await call(`${url}/v1/${path}`)).body;
  const gap = await ask(`transactions/${idOf(behind)}`);
  const why = 'It has nonce 3 and waits for nonce 2 of lane 0 of this account.';
  assert.deepEqual([gap.status, gap.not_final_because], ['pending', why]);
  const deadline = Date.now() + hangGuardMs;
  let status = await ask('status');
  while (status.not_final_because === undefined && Date.now() < deadline) status = await ask('status');
  const alone = 'No peer is connected, and validators elsewhere have to vote.';
  assert.equal(status.not_final_because, alone);
  const waiting = await ask(`transactions/${idOf(next)}`);
  assert.deepEqual([waiting.status, waiting.not_final_because], ['pending', alone]);
  // So does whoever handed it in and waited for nothing; who did not wait is answered at once.
  const handIn = async (query: string) => (await post(`${url}/v1/transactions${query}`, [next, behind])).body;
  const { items } = await handIn('?wait=final&timeout_ms=1');
  assert.deepEqual(items, [
    { ...waiting, known: true },
    { ...gap, known: true },
  ]);
  assert.equal((await handIn('')).items[0].not_final_because, undefined);
  const client = createClient({ url });
  for (const wait of [
    () => client.waitUntilFinal(idOf(behind), { timeoutMs: 100 }),
    () => client.sendAndWait(behind, { timeoutMs: 100 }),
  ]) {
    await assert.rejects(wait(), { name: 'NotFinalYet', reason: why });
  }
});

test('an answer that has not changed is 304 for its ETag', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const first = await call(`${url}/v1/blocks`);
  const etag = first.headers.get('etag')!;
  assert.ok(etag);
  // fetch adds headers of its own that ask for a fresh answer, so this asks with the bare client.
  const ask = async (): Promise<number | undefined> => {
    const request = get(`${url}/v1/blocks`, { headers: { 'if-none-match': etag } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    assert.equal(response.headers.etag === etag, response.statusCode === 304);
    response.resume();
    return response.statusCode;
  };
  assert.equal(await ask(), 304);
  await node.pay(1);
  assert.equal(await ask(), 200);
});

test('long answers are compressed for who takes that, short ones never; both say what they depend on', async (t) => {
  const node = await startChainNode(t);
  await node.pay(2);
  const { url } = await listening(t, node.api, { allowedOrigins: ['https://wallet.example'] });
  const headers = { 'accept-encoding': 'gzip', origin: 'https://wallet.example' };
  const ask = async (path: string, more = {}): Promise<IncomingMessage> => {
    const [response] = (await once(get(url + path, { headers: more }), 'response')) as [IncomingMessage];
    return response;
  };
  const plain = Buffer.concat(await (await ask('/v1/blocks')).toArray());
  assert.ok(plain.length >= 1024);
  const long = await ask('/v1/blocks', headers);
  assert.equal(long.headers['content-encoding'], 'gzip');
  assert.equal(long.headers.vary, 'Origin, Accept-Encoding');
  assert.deepEqual(gunzipSync(Buffer.concat(await long.toArray())), plain);
  const short = await ask('/v1/supply', headers);
  assert.equal(short.headers['content-encoding'], undefined);
  assert.equal(short.headers.vary, 'Origin, Accept-Encoding');
  assert.equal(Buffer.concat(await short.toArray()).length, Number(short.headers['content-length']));
});

test('a path is found in capitals and with a slash at its end, and its parameters stay as they are', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const { address } = (await shared()).payer;
  assert.equal((await call(`${url}/V1/Accounts/${address}/`)).body.address, address);
  assert.equal((await call(`${url}/v1/accounts/${encodeURIComponent('a b/c')}`)).body.code, 'invalid_parameter');
  assert.equal((await call(`${url}/v1/accounts/${'q'.repeat(8000)}`)).body.code, 'invalid_parameter');
});

test('an account never seen has zeros; heights that are not final or not kept are refused', async (t) => {
  const node = await startChainNode(t);
  await node.pay(12);
  const { url } = await listening(t, node.api);
  const nobody = await call(`${url}/v1/accounts/${addressOf('nobody')}`);
  assert.equal(nobody.status, 200);
  assert.deepEqual([nobody.body.balance, nobody.body.nonces, nobody.body.bonded], [0, {}, 0]);
  const { address } = node.payer;
  const known = await call(`${url}/v1/accounts/${address}?index=5`);
  assert.deepEqual([known.body.name, known.body.index, known.body.next_nonce], ['treasury', 5, 5]);
  assert.deepEqual(known.body.nonces, { 0: 5 });
  assert.equal((await call(`${url}/v1/accounts/${address}?index=13`)).body.code, 'index_not_final');
  const pruned = await call(`${url}/v1/proofs/accounts/${address}?index=3`);
  assert.deepEqual([pruned.status, pruned.body.code], [410, 'history_pruned']);
  const wrong = await call(`${url}/v1/accounts/${address.slice(0, -1)}${address.endsWith('q') ? 'p' : 'q'}`);
  assert.deepEqual([wrong.status, wrong.body.code, wrong.body.path], [400, 'invalid_parameter', 'address']);
});

test('unknown and repeated query parameters are refused with the list of known ones', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const unknown = await call(`${url}/v1/blocks?limt=3`);
  assert.deepEqual([unknown.status, unknown.body.code, unknown.body.path], [400, 'unknown_parameter', 'limt']);
  assert.match(unknown.body.detail, /limit, cursor/);
  assert.equal((await call(`${url}/v1/status?a=1`)).body.code, 'unknown_parameter');
  for (const query of ['limit=1&limit=2', 'limit=0', 'limit=101', 'limit=', 'limit=0x1', 'limit=1.5', 'limit=%201']) {
    const got = await call(`${url}/v1/blocks?${query}`);
    assert.deepEqual([got.status, got.body.code, got.body.path], [400, 'invalid_parameter', 'limit'], query);
  }
});

test('an unknown path is a 404 that names the documentation, a wrong method a 405 with Allow', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const missing = await call(`${url}/v1/nothing`);
  assert.deepEqual([missing.status, missing.body.code], [404, 'route_not_found']);
  assert.match(missing.body.detail, /\/docs/);
  assert.match(missing.headers.get('content-type') ?? '', /^application\/problem\+json/);
  for (const [path, method, allow] of [
    ['/v1/status', 'POST', 'GET, HEAD'],
    ['/v1/transactions', 'GET', 'POST'],
    ['/v1/faucet', 'PUT', 'POST'],
    ['/v1/events', 'DELETE', 'GET, HEAD'],
    ['/docs', 'POST', 'GET, HEAD'],
  ] as const) {
    const got = await call(url + path, { method });
    assert.deepEqual([got.status, got.body.code, got.headers.get('allow')], [405, 'method_not_allowed', allow], path);
  }
  assert.equal((await call(`${url}/v1/accounts/%ff`)).body.code, 'malformed_request');
});

test('an epoch that is not known is 404, and a schedule starts inside its epoch', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  assert.equal((await call(`${url}/v1/epochs/3`)).body.code, 'epoch_not_found');
  assert.equal((await call(`${url}/v1/epochs/3/schedule`)).body.code, 'epoch_not_found');
  assert.equal((await call(`${url}/v1/epochs/-1`)).body.code, 'invalid_parameter');
  const epoch = await call(`${url}/v1/epochs/0`);
  assert.deepEqual([epoch.body.first_slot, epoch.body.last_slot, epoch.body.total_stake], [0, 999, 1_000_000]);
  assert.equal(epoch.body.validators[0].name, 'v1');
  const slotNow = async (): Promise<number> => (await call(`${url}/v1/status`)).body.slot;
  const before = await slotNow();
  const { items } = (await call(`${url}/v1/epochs/current/schedule`)).body;
  const after = await slotNow();
  assert.equal(items.length, 20);
  assert.ok(before <= items[0].slot && items[0].slot <= after, 'the schedule begins with the current slot');
  const later = await call(`${url}/v1/epochs/0/schedule?from_slot=3&count=2`);
  assert.deepEqual(
    later.body.items.map((item: { slot: number }) => item.slot),
    [3, 4],
  );
});
