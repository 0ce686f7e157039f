/** `server verify` on real ledgers, with the real program. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { genesisFileText } from '../../server/home/init-home.js';
import { Database } from '../../server/storage/sqlite.js';
import { busyCertifiedChain } from '../server/verify/certified-chain.js';
import { run, temporaryHome } from './programs.js';

async function homeWithLedger(t: TestContext): Promise<string> {
  const user = temporaryHome(t);
  const home = join(user, '.slotledger');
  mkdirSync(home);
  const chain = busyCertifiedChain(12);
  writeFileSync(join(home, 'genesis.json'), genesisFileText(chain.context.genesis));
  await chain.write(join(home, 'ledger.db'));
  return user;
}

test('verify says what it checked and how fast, and exits with 0', async (t) => {
  const user = await homeWithLedger(t);
  const outcome = await run('server', user, ['verify']);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(
    outcome.stdout,
    /^test-[0-9a-f]{32}: 12 of 12 blocks, 25 transactions, \d+ certificates, \d+ rows in .* a second\)\.\n/,
  );
  assert.match(outcome.stdout, /Everything follows from the genesis file\.\n$/);
  const json = JSON.parse((await run('server', user, ['verify', '--output', 'json'])).stdout);
  assert.deepEqual(json.findings, []);
});

test('verify names the account whose balance was changed, and exits with 3', async (t) => {
  const user = await homeWithLedger(t);
  const database = new Database(join(user, '.slotledger/ledger.db'));
  const richest = 'SELECT address FROM accounts ORDER BY balance DESC LIMIT 1';
  const address = database.prepare(richest).pluck().get() as string;
  database.exec(`UPDATE accounts SET balance = balance + 1 WHERE address = '${address}'`);
  database.close();
  const outcome = await run('server', user, ['verify']);
  assert.equal(outcome.code, 3);
  assert.match(outcome.stdout, new RegExp(`\n✗ accounts, ${address}: balance is \\d+, and the blocks give \\d+\\.\n$`));
  assert.match(outcome.stderr, /^error: The ledger is not what its chain makes it \(findings: 1\)\.\n {2}fix: Stop/);
});

test('verify says what is missing where there is no ledger', async (t) => {
  const user = temporaryHome(t);
  assert.match((await run('server', user, ['verify'])).stderr, /^error: There is no .*genesis\.json\.\n/);
  await run('server', user, ['init']);
  const outcome = await run('server', user, ['verify']);
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /^error: There is no .*ledger\.db\.\n {2}fix: /);
});

test('a backup is one file that verifies, and is never written over another', async (t) => {
  const user = await homeWithLedger(t);
  const made = await run('server', user, ['backup', 'copy.db', '--output', 'json']);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).index, 12);
  assert.deepEqual(readdirSync(user).sort(), ['.slotledger', 'copy.db']);
  const verified = await run('server', user, ['verify', 'copy.db', '--output', 'json']);
  assert.equal(verified.code, 0, verified.stderr);
  assert.equal(JSON.parse(verified.stdout).index, 12);
  const again = await run('server', user, ['backup', 'copy.db']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^error: .*copy\.db exists already\.\n/);
});

test('export prints each block as it travels, linked to the one before, the last with its certificate', async (t) => {
  const user = await homeWithLedger(t);
  const { stdout } = await run('server', user, ['export', '--from', '4']);
  const blocks = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    blocks.map(({ index }) => index),
    [4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  for (const [i, block] of blocks.entries()) if (i > 0) assert.equal(block.prev_hash, blocks[i - 1].hash);
  assert.equal(blocks.at(-1).finality.block, blocks.at(-1).hash);
  assert.equal(blocks[0].transactions.length, 2);
});

test('export ends before a block that is not the one that was made final, and says so with exit code 3', async (t) => {
  const user = await homeWithLedger(t);
  const database = new Database(join(user, '.slotledger/ledger.db'));
  const more = `UPDATE transactions SET body = replace(body, '"amount":', '"amount":1') WHERE idx = 7`;
  assert.ok(database.prepare(more).run().changes > 0);
  database.close();
  const outcome = await run('server', user, ['export', '--from', '4', '--output', 'json']);
  const printed = outcome.stdout.trimEnd().split('\n');
  assert.deepEqual(
    printed.map((line) => JSON.parse(line).index),
    [4, 5, 6],
  );
  assert.equal(outcome.code, 3);
  const { error } = JSON.parse(outcome.stderr);
  assert.equal(error.code, 'ledger_damaged');
  assert.match(error.detail, /ledger\.db is damaged: block 7 is not the one that was made final\.$/);
});

test('a file that is no ledger is no advice to repair one, and nothing is called a bug', async (t) => {
  const user = await homeWithLedger(t);
  const ledger = join(user, '.slotledger/ledger.db');
  const before = readFileSync(ledger);
  writeFileSync(join(user, 'text.db'), 'Dear diary, '.repeat(1000));
  writeFileSync(join(user, 'empty.db'), '');
  const other = new Database(join(user, 'other.db'));
  other.exec('CREATE TABLE songs (name TEXT)');
  other.close();
  for (const file of ['text.db', 'empty.db', 'other.db']) {
    for (const words of [
      ['verify', file],
      ['restore', file, '--replace'],
    ]) {
      const outcome = await run('server', user, [...words, '--output', 'json']);
      assert.equal(outcome.code, 3, outcome.stderr);
      const { error } = JSON.parse(outcome.stderr);
      assert.equal(error.code, 'backup_damaged');
      assert.doesNotMatch(outcome.stderr, /repair|start the node/);
    }
  }
  const directory = await run('server', user, ['verify', '.', '--output', 'json']);
  assert.equal(JSON.parse(directory.stderr).error.code, 'not_a_file');
  assert.deepEqual(readFileSync(ledger), before);
});

test('a copy that does not verify is no reason to repair the ledger of the home', async (t) => {
  const user = await homeWithLedger(t);
  assert.equal((await run('server', user, ['backup', 'copy.db'])).code, 0);
  const database = new Database(join(user, 'copy.db'));
  database.exec('UPDATE accounts SET balance = balance + 1');
  database.close();
  const outcome = await run('server', user, ['verify', 'copy.db']);
  assert.equal(outcome.code, 3);
  assert.match(outcome.stderr, /^error: copy\.db is not what this chain makes it .*\n {2}fix: Take another backup/);
});

test('a ledger that is no database any more is damage, not a bug', async (t) => {
  const user = await homeWithLedger(t);
  writeFileSync(join(user, '.slotledger/ledger.db'), 'Dear diary, '.repeat(1000));
  for (const words of [['verify'], ['backup', 'copy.db'], ['export']]) {
    const outcome = await run('server', user, [...words, '--output', 'json']);
    assert.equal(outcome.code, 3, outcome.stderr);
    assert.equal(JSON.parse(outcome.stderr).error.code, 'ledger_damaged');
  }
});

test('a backup into a directory that is not there says so', async (t) => {
  const user = await homeWithLedger(t);
  const outcome = await run('server', user, ['backup', 'nodir/x.db']);
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /^error: There is no directory \S+\/nodir\.\n {2}fix: Make it/);
  const below = await run('server', user, ['backup', '.slotledger/genesis.json/x.db']);
  assert.match(below.stderr, /^error: \S+genesis\.json is no directory\./);
});

test('an export of nothing says so', async (t) => {
  const user = await homeWithLedger(t);
  const swapped = await run('server', user, ['export', '--from', '9', '--to', '4']);
  assert.equal(swapped.code, 2);
  assert.match(swapped.stderr, /^error: --from 9 is after --to 4\.\n/);
  const beyond = await run('server', user, ['export', '--from', '13']);
  assert.equal(beyond.code, 2);
  assert.match(beyond.stderr, /^error: There is no block 13 yet: the last final one is 12\.\n/);
  const all = await run('server', user, ['export', '--from', '12', '--to', '99']);
  assert.deepEqual([all.code, all.stdout.split('\n').length], [0, 2]);
});
