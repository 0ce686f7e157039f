import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { transactionId } from '../../../ledger/values/identity.js';
import { transactionJson } from '../../../ledger/values/signing.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createMempoolStore, type MempoolFile } from '../../../server/storage/mempool-store.js';
import { mempoolMigrations } from '../../../server/storage/migrations/mempool-migrations.js';
import { Database } from '../../../server/storage/sqlite.js';
import { hangGuardMs } from '../../hang-guard.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine, TestChain } from '../../ledger/test-chain.js';
import { within } from '../../network/node-process.js';

const idOf = (one: Transaction) => transactionId(standInCrypto, one);

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-mempool-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'mempool.db');
}

const failHard = (error: Error): never => {
  throw error;
};
const open = (path: string) => createMempoolStore({ path, idOf, readLine: readTestLine, onFailure: failHard });
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
  store.remove([idOf(a!)], 'dropped');
  await store.close();
  store = open(path);
  assert.deepEqual(store.all(), [c, b]);
  await store.close();
});

test('one turn takes effect in the order of the calls: removed and added again is there', async (t) => {
  const store = open(temporary(t));
  const [a] = transactions(1);
  await stored(store, a!);
  store.remove([idOf(a!)], 'dropped');
  await stored(store, a!);
  assert.deepEqual(store.all(), [a]);
  const again = stored(store, a!);
  store.remove([idOf(a!)], 'dropped');
  await again;
  assert.deepEqual(store.all(), []);
  await store.close();
});

const reopened = async (path: string): Promise<readonly Transaction[]> => {
  const store = open(path);
  const found = store.all();
  await store.close();
  return found;
};

test('one that was dropped is off the disk, though others came in with it', async (t) => {
  const path = temporary(t);
  const all = transactions(70);
  const store = open(path);
  await stored(store, ...all);
  store.remove([idOf(all[3]!), idOf(all[40]!)], 'dropped');
  await store.close();
  assert.deepEqual(
    await reopened(path),
    all.filter((one) => one !== all[3] && one !== all[40]),
  );
});

test('the file does not outgrow what waits: rows of final ones go, and shrink when little is left of them', async (t) => {
  const path = temporary(t);
  const all = transactions(320);
  const store = open(path);
  await stored(store, ...all);
  const survivors = all.filter((_, at) => at % 32 === 7);
  store.remove(all.filter((one) => !survivors.includes(one)).map(idOf), 'final');
  await store.close();
  const database = new Database(path, { readonly: true });
  const bodies = database.prepare('SELECT bodies FROM batches').pluck().all() as string[];
  database.close();
  assert.deepEqual(
    bodies.map((text) => text.split('\n').length),
    survivors.map(() => 1),
  );
  assert.deepEqual(await reopened(path), survivors);
});

test('final ones wait for the next write: no sync is made for them alone while they are few', async (t) => {
  const path = temporary(t);
  const all = transactions(1100);
  let syncs = 0;
  const store = createMempoolStore({ path, idOf, readLine: readTestLine, onFailure: failHard, onSync: () => syncs++ });
  const linesOnDisk = (): number => {
    const database = new Database(path, { readonly: true });
    const bodies = database.prepare('SELECT bodies FROM batches').pluck().all() as string[];
    database.close();
    return bodies.flatMap((text) => text.split('\n')).length;
  };
  await stored(store, ...all.slice(0, 32));
  store.remove(all.slice(0, 32).map(idOf), 'final');
  await stored(store, ...all.slice(32));
  assert.equal(syncs, 2);
  assert.equal(linesOnDisk(), 1068);
  // So many are not left to the next start.
  store.remove(all.slice(32).map(idOf), 'final');
  await within(hangGuardMs, 'the rows are gone', async () => linesOnDisk() === 0);
  await store.close();
  assert.equal(syncs, 3);
});

test('what was called for while the thread wrote goes to disk together', async (t) => {
  const path = temporary(t);
  const all = transactions(300);
  let syncs = 0;
  const store = createMempoolStore({ path, idOf, readLine: readTestLine, onFailure: failHard, onSync: () => syncs++ });
  const first = stored(store, all[0]!);
  await new Promise(setImmediate);
  await Promise.all([first, ...all.slice(1).map((one) => stored(store, one))]);
  assert.equal(syncs, 2);
  await store.close();
  assert.deepEqual(await reopened(path), all);
});

