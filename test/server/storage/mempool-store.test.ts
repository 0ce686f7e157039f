import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { transactionId } from '../../../ledger/values/identity.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createMempoolStore, type MempoolFile } from '../../../server/storage/mempool-store.js';
import { Database } from '../../../server/storage/sqlite.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { TestChain } from '../../ledger/test-chain.js';

const idOf = (one: Transaction) => transactionId(standInCrypto, one);

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-mempool-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'mempool.db');
}

const failHard = (error: Error): never => {
  throw error;
};
const open = (path: string) => createMempoolStore({ path, idOf, onFailure: failHard });
const stored = (store: MempoolFile, ...transactions: Transaction[]) =>
  new Promise<void>((resolve) => store.add(transactions, resolve));

function transactions(count: number): Transaction[] {
  const chain = new TestChain();
  return Array.from({ length: count }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
}

test('what was acknowledged comes back in the order of arrival, once each', async (t) => {
  const path = temporary(t);
  const [a, b, c] = transactions(3);
  let store = open(path);
  await Promise.all([stored(store, c!), stored(store, a!, b!), stored(store, a!)]);
  assert.deepEqual(store.all(), [c, a, b]);
  store.remove([idOf(a!)]);
  store.close();
  store = open(path);
  assert.deepEqual(store.all(), [c, b]);
  store.close();
});

test('one turn takes effect in the order of the calls: removed and added again is there', async (t) => {
  const store = open(temporary(t));
  const [a] = transactions(1);
  await stored(store, a!);
  store.remove([idOf(a!)]);
  await stored(store, a!);
  assert.deepEqual(store.all(), [a]);
  const again = stored(store, a!);
  store.remove([idOf(a!)]);
  await again;
  assert.deepEqual(store.all(), []);
  store.close();
});

test('nothing is called back within the call, and closing leaves nothing waiting', (t) => {
  const path = temporary(t);
  const [a] = transactions(1);
  const store = open(path);
  let done = false;
  store.add([a!], () => {
    done = true;
  });
  assert.equal(done, false);
  store.close();
  assert.equal(done, true);
  const again = open(path);
  assert.deepEqual(again.all(), [a]);
  again.close();
});

test('a write that fails is said once in one sentence, and nothing is acknowledged after it', async (t) => {
  const path = temporary(t);
  const [a, b] = transactions(2);
  const failures: string[] = [];
  let tell = (): void => {};
  const said = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const store = createMempoolStore({
    path,
    idOf,
    onFailure(error) {
      failures.push(error.message);
      tell();
    },
  });
  // Another program takes the table away: every later write fails.
  const other = new Database(path);
  other.exec('DROP TABLE waiting');
  other.close();
  let acknowledged = 0;
  store.add([a!], () => acknowledged++);
  await said;
  store.add([b!], () => acknowledged++);
  store.close();
  assert.equal(acknowledged, 0);
  assert.equal(failures.length, 1);
  assert.match(failures[0]!, new RegExp(`^Cannot write transactions to ${path}: .+\\.$`));
});

test('a file of a newer version is refused with a sentence', (t) => {
  const path = temporary(t);
  open(path).close();
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  assert.throws(() => open(path), /schema version 99/);
});
