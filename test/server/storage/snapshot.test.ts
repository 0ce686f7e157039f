/** What one turn of the event loop reads of a ledger that grows meanwhile. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TipEntry } from '../../../ledger/values/state.js';
import { createCheckedReader } from '../../../server/storage/checked-reader.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openReader } from '../../../server/storage/open-database.js';
import { temporaryDirectory } from '../nodes.js';
import { busyChain, openStore } from './final-chain.js';

test('all reads of one turn see one state, whatever is written meanwhile; the next turn sees what was written', async (t) => {
  const { chain, finals } = busyChain(2);
  const path = join(temporaryDirectory(t), 'ledger.db');
  const store = openStore(path, chain, { worker: false });
  const database = openReader(path, ledgerMigrations);
  t.after(async () => {
    database.close();
    await store.close();
  });
  const reader = createCheckedReader(database, true);
  const seen = (): readonly number[] => [(reader.get('system/tip') as TipEntry).index, reader.tip().index];
  for (const [at, final] of finals.entries()) {
    assert.deepEqual(seen(), [at, at]);
    store.append([final], () => {});
    assert.deepEqual(seen(), [at, at]);
    await Promise.resolve();
    assert.deepEqual(seen(), [at + 1, at + 1]);
    await Promise.resolve();
  }
});
