/** A ledger is verified as a whole: each way of tampering with its file is found, and its place is named. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readEpoch } from '../../../ledger/state-keys.js';
import { toView } from '../../../ledger/values/numbers.js';
import { Database } from '../../../server/storage/sqlite.js';
import { findingText, type Progress } from '../../../server/verify/report.js';
import { verifyLedger } from '../../../server/verify/verify-chain.js';
import { person } from '../../ledger/test-chain.js';
import { busyCertifiedChain, CertifiedChain } from './certified-chain.js';

const directory = mkdtempSync(join(tmpdir(), 'slotledger-verify-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const blocks = 26;
const chain = busyCertifiedChain(blocks);
const { context } = chain;
const original = join(directory, 'ledger.db');
await chain.write(original);

/** A copy of the ledger, changed by plain SQL. */
function tampered(name: string, sql: string): string {
  const path = join(directory, `${name.replaceAll(/\W+/g, '-')}.db`);
  copyFileSync(original, path);
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return path;
}

test('a ledger that nobody touched verifies to its last row, and is left as it was', () => {
  const before = readFileSync(original);
  const stages = new Map<string, Progress>();
  const report = verifyLedger({ path: original, context, onProgress: (it) => stages.set(it.stage, it) });
  assert.deepEqual(report.findings, []);
  assert.equal(report.index, blocks);
  assert.equal(report.tip, blocks);
  assert.equal(report.transactions, 2 * blocks + 2);
  assert.ok(report.certificates > blocks / 3 && report.rows > 200, JSON.stringify(report));
  assert.deepEqual(stages.get('blocks'), { stage: 'blocks', done: blocks, total: blocks });
  assert.deepEqual(readFileSync(original), before);
});

const ann = person('ann').address;
const v1 = person('v1').validator.publicKey;
const cases: readonly (readonly [what: string, sql: string, found: RegExp])[] = [
  [
    'a changed balance',
    `UPDATE accounts SET balance = balance + 1 WHERE address = '${ann}'`,
    new RegExp(`^accounts, ${ann}: balance is \\d+, and the blocks give \\d+\\.$`),
  ],
  [
    'an account that nobody paid',
    `INSERT INTO accounts (address, balance, nonces, changes, last_change) VALUES ('sl1x', 5, '{}', 1, 1)`,
    /^accounts, sl1x: The row does not follow from the blocks\.$/,
  ],
  [
    'a changed amount in a transaction',
    `UPDATE transactions SET body = replace(body, '"amount":17', '"amount":18') WHERE idx = 7 AND position = 0`,
    /^transactions, block 7, transaction 0: The transaction is not the one/,
  ],
  ['a removed transaction', 'DELETE FROM transactions WHERE idx = 9 AND position = 1', /^transactions, block 9/],
  [
    'a transaction that is no JSON',
    `UPDATE transactions SET body = '{' WHERE idx = 9`,
    /^blocks, block 9: The block or one of its transactions is not JSON\.$/,
  ],
  [
    'an id that finds nothing',
    'UPDATE transactions SET id_prefix = id_prefix + 1 WHERE idx = 4 AND position = 0',
    /^transactions, block 4, 0: id_prefix is/,
  ],
  ['a removed block', 'DELETE FROM blocks WHERE idx = 12', /^blocks, block 12: The block is missing\.$/],
  [
    'the last block removed',
    `DELETE FROM blocks WHERE idx = ${blocks}`,
    new RegExp(`^blocks, block ${blocks}: The block is missing`),
  ],
  [
    'a block with another root',
    `UPDATE blocks SET header = json_set(header, '$.state_root', json_extract(header, '$.tx_root')) WHERE idx = 5`,
    /^blocks, block 5: /,
  ],
  [
    'a forged signature in a certificate',
    `UPDATE certificates SET certificate = json_set(certificate, '$.signatures[1]', json_extract(certificate, '$.signatures[0]')) WHERE idx = 9`,
    /^certificates, block 9: It does not hold: the signature of 0x[0-9a-f]{64} does not hold\.$/,
  ],
  [
    'a certificate of too few',
    `UPDATE certificates SET certificate = json_remove(certificate, '$.signers[2]', '$.signatures[2]') WHERE idx = 3`,
    /^certificates, block 3: It does not hold: stake of 2000 is not more than 2\/3 of 3000\.$/,
  ],
  [
    "another block's certificate",
    'UPDATE certificates SET certificate = (SELECT certificate FROM certificates WHERE idx = 3) WHERE idx = 9',
    /^certificates, block 9: It is of another block\.$/,
  ],
  [
    'no certificate on a closing block',
    'DELETE FROM certificates WHERE idx = 5',
    /^certificates, block 5: The block closes its epoch and has no finality certificate\.$/,
  ],
  [
    'no certificate on the last block',
    `DELETE FROM certificates WHERE idx = ${blocks}`,
    /The block is the last one and has no finality certificate\.$/,
  ],
  [
    'a balance changed in the past',
    `UPDATE account_history SET balance = balance + 1 WHERE idx = 8 AND account = (SELECT id FROM accounts WHERE address = '${ann}')`,
    new RegExp(`^account_history, block 8, ${ann}: balance is`),
  ],
  [
    'a payment hidden from its account',
    `UPDATE account_history SET positions = NULL WHERE idx = 8 AND account = (SELECT id FROM accounts WHERE address = '${ann}')`,
    /^account_history, block 8, .*: positions is nothing, and the blocks give/,
  ],
  [
    'stake out of nothing',
    `UPDATE validators SET bonded = bonded + 1 WHERE key = '${v1}'`,
    new RegExp(`^validators, ${v1}: bonded is`),
  ],
  [
    'a validator in a past set',
    `UPDATE epochs SET validators = '[]' WHERE number = 1`,
    /^epochs, 1: validators is \[\], and/,
  ],
  ['money out of nothing', 'UPDATE supply SET supply = supply + 1', /^supply: supply is/],
  ['a node of the state tree', `UPDATE tree_nodes SET node = 'x' WHERE place = 1`, /^tree_nodes, 1: node is x, and/],
  [
    'an entry of the state',
    `DELETE FROM state WHERE key = 'system/queue'`,
    /^state, system\/queue: The row is missing\.$/,
  ],
  ['hidden evidence', 'DELETE FROM evidence', /^blocks, block 6: /],
  ['a tip of another slot', 'UPDATE chain SET tip_slot = tip_slot + 1', /^chain: tip_slot is/],
  [
    'another root of genesis',
    'UPDATE chain SET genesis_state_root = tip_hash',
    /^chain: genesis_state_root is 0x[0-9a-f]{64}, and the blocks give 0x[0-9a-f]{64}\.$/,
  ],
  [
    'a history that is said to be pruned',
    'UPDATE account_history SET balance = 5 WHERE idx < 8; UPDATE chain SET history_from = 8',
    /^chain: history_from is 8, and the blocks give 0\.$/,
  ],
  [
    'a trigger',
    'CREATE TRIGGER theft AFTER UPDATE ON supply BEGIN SELECT 1; END',
    /^sqlite_schema, theft: The row does not follow/,
  ],
  ['a dropped index', 'DROP INDEX transactions_by_id', /^sqlite_schema, transactions_by_id: The row is missing/],
  [
    'the ledger of another genesis',
    `UPDATE chain SET genesis_hash = tip_hash`,
    /^chain: The ledger is of the chain with genesis hash 0x/,
  ],
];
for (const [what, sql, found] of cases) {
  test(`verify finds ${what}`, () => {
    const path = tampered(what, sql);
    assert.notDeepEqual(readFileSync(path), readFileSync(original), 'the file was changed');
    const { findings } = verifyLedger({ path, context });
    assert.ok(findings.length > 0, 'nothing was found');
    assert.match(findingText(findings[0]!), found);
  });
}

