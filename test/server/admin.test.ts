/** Administration of real nodes over HTTP, with the keys that `server apikey add` makes. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { addApiKey } from '../../server/home/api-keys.js';
import { homePaths } from '../../server/home/home.js';
import type { Server } from '../../server/server.js';
import { createLedgerReader } from '../../server/storage/ledger-reader.js';
import { ledgerMigrations } from '../../server/storage/migrations/ledger-migrations.js';
import { openReader } from '../../server/storage/open-database.js';
import { until } from '../hang-guard.js';
import { call } from './http/listening.js';
import { startServer, temporaryDirectory } from './nodes.js';

const p2p = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 } as const;

async function withAdmin(t: TestContext, network = {}) {
  const home = temporaryDirectory(t);
  const key = addApiKey(homePaths(home).apiKeys, { name: 'ops', role: 'admin', now: 0 });
  const server = await startServer(t, { home, slotDurationMs: 250 }, network);
  const ask = (method: string, path: string, body?: unknown) =>
    call(`http://127.0.0.1:${server.httpPort}/v1/admin${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { home, server, ask };
}

test('an administrator connects a peer, bans it, and lets it come back', async (t) => {
  const { server, ask } = await withAdmin(t, p2p);
  const other = await startServer(
    t,
    { home: temporaryDirectory(t), genesis: server.api!.genesis },
    { ...p2p, peerExchange: false },
  );
  const answer = await ask('POST', '/peers', { address: `127.0.0.1:${other.p2pPort}` });
  assert.equal(answer.status, 202);
  const connected = (of: Server) => of.getPeerCount() === 1;
  await until('they are connected', () => connected(server) && connected(other));
  const node_id = other.api!.nodeId;
  const ban = await ask('POST', '/bans', { node_id, minutes: 5, reason: 'maintenance' });
  assert.equal(ban.status, 200);
  assert.ok(ban.body.until > Date.now() + 4 * 60_000);
  await until('the banned node is gone', () => !connected(server));
  assert.deepEqual((await ask('GET', '/bans')).body.items, [{ node_id, until: ban.body.until, reason: 'maintenance' }]);
  assert.equal((await ask('DELETE', `/bans/${node_id}`)).status, 200);
  assert.equal((await ask('DELETE', `/bans/${node_id}`)).status, 404);
  await ask('POST', '/peers', { address: `127.0.0.1:${other.p2pPort}` });
  await until('it came back', () => connected(server));
});

test('a node without peers says so', async (t) => {
  const { ask } = await withAdmin(t);
  assert.equal((await ask('GET', '/bans')).body.code, 'peers_disabled');
});

test('a backup asked for over HTTP is a whole ledger, and is never overwritten', async (t) => {
  const { home, ask, server } = await withAdmin(t);
  // A killed node of a container, where each has the number of the one before, left this.
  const left = join(home, 'backups', `sunday.db.${process.pid}.new`);
  mkdirSync(dirname(left));
  writeFileSync(left, 'half');
  const made = await ask('POST', '/backup', { name: 'monday' });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  assert.equal(existsSync(left), false);
  const file = join(home, 'backups', 'monday.db');
  const database = openReader(file, ledgerMigrations);
  t.after(() => database.close());
  assert.deepEqual(createLedgerReader(database).tip().hash, made.body.hash);
  assert.equal(made.body.hash, server.api!.status().final.hash);
  assert.equal((await ask('POST', '/backup', { name: 'monday' })).body.code, 'backup_exists');
});

test('of two backups asked for at once over HTTP one is refused', async (t) => {
  const { home, ask } = await withAdmin(t);
  // A slow machine may have made the first before it reads the second request.
  for (let attempt = 0; ; attempt += 1) {
    assert.ok(attempt < 100, 'none was refused');
    const names = [`a${attempt}`, `b${attempt}`];
    const answers = await Promise.all(names.map((name) => ask('POST', '/backup', { name })));
    const refused = answers.findIndex(({ status }) => status === 409);
    if (refused === -1) continue;
    assert.equal(answers[refused]!.body.code, 'backup_running');
    assert.equal(existsSync(join(home, 'backups', `${names[refused]}.db`)), false);
    break;
  }
});

test('the log level changes while the node runs', async (t) => {
  const { ask } = await withAdmin(t);
  assert.deepEqual((await ask('GET', '/log-level')).body, { level: 'silent' });
  assert.deepEqual((await ask('POST', '/log-level', { level: 'fatal' })).body, { level: 'fatal' });
  assert.deepEqual((await ask('GET', '/log-level')).body, { level: 'fatal' });
});
