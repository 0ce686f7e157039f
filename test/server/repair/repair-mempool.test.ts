/** What can be read of a damaged mempool.db is taken over; the damaged file is kept. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transactionId } from '../../../ledger/values/identity.js';
import { transactionJson } from '../../../ledger/values/signing.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { repairMempool } from '../../../server/repair/repair-mempool.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { mempoolMigrations } from '../../../server/storage/migrations/mempool-migrations.js';
import { Database } from '../../../server/storage/sqlite.js';
import { hangGuardMs } from '../../hang-guard.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine, TestChain } from '../../ledger/test-chain.js';

const open = (path: string) =>
  createMempoolStore({
    path,
    idOf: (one: Transaction) => transactionId(standInCrypto, one),
    readLine: readTestLine,
    onFailure(error) {
      throw error;
    },
  });

test('a waiting transaction that is no longer readable is said to be damage, and costs the others nothing', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-repair-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'mempool.db');
  const chain = new TestChain();
  const all = Array.from({ length: 100 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  const store = open(path);
  await new Promise<void>((resolve) => store.add(all, resolve));
  await store.close();
  assert.equal(repairMempool(path, readTestLine), undefined);
  const bytes = readFileSync(path);
  bytes.write('x', bytes.indexOf('"nonce":40'), 'latin1');
  writeFileSync(path, bytes);
  assert.throws(() => open(path), /^Error: Cannot open .*mempool\.db: the file is damaged; stop the node and run/);
  const done = repairMempool(path, readTestLine);
  assert.equal(done?.kept, 99);
  assert.ok(existsSync(done.movedTo));
  const again = open(path);
  assert.deepEqual(again.all(), [...all.slice(0, 40), ...all.slice(41)]);
  await again.close();
});

const directory = mkdtempSync(join(tmpdir(), 'slotledger-repair-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** A mempool.db that holds what the chain signed, but for one text in it. */
async function changed(name: string, from: string, to: string): Promise<string> {
  const path = join(directory, `${name}.db`);
  const chain = new TestChain();
  const store = open(path);
  const all = [chain.pay('ann', 'bob', 1, { nonce: 0 }), chain.pay('bob', 'ann', 2, { lane: 7 })];
  await new Promise<void>((resolve) => store.add(all, resolve));
  await store.close();
  const database = new Database(path);
  assert.equal(database.prepare('UPDATE batches SET bodies = replace(bodies, ?, ?)').run(from, to).changes, 1);
  database.close();
  return path;
}

const flips: readonly (readonly [what: string, from: string, to: string])[] = [
  ['a sender that has no name', '"from":"', '"grom":"'],
  ['outputs that have no name', '"outputs":', '"nutputs":'],
  ['a signature that has no name', '"signature":', '"rignature":'],
  ['a signature that is spelt otherwise', '"signature":"0x', '"signature":"1x'],
  ['a lane that has no name', '"lane":7', '"mane":7'],
  ['a number that is none', '"nonce":0', '"nonce":{}'],
];
for (const [at, [what, from, to]] of flips.entries()) {
  test(`a bit that flipped is damage that repair mends: ${what}`, async () => {
    const path = await changed(`flip-${at}`, from, to);
    assert.throws(
      () => open(path),
      /: the file is damaged; stop the node and run `server repair` \(SQLITE_CORRUPT: row 1 /,
    );
    const done = repairMempool(path, readTestLine);
    assert.ok(done !== undefined && done.kept < 2, what);
    const again = open(path);
    assert.equal(again.all().length, done.kept);
    await again.close();
    assert.equal(repairMempool(path, readTestLine), undefined);
  });
}

test('a transaction of the chain that the home was for before is no damage', async () => {
  const path = await changed('other-chain', '"chain":"test-', '"chain":"rest-');
  assert.equal(repairMempool(path, readTestLine), undefined);
  const store = open(path);
  assert.deepEqual(new Set(store.all().map(({ chain }) => chain)), new Set(['rest-77777777']));
  await store.close();
});

test('a file of a newer version is refused and stays where it is', async () => {
  const path = await changed('newer', '"amount":1', '"amount":1');
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  assert.throws(() => repairMempool(path, readTestLine), /schema version 99/);
  assert.ok(existsSync(path));
});

test('a whole file of the first version is left for the start that brings it up to date', async () => {
  const path = join(directory, 'first.db');
  const database = new Database(path);
  database.exec(mempoolMigrations[0]!);
  database.pragma('user_version = 1');
  const payment = new TestChain().pay('ann', 'bob', 1);
  const insert = database.prepare('INSERT INTO waiting (id, body) VALUES (?, ?)');
  insert.run('0x1', transactionJson(payment));
  database.close();
  assert.equal(repairMempool(path, readTestLine), undefined);
  const store = open(path);
  assert.deepEqual(store.all(), [payment]);
  await store.close();
});

test('where there is no room, repair says so in one sentence, and leaves the damaged file and nothing else', async () => {
  const path = join(directory, 'large.db');
  const chain = new TestChain();
  const store = open(path);
  const all = Array.from({ length: 1000 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  await new Promise<void>((resolve) => store.add(all, resolve));
  await store.close();
  const bytes = readFileSync(path);
  bytes.write('x', bytes.indexOf('"nonce":40'), 'latin1');
  writeFileSync(path, bytes);
  const program = fileURLToPath(new URL('./repair-mempool-process.js', import.meta.url));
  const inRoom = (blocks: string) =>
    spawnSync('sh', ['-c', `trap '' XFSZ; ulimit -f ${blocks} && exec "$0" "$@"`, process.execPath, program, path], {
      encoding: 'utf8',
      timeout: hangGuardMs,
    });
  const { stdout, stderr } = inRoom('200');
  assert.match(stdout, /^Cannot write \S+large\.db\.repair: the disk [^\n]+\.\n$/, stderr);
  assert.ok(!readdirSync(directory).some((name) => name.startsWith('large.db.')));
  assert.deepEqual(readFileSync(path), bytes);
  assert.equal(inRoom('unlimited').stdout, 'kept 999\n');
  assert.deepEqual(readFileSync(`${path}.damaged-1`), bytes);
});
