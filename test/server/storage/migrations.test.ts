import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repairLedger } from '../../../server/repair/repair-ledger.js';
import { restoreLedger } from '../../../server/repair/restore-ledger.js';
import { backupLedger } from '../../../server/storage/backup-ledger.js';
import { ledgerSchema001 } from '../../../server/storage/migrations/001-ledger.js';
import { ledgerSchema002 } from '../../../server/storage/migrations/002-accounts-in-order.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openWriter } from '../../../server/storage/open-database.js';
import { type Connection, Database } from '../../../server/storage/sqlite.js';
import { verifyLedger } from '../../../server/verify/verify-chain.js';
import { busyCertifiedChain } from '../verify/certified-chain.js';
import { busyChain, openStore, temporaryFile } from './final-chain.js';

/** A ledger of now as version 2 kept it. */
function toVersion2(now: Connection, path: string): void {
  const then = new Database(path);
  then.pragma('journal_mode = WAL');
  then.exec(ledgerSchema001);
  then.exec(ledgerSchema002);
  then.pragma('user_version = 2');
  then.close();
  now.exec(`ATTACH '${path}' AS before`);
  const same = ['chain', 'blocks', 'certificates', 'transactions', 'evidence', 'validators', 'validator_history'];
  for (const table of [...same, 'epochs', 'supply', 'state']) {
    now.exec(`INSERT INTO before.${table} SELECT * FROM main.${table}`);
  }
  now.exec(`
    INSERT INTO before.accounts SELECT id, address, balance, nonces, NULL, NULL FROM main.accounts;
    INSERT INTO before.account_history
      SELECT h.account, h.idx, h.balance, h.nonces, h.positions, b.idx
      FROM main.account_history h LEFT JOIN main.account_history b ON b.n = h.touched_before;
    INSERT INTO before.tree_nodes SELECT path, node FROM main.state_tree;
    DETACH before;
  `);
}

function dump(database: Connection): Map<string, unknown[]> {
  const tables = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    .all();
  const rows = (tables as { name: string; sql: string }[]).map(({ name, sql }): [string, unknown[]] => [
    `${name}: ${sql}`,
    sql.startsWith('CREATE INDEX') ? [] : database.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all(),
  ]);
  return new Map(rows);
}

test('a ledger of version 2 is brought to the same rows as one that was written now, and goes on', async (t) => {
  const { chain, finals } = busyChain(61);
  const [path, old] = [temporaryFile(t), temporaryFile(t)];
  const store = openStore(path, chain);
  store.append(finals.slice(0, 60), () => {});
  await store.close();
  const now = new Database(path);
  toVersion2(now, old);
  const told: number[][] = [];
  const onOlder = (...versions: number[]) => told.push(versions);
  const migrated = openWriter(old, ledgerMigrations, undefined, onOlder);
  openWriter(temporaryFile(t), ledgerMigrations, undefined, onOlder).close();
  openWriter(path, ledgerMigrations, undefined, onOlder).close();
  assert.deepEqual(told, [[2, 3]]);
  assert.equal(migrated.pragma('user_version', { simple: true }), 3);
  const wanted = dump(now);
  assert.ok(wanted.size >= 20);
  assert.deepEqual(dump(migrated), wanted);
  migrated.close();
  now.close();

  const reopened = openStore(old, chain);
  reopened.append(finals.slice(60), () => {});
  await reopened.close();
  const later = openStore(path, chain);
  later.append(finals.slice(60), () => {});
  await later.close();
  const [one, other] = [new Database(old, { readonly: true }), new Database(path, { readonly: true })];
  assert.deepEqual(dump(one), dump(other));
  one.close();
  other.close();
});

test('a ledger of version 2 is not called damaged: it is backed up and restored, and verified and repaired once it is brought up to date', async (t) => {
  const chain = busyCertifiedChain(20);
  const [path, old] = [temporaryFile(t), temporaryFile(t)];
  await chain.write(path);
  const now = new Database(path);
  toVersion2(now, old);
  now.close();
  const sentence = /has schema version 2, and this program writes version 3\.$/;
  assert.throws(() => verifyLedger({ path: old, context: chain.context }), sentence);
  const { tip } = await backupLedger(old, `${old}.backup`);
  assert.equal(tip.index, 20);
  const home = temporaryFile(t);
  const restored = await restoreLedger({
    backup: `${old}.backup`,
    path: home,
    context: chain.context,
    replace: false,
  });
  assert.deepEqual(restored, { index: 20 });
  assert.deepEqual(verifyLedger({ path: home, context: chain.context }).findings, []);
  // Where it cannot be brought up to date, for it is damaged, its blocks are still there.
  const repaired = repairLedger(old, chain.context);
  assert.equal(repaired.index, 20);
  assert.match(repaired.findings[0]?.detail ?? '', sentence);
  assert.deepEqual(verifyLedger({ path: old, context: chain.context }).findings, []);
});