test('what an earlier version kept is taken over in its order', async (t) => {
  const path = temporary(t);
  const all = transactions(3);
  const database = new Database(path);
  database.exec(mempoolMigrations[0]!);
  database.pragma('user_version = 1');
  const insert = database.prepare('INSERT INTO waiting (id, body) VALUES (?, ?)');
  for (const one of all) insert.run(idOf(one), transactionJson(one));
  database.close();
  assert.deepEqual(await reopened(path), all);
});

test('random calls: what was called back and not removed is there after closing, in order', async (t) => {
  const all = transactions(200);
  const seed = fc.sample(fc.nat(), 1)[0]!;
  t.diagnostic(`seed ${seed}`);
  const steps = fc.array(fc.tuple(fc.constantFrom('add', 'final', 'dropped', 'turn'), fc.nat(199), fc.nat(60)), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (calls) => {
      const path = temporary(t);
      const store = open(path);
      let kept: Transaction[] = [];
      for (const [what, from, count] of calls) {
        const some = all.slice(from, from + count);
        if (what === 'turn') await new Promise(setImmediate);
        else if (what === 'add') {
          store.add(some, () => {});
          kept.push(...some.filter((one) => !kept.includes(one)));
        } else {
          store.remove(some.map(idOf), what);
          kept = kept.filter((one) => !some.includes(one));
        }
      }
      await store.close();
      const found = await reopened(path);
      // Final ones may come back; the ledger refuses them.
      const finals = new Set(
        calls.flatMap(([what, from, count]) => (what === 'final' ? all.slice(from, from + count) : [])),
      );
      const certain = (list: readonly Transaction[]) => new Set(list.map(idOf));
      const missing = [...certain(kept)].filter((id) => !certain(found).has(id));
      assert.deepEqual(missing, []);
      const tooMany = found.filter((one) => !certain(kept).has(idOf(one)));
      const finalIds = certain([...finals]);
      assert.deepEqual(
        tooMany.filter((one) => !finalIds.has(idOf(one))),
        [],
      );
      assert.equal(certain(found).size, found.length);
    }),
    { seed, numRuns: 40 },
  );
});

test('nothing is called back within the call, and closing leaves nothing waiting', async (t) => {
  const path = temporary(t);
  const [a] = transactions(1);
  const store = open(path);
  let done = false;
  store.add([a!], () => {
    done = true;
  });
  assert.equal(done, false);
  await store.close();
  assert.equal(done, true);
  const again = open(path);
  assert.deepEqual(again.all(), [a]);
  await again.close();
});

test('[8-accepted] nothing is called back before its write is through', async (t) => {
  const path = temporary(t);
  const store = open(path);
  const [first, second] = transactions(2);
  await stored(store, first!);
  // The thread's write waits for this lock.
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  let isStored = false;
  const written = stored(store, second!).then(() => {
    isStored = true;
  });
  for (let turns = 0; turns < 200; turns += 1) await nextTurn();
  assert.equal(isStored, false);
  assert.equal(other.prepare('SELECT count(*) FROM batches WHERE bodies LIKE \'%"nonce":1,%\'').pluck().get(), 0);
  other.exec('COMMIT');
  await written;
  assert.equal(other.prepare('SELECT count(*) FROM batches WHERE bodies LIKE \'%"nonce":1,%\'').pluck().get(), 1);
  other.close();
  await store.close();
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
    readLine: readTestLine,
    onFailure(error) {
      failures.push(error.message);
      tell();
    },
  });
  // Another program takes the table away: every later write fails.
  const other = new Database(path);
  other.exec('DROP TABLE batches');
  other.close();
  let acknowledged = 0;
  store.add([a!], () => acknowledged++);
  await said;
  store.add([b!], () => acknowledged++);
  await store.close();
  assert.equal(acknowledged, 0);
  assert.equal(failures.length, 1);
  assert.match(failures[0]!, new RegExp(`^Cannot write transactions to ${path}: .+\\.$`));
});

test('a file of a newer version is refused with a sentence', async (t) => {
  const path = temporary(t);
  await open(path).close();
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  assert.throws(() => open(path), /schema version 99/);
});
