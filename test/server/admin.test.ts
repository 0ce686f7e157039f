/** Administration of real nodes over HTTP, with the keys that `server apikey add` makes. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { openAuditLog } from '../../server/audit/audit-log.js';
import { addApiKey } from '../../server/home/api-keys.js';
import { homePaths } from '../../server/home/home.js';
import { createNodeAdmin } from '../../server/node-runtime/node-admin.js';
import type { Server } from '../../server/server.js';
import { createLedgerReader } from '../../server/storage/ledger-reader.js';
import { ledgerMigrations } from '../../server/storage/migrations/ledger-migrations.js';
import { openReader } from '../../server/storage/open-database.js';
import { call, listening, post } from './http/listening.js';
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

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`in 60 s it never came about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
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
  const made = await ask('POST', '/backup', { name: 'monday' });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const file = join(home, 'backups', 'monday.db');
  const database = openReader(file, ledgerMigrations);
  t.after(() => database.close());
  assert.deepEqual(createLedgerReader(database).tip().hash, made.body.hash);
  assert.equal(made.body.hash, server.api!.status().final.hash);
  assert.equal((await ask('POST', '/backup', { name: 'monday' })).body.code, 'backup_exists');
});

test('while a backup is made another is refused', async (t) => {
  const { home, server } = await withAdmin(t);
  const paths = homePaths(home);
  const audit = openAuditLog({ home: temporaryDirectory(t), now: Date.now, onFailure: assert.fail });
  t.after(() => audit.close());
  const admin = createNodeAdmin({ paths, peers: undefined, audit, log: pino({ level: 'silent' }) });
  const [first, second] = await Promise.all([admin.backup('a'), admin.backup('b')]);
  assert.equal(typeof first, 'object');
  assert.equal(second, 'busy');
  assert.deepEqual(readdirSync(paths.backups), ['a.db']);
  // Of two requests the first may have its backup before the second comes, so this one is told to be refused.
  const refusing = { ...admin, backup: async () => 'busy' as const };
  const findKey = () => ({ name: 'ops', role: 'admin' as const, sha256: '', created_at: 0 });
  const { url, close } = await listening(t, server.api!, {}, 0, { admin: refusing, findKey });
  const answer = await post(`${url}/v1/admin/backup`, { name: 'c' }, { authorization: 'Bearer any' });
  assert.deepEqual([answer.status, answer.body.code], [409, 'backup_running']);
  await close();
});

test('the log level changes while the node runs', async (t) => {
  const { ask } = await withAdmin(t);
  assert.deepEqual((await ask('GET', '/log-level')).body, { level: 'silent' });
  assert.deepEqual((await ask('POST', '/log-level', { level: 'fatal' })).body, { level: 'fatal' });
  assert.deepEqual((await ask('GET', '/log-level')).body, { level: 'fatal' });
});
