import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openScratch } from '../../../server/storage/open-database.js';
import { createNodeReader, createNodeWriter, placeOf } from '../../../server/storage/tree-places.js';

const paths = ['', '0', '00', 'f', '0123456789abc', 'fffffffffffff', '0123456789abcd', 'f'.repeat(64), '0'.repeat(64)];

test('every path has a place of its own, also those that begin with zeros, and the deepest of them is exact', () => {
  const places = paths.filter((path) => path.length <= 13).map(placeOf);
  assert.equal(new Set(places).size, places.length);
  assert.ok(places.every(Number.isSafeInteger));
});

test('nodes are read as they were written and taken away, however deep, and people find them by path', (t) => {
  const database = openScratch(ledgerMigrations);
  t.after(() => database.close());
  const write = createNodeWriter(database);
  const read = createNodeReader(database);
  for (const path of paths) write(path, `first ${path}`);
  for (const path of paths) write(path, `node ${path}`);
  const shown = database.prepare('SELECT node FROM state_tree WHERE path = ?').pluck();
  for (const path of paths) {
    assert.equal(read(path), `node ${path}`);
    assert.equal(shown.get(path), `node ${path}`);
  }
  for (const path of paths) write(path, null);
  for (const path of paths) assert.equal(read(path), undefined);
  assert.equal(database.prepare('SELECT count(*) FROM state_tree').pluck().get(), 0);
});
