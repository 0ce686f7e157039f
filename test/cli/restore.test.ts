/** `server restore` with real backups of a real node, through the real programs. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { Database } from '../../server/storage/sqlite.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

/** A stopped validator with final payments, and a backup of its ledger. */
async function backedUp(t: TestContext) {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const server = (...words: string[]) => run('server', user, [...words, '--home', home]);
  const node = await startNode(t, user, { args: ['--home', home] });
  const client = createClient({ url: node.url });
  const { address } = (await client.accounts({ limit: 100 })).items.at(-1)!;
  await client.waitUntilFinal((await client.faucet(address)).id);
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);
  const backup = join(user, 'copy.db');
  assert.equal((await server('backup', backup)).code, 0);
  return { user, home, server, backup, address };
}

const filesOf = (home: string): readonly string[] =>
  readdirSync(home)
    .filter((name) => name.startsWith('ledger.db'))
    .sort();
const votesOf = (home: string): Buffer => readFileSync(join(home, 'keys/vote-state.journal'));

test('a lost ledger is restored, verifies, and the validator goes on with its own vote state', async (t) => {
  const { user, home, server, backup, address } = await backedUp(t);
  const votes = votesOf(home);
  for (const name of filesOf(home)) rmSync(join(home, name));
  const restored = await server('restore', backup);
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(restored.stdout, /every one was verified[\s\S]*vote state were not touched[\s\S]*waits and watches/);
  assert.deepEqual(filesOf(home), ['ledger.db']);
  assert.deepEqual(votesOf(home), votes);
  assert.equal((await server('verify')).code, 0);
  const node = await startNode(t, user, { args: ['--home', home] });
  const client = createClient({ url: node.url });
  const paid = await client.waitUntilFinal((await client.faucet(address)).id);
  assert.equal(paid.status, 'final');
});

test('a ledger that is there is replaced only when told so, and kept aside', async (t) => {
  const { home, server, backup } = await backedUp(t);
  const before = readFileSync(join(home, 'ledger.db'));
  const refused = await server('restore', backup);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: .*ledger\.db exists already\.\n {2}fix: Give --replace/);
  assert.deepEqual(readFileSync(join(home, 'ledger.db')), before);
  const restored = await server('restore', backup, '--replace');
  assert.equal(restored.code, 0, restored.stderr);
  assert.deepEqual(readFileSync(join(home, 'ledger.db.replaced-1')), before);
  assert.equal((await server('verify')).code, 0);
});

test('what a restore that was killed left behind goes with the next one', async (t) => {
  const { home, server, backup } = await backedUp(t);
  for (const end of ['4711.restored', '4711.restored-journal', '4712.restored.4712.new', 'damaged-1', 'old']) {
    cpSync(backup, join(home, `ledger.db.${end}`));
  }
  // Copied and verified as a whole, it is as good as any.
  const found = join(home, 'ledger.db.4713.restored');
  cpSync(backup, found);
  const restored = await server('restore', found, '--replace');
  assert.equal(restored.code, 0, restored.stderr);
  const left = ['ledger.db', 'ledger.db.4713.restored', 'ledger.db.damaged-1', 'ledger.db.old', 'ledger.db.replaced-1'];
  assert.deepEqual(
    filesOf(home).filter((name) => !name.startsWith('ledger.db.replaced-1-')),
    left,
  );
});

test('a backup that does not verify changes nothing', async (t) => {
  const { user, home, server, backup } = await backedUp(t);
  const changed = join(user, 'changed.db');
  cpSync(backup, changed);
  const database = new Database(changed);
  database.exec('UPDATE accounts SET balance = balance + 1');
  database.close();
  const before = readFileSync(join(home, 'ledger.db'));
  const refused = await server('restore', changed, '--replace');
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stderr, /is damaged: accounts, sl1/);
  assert.deepEqual(readFileSync(join(home, 'ledger.db')), before);
  assert.ok(!readdirSync(home).some((name) => name.includes('restored') || name.includes('replaced')));
});

test('no ledger is put under a running node', async (t) => {
  const { user, home, server, backup } = await backedUp(t);
  await startNode(t, user, { args: ['--home', home] });
  const refused = await server('restore', backup, '--replace');
  assert.equal(refused.code, 5, refused.stderr);
  assert.ok(!existsSync(join(home, 'ledger.db.replaced-1')));
});

/** As after a kill between the two renames of a restore, and of a repair of the mempool. */
function cutOff(home: string, backup: string): void {
  const [ledger, mempool] = [join(home, 'ledger.db'), join(home, 'mempool.db')];
  cpSync(backup, `${ledger}.ready-replaced`);
  cpSync(mempool, `${mempool}.ready-damaged`);
  for (const end of ['', '-wal', '-shm']) {
    if (existsSync(ledger + end)) renameSync(ledger + end, `${ledger}.replaced-1${end}`);
    if (existsSync(mempool + end)) renameSync(mempool + end, `${mempool}.damaged-1${end}`);
  }
}

test('a start finishes a restore that was cut off, and does not begin an empty chain', async (t) => {
  const { user, home, backup, address } = await backedUp(t);
  cutOff(home, backup);
  const node = await startNode(t, user, { args: ['--home', home] });
  assert.ok((await createClient({ url: node.url }).account(address)).balance > 0);
  assert.match(node.output(), /ledger\.db was cut off and is finished now/);
  assert.match(node.output(), /mempool\.db was cut off and is finished now/);
  assert.ok(!readdirSync(home).some((name) => name.includes('.ready')));
});

test('repair finishes a restore that was cut off, and says so', async (t) => {
  const { home, server, backup } = await backedUp(t);
  cutOff(home, backup);
  const repaired = await server('repair');
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.match(repaired.stdout, /ledger\.db was cut off before and is finished now[\s\S]*The ledger is whole/);
  assert.ok(!readdirSync(home).some((name) => name.includes('.ready')));
  assert.equal((await server('verify')).code, 0);
});

test('copies that a killed restore left are gone after the next', async (t) => {
  const { home, server, backup } = await backedUp(t);
  for (const end of ['', '.4711.new']) cpSync(backup, join(home, `ledger.db.4711.restored${end}`));
  const restored = await server('restore', backup, '--replace');
  assert.equal(restored.code, 0, restored.stderr);
  assert.ok(!filesOf(home).some((name) => name.includes('restored')));
});