test('verify finds a page of the file that was overwritten', () => {
  const path = join(directory, 'page.db');
  const bytes = readFileSync(original);
  const root = new Database(original, { readonly: true });
  const page = root.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'tree_nodes'`).pluck().get() as number;
  root.close();
  writeFileSync(path, bytes.fill(0xa5, (page - 1) * 4096, page * 4096));
  const { findings } = verifyLedger({ path, context });
  assert.equal(findings[0]?.table, 'file', JSON.stringify(findings));
});

/** Blocks that a corrupt quorum has signed all the same. */
class CorruptChain extends CertifiedChain {
  wrong: 'leader' | 'justification' | undefined;

  override proposerOf(slot: number) {
    const leader = super.proposerOf(slot);
    if (this.wrong !== 'leader') return leader;
    return readEpoch(this.state).validators.find(({ key }) => key !== leader)!.key;
  }

  override justifyViewOf() {
    return this.wrong === 'justification' ? toView(0) : super.justifyViewOf();
  }
}

for (const [wrong, says] of [
  ['leader', /^blocks, block 3: The leader of slot 6 is 0x[0-9a-f]{64}, and another proposed the block\.$/],
  ['justification', /^blocks, block 3: It is justified by a view before that of the block before it\.$/],
] as const) {
  test(`verify finds a block with a wrong ${wrong}, whoever has signed it`, async () => {
    const corrupt = new CorruptChain();
    for (let i = 1; i <= 4; i += 1) {
      corrupt.wrong = i === 3 ? wrong : undefined;
      corrupt.final(i * 2, [corrupt.pay('ann', 'bob', i)]);
    }
    const path = join(directory, `${wrong}.db`);
    await corrupt.write(path);
    const report = verifyLedger({ path, context: corrupt.context });
    assert.equal(report.index, 2);
    assert.match(findingText(report.findings[0]!), says);
  });
}
