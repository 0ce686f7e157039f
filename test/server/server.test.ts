/** One node from its home to its HTTP port, with real stores, real keys and the real clock. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Server } from '../../server/server.js';
import { Database } from '../../server/storage/sqlite.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

test('a payment handed in over HTTP is final when ?wait=final answers', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home });
  const treasury = accountIn(home, 'treasury');
  const shop = accountIn(home, 'shop').address;
  const before = server.getBalance('shop');
  const tookMs: number[] = [];
  for (let nonce = 0; nonce < 100; nonce += 1) {
    const body = JSON.stringify(payment(server, treasury, shop, 7, nonce));
    const started = performance.now();
    const response = await fetch(`http://127.0.0.1:${server.httpPort}/v1/transactions?wait=final`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = (await response.json()) as { status: string };
    tookMs.push(performance.now() - started);
    assert.equal(response.status, 200, JSON.stringify(answer));
    assert.equal(answer.status, 'final');
  }
  tookMs.sort((a, b) => a - b);
  t.diagnostic(`submit to final over HTTP: median ${tookMs[50]!.toFixed(1)} ms, p95 ${tookMs[95]!.toFixed(1)} ms`);
  assert.equal(server.getBalance('shop'), before + 700);
  assert.equal(server.getBlockCount(), 101);
  assert.equal(server.getPendingTransactionCount(), 0);
  // One after another, so each of them waited for its own: accepted, voted for, final.
  const metrics = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
  for (const file of ['mempool', 'vote_state', 'ledger']) {
    const count = Number(
      new RegExp(`^slotledger_storage_syncs_total\\{file="${file}"\\} (\\d+)$`, 'm').exec(metrics)?.[1],
    );
    assert.ok(count >= 100, `${file} was synced ${count} times for 100 payments`);
  }
  const written = /^slotledger_storage_ledger_write_seconds_count (\d+)$/m.exec(metrics)?.[1];
  assert.ok(Number(written) >= 100, `${written} writes of ledger.db were timed`);
  assert.match(metrics, /^slotledger_mempool_known_signatures 0$/m, 'what is final is forgotten');
});

test('an idle chain makes no block and writes nothing', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home, slotDurationMs: 250 });
  const shop = accountIn(home, 'shop').address;
  const final = once(server, 'final');
  const outcome = await server.submitTransaction(payment(server, accountIn(home, 'treasury'), shop, 1, 0));
  assert.equal(outcome.kind, 'accepted');
  await final;
  // The memory pool's row goes in the turn after.
  await once(server, 'slot');
  const files = ['ledger.db', 'mempool.db'].map((name) => new Database(join(home, name), { readonly: true }));
  t.after(() => files.forEach((file) => void file.close()));
  const versions = () => files.map((file) => file.pragma('data_version', { simple: true }));
  const before = versions();
  for (let slots = 0; slots < 6; slots += 1) await once(server, 'slot');
  assert.deepEqual(versions(), before);
  assert.equal(server.getBlockCount(), 2);
});

test('after a restart the chain goes on where it was', async (t) => {
  const home = temporaryDirectory(t);
  const first = await startServer(t, { home });
  const shop = accountIn(home, 'shop').address;
  const treasury = accountIn(home, 'treasury');
  const pay = async (server: Server, nonce: number): Promise<void> => {
    const final = once(server, 'final');
    const outcome = await server.submitTransaction(JSON.stringify(payment(server, treasury, shop, 5, nonce)));
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    await final;
  };
  await pay(first, 0);
  const balance = first.getBalance('shop');
  const { chain } = first.api!;
  await first.stop();
  assert.equal(first.isRunning(), false);
  const second = await startServer(t, { home });
  assert.equal(second.api?.chain, chain);
  assert.equal(second.getBalance('shop'), balance);
  assert.equal(second.getBlockCount(), 2);
  await pay(second, 1);
  assert.equal(second.getBalance('shop'), balance + 5);
  assert.equal(second.isHealthy(), true);
});

test('a second server on one home is refused and harms nothing', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home });
  await assert.rejects(new Server({ home, logLevel: 'silent' }).start(0), { code: 'HOME_LOCKED' });
  assert.equal(server.isHealthy(), true);
});

test('a port in use is refused with a typed error, and nothing stays open', async (t) => {
  const home = temporaryDirectory(t);
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  t.after(() => blocker.close());
  const { port } = blocker.address() as { port: number };
  const server = new Server({ home, logLevel: 'silent' });
  t.after(() => server.stop());
  await assert.rejects(server.start(port), { code: 'PORT_IN_USE' });
  assert.equal(server.isRunning(), false);
  const p2p = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: port };
  await assert.rejects(server.start(0, p2p), { code: 'PORT_IN_USE' });
  const fix = `Stop it, or choose another port: server start --metrics-port ${port + 1}`;
  await assert.rejects(new Server({ metricsPort: port }).start(0), { code: 'PORT_IN_USE', fix });
  await server.start(0);
  assert.equal(server.isRunning(), true);
});

test('a server without a home leaves nothing behind', async (t) => {
  // Others make directories of the same name beside it.
  const { TMPDIR } = process.env;
  const folder = temporaryDirectory(t);
  process.env.TMPDIR = folder;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  const server = new Server({ http: false });
  await server.start();
  assert.equal(server.httpPort, undefined);
  assert.equal(readdirSync(folder).length, 1);
  await server.stop();
  assert.deepEqual(readdirSync(folder), []);
});
