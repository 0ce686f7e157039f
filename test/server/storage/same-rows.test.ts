import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database } from '../../../server/storage/sqlite.js';
import { busyChain, openStore, temporaryFile } from './final-chain.js';

/** Every row of every table, in the order of its key. */
function dump(path: string): Map<string, unknown[]> {
  const database = new Database(path, { readonly: true });
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
  const rows = new Map((names as string[]).map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]));
  database.close();
  return rows;
}

test('a ledger has the same rows whoever wrote it, one by one, together, or after a restart', async (t) => {
  const { chain, finals } = busyChain(60);
  const [here, thread, restarted] = [temporaryFile(t), temporaryFile(t), temporaryFile(t)];

  const one = openStore(here, chain);
  for (const final of finals) one.append([final], () => {});
  await one.close();

  const two = openStore(thread, chain, { worker: true });
  let acknowledged = 0;
  for (const final of finals) {
    two.append([final], () => {
      acknowledged += 1;
    });
  }
  // Closing waits for what was appended before.
  await two.close();
  assert.equal(acknowledged, 60);

  for (let i = 0; i < finals.length; i += 20) {
    const store = openStore(restarted, chain, { worker: i > 0 });
    store.append(finals.slice(i, i + 20), () => {});
    await store.close();
  }

  const rows = dump(here);
  assert.ok(rows.size >= 13 && [...rows].every(([name, table]) => table.length > 0 || name === 'deep_tree_nodes'));
  assert.deepEqual(dump(thread), rows);
  assert.deepEqual(dump(restarted), rows);
});
