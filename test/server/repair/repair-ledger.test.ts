/** A damaged ledger is made anew from its own blocks, as far as they go; the damaged file is kept. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repairLedger } from '../../../server/repair/repair-ledger.js';
import { createRandom } from '../../../server/simulator/random.js';
import { Database } from '../../../server/storage/sqlite.js';
import { verifyLedger } from '../../../server/verify/verify-chain.js';
import { busyCertifiedChain } from '../verify/certified-chain.js';

const directory = mkdtempSync(join(tmpdir(), 'slotledger-repair-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const blocks = 20;
const chain = busyCertifiedChain(blocks);
const { context } = chain;
const original = join(directory, 'original.db');
await chain.write(original);

let copies = 0;
function copy(): string {
  copies += 1;
  const path = join(directory, `copy-${copies}.db`);
  copyFileSync(original, path);
  return path;
}

function repairedAfter(path: string): ReturnType<typeof repairLedger> {
  const damaged = readFileSync(path);
  const done = repairLedger(path, context);
  const { findings, index, tip } = verifyLedger({ path, context });
  assert.deepEqual(findings, []);
  assert.equal(index, done.index);
  assert.equal(tip, done.index);
  if (done.movedTo !== undefined) assert.ok(readFileSync(done.movedTo).equals(damaged), 'the damaged file is kept');
  assert.ok(!existsSync(`${path}.repair`));
  return done;
}

test('a whole ledger is left as it is', () => {
  const path = copy();
  const before = readFileSync(path);
  const done = repairLedger(path, context);
  assert.deepEqual(done.findings, []);
  assert.equal(done.index, blocks);
  assert.equal(done.movedTo, undefined);
  assert.ok(readFileSync(path).equals(before));
});

test('rows that do not follow from the blocks are made anew, and no block is lost', () => {
  const path = copy();
  const database = new Database(path);
  database.exec(
    `UPDATE accounts SET balance = 5; DELETE FROM tree_nodes WHERE place = 1; DROP INDEX transactions_by_id`,
  );
  database.close();
  const done = repairedAfter(path);
  assert.equal(done.index, blocks);
  assert.ok(done.findings.length > 0);
});

test('blocks before a wrong one are kept, up to their last certificate', () => {
  const path = copy();
  const database = new Database(path);
  database.exec(`UPDATE blocks SET header = replace(header, '"slot":', '"slot":1') WHERE idx = 15`);
  database.close();
  const done = repairedAfter(path);
  assert.ok(done.index > 5 && done.index < 15, `${done.index}`);
  assert.equal(done.tip, blocks);
});

test('a file that is no ledger any more leaves the genesis, and a second repair moves nothing', () => {
  const path = copy();
  writeFileSync(path, Buffer.alloc(100_000, 7));
  const done = repairedAfter(path);
  assert.equal(done.index, 0);
  assert.equal(done.movedTo, `${path}.damaged-1`);
  assert.equal(repairLedger(path, context).movedTo, undefined);
});

test('a flipped bit in the text of the schema is damage like any other', () => {
  const path = copy();
  const database = new Database(path);
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'node TEXT', 'nodd TEXT') WHERE name = 'tree_nodes'`);
  database.close();
  assert.notEqual(repairedAfter(path).movedTo, undefined);
});

test('flipped bits, swapped pages and cut ends: the repaired ledger verifies, whatever was hit', (t) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  t.diagnostic(`SEED=${seed}`);
  const random = createRandom(seed, 'repair');
  const page = 4096;
  let found = 0;
  for (let round = 0; round < 12; round++) {
    const path = copy();
    let bytes: Buffer = readFileSync(path);
    const pages = bytes.length / page;
    if (round % 3 === 0) {
      for (let flips = 0; flips < 8; flips++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    } else if (round % 3 === 1) {
      const [one, other] = [random.below(pages) * page, random.below(pages) * page];
      const kept = Buffer.from(bytes.subarray(one, one + page));
      bytes.copy(bytes, one, other, other + page);
      kept.copy(bytes, other);
    } else bytes = bytes.subarray(0, random.below(bytes.length));
    writeFileSync(path, bytes);
    const done = repairedAfter(path);
    if (done.movedTo !== undefined) found += 1;
  }
  assert.ok(found > 3, `${found} of 12 were damaged`);
  assert.ok(readdirSync(directory).some((name) => name.endsWith('.damaged-1')));
});
