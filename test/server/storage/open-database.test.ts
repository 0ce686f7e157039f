import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openReader, openWriter } from '../../../server/storage/open-database.js';
import { Database } from '../../../server/storage/sqlite.js';
import { createLedgerQueries } from '../../../server/storage/sqlite-queries.js';
import { busyChain, openStore, temporaryFile } from './final-chain.js';

test('a file of a newer schema is refused with a sentence, and left as it is', async (t) => {
  const { chain } = busyChain(0);
  const path = temporaryFile(t);
  await openStore(path, chain).close();
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  const refusal = /has schema version 99, and this program knows only versions up to \d+: run the newer version/;
  assert.throws(() => openStore(path, chain), refusal);
  assert.throws(() => createLedgerQueries({ path, genesis: { name: 'test' } }), refusal);
});

test('a file that is no database, or stands where none can be, is refused with a sentence', (t) => {
  const { chain } = busyChain(0);
  const path = temporaryFile(t);
  writeFileSync(path, 'not a database, whatever its name says '.repeat(100));
  assert.throws(
    () => openStore(path, chain),
    /^Error: Cannot open .*: the file is not a SQLite database; stop the node/,
  );
  const nowhere = join(path, 'ledger.db');
  assert.throws(() => openStore(nowhere, chain), /^Error: Cannot open .*ledger\.db: /);
});

test('a log without its database is refused, and stays for when the database is put back', async (t) => {
  const busy = busyChain(3);
  const path = temporaryFile(t);
  const store = openStore(path, busy.chain);
  store.append(busy.finals, () => {});
  const [database, log] = [path, `${path}-wal`].map((name) => readFileSync(name));
  await store.close();
  rmSync(path);
  writeFileSync(`${path}-wal`, log!);
  assert.throws(
    () => openStore(path, busy.chain),
    /^Error: .*ledger\.db is missing, and its log .*ledger\.db-wal, .* is there\.$/,
  );
  assert.deepEqual([existsSync(path), readFileSync(`${path}-wal`)], [false, log]);
  writeFileSync(path, database!);
  const again = openStore(path, busy.chain);
  assert.equal(again.tip().index, 3);
  await again.close();
});

test('a database of another program is refused, and left as it is', (t) => {
  const path = temporaryFile(t);
  const database = new Database(path);
  database.exec('CREATE TABLE songs (title)');
  database.close();
  const before = readFileSync(path);
  assert.throws(() => openStore(path, busyChain(0).chain), /^Error: .* is a database of another program\.$/);
  assert.throws(() => openReader(path, []), /is a database of another program/);
  assert.deepEqual(readFileSync(path), before);
});

test('writers use synchronous=FULL: under WAL anything less loses acknowledged blocks in a power cut', (t) => {
  const writer = openWriter(temporaryFile(t), []);
  assert.equal(writer.pragma('synchronous', { simple: true }), 2);
  writer.close();
});

test('a ledger is a WAL database that any sqlite3 shell reads while it is open', async (t) => {
  const { chain } = busyChain(0);
  const busy = busyChain(12);
  const path = temporaryFile(t);
  const store = openStore(path, chain);
  store.append(busy.finals, () => {});
  const shell = new Database(path, { readonly: true });
  t.after(() => shell.close());
  assert.equal(shell.pragma('journal_mode', { simple: true }), 'wal');
  const sum = shell.prepare('SELECT sum(balance) AS sum FROM accounts').get() as { sum: number };
  const entries = [...busy.chain.entries().values()];
  const balances = entries.map((entry) => (entry.kind === 'account' ? entry.balance : 0));
  assert.equal(
    sum.sum,
    balances.reduce<number>((total, balance) => total + balance, 0),
  );
  const paid = shell.prepare('SELECT count(DISTINCT id) AS n FROM account_transactions').get() as { n: number };
  assert.equal(paid.n, busy.finals.flatMap(({ receipts }) => receipts).length);
  const as = shell.prepare('SELECT balance FROM balances_by_height WHERE idx = 0').all();
  assert.equal(as.length, 3);
  await store.close();
});
