/** What contradicts its hashes is never told: a question about a ledger in which a value was changed has no answer. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accountKey } from '../../../ledger/state-keys.js';
import { toEpoch, toHeight } from '../../../ledger/values/numbers.js';
import type { LedgerFailure } from '../../../server/errors.js';
import { Database } from '../../../server/storage/sqlite.js';
import { person } from '../../ledger/test-chain.js';
import {
  ann,
  blocks,
  chain,
  close,
  directory,
  everybody,
  type Opened,
  open,
  original,
  payment,
  questions,
  truth,
  v1,
} from './true-ledger.js';

const cases: readonly (readonly [what: string, sql: string, ask: (of: Opened) => unknown])[] = [
  ['a balance', `UPDATE accounts SET balance = balance + 1 WHERE address = '${ann}'`, (o) => o.queries.account(ann)],
  [
    'a balance, to the replica',
    `UPDATE accounts SET balance = balance + 1 WHERE address = '${ann}'`,
    (o) => o.store.get(accountKey(ann)),
  ],
  [
    'a balance in a list',
    `UPDATE accounts SET balance = balance + 1 WHERE address = '${ann}'`,
    (o) => o.queries.accounts(10),
  ],
  ['a nonce', `UPDATE accounts SET nonces = '{"0":1}' WHERE address = '${ann}'`, (o) => o.queries.account(ann)],
  ['a missing account', `UPDATE accounts SET address = 'sl1x' WHERE address = '${ann}'`, (o) => o.queries.account(ann)],
  [
    'a balance that never was',
    `INSERT INTO accounts (address, balance, nonces, changes, last_change) VALUES ('${person('nobody').address}', 5, '{}', 1, 1)`,
    (o) => o.queries.account(person('nobody').address),
  ],
  [
    'the last row of a history',
    `UPDATE account_history SET balance = balance + 1 WHERE account = (SELECT id FROM accounts WHERE address = '${person('friend 1').address}')`,
    (o) => o.queries.account(person('friend 1').address, toHeight(blocks - 1)),
  ],
  [
    'bonded stake',
    `UPDATE validators SET bonded = bonded + 1 WHERE key = '${v1}'`,
    (o) => o.queries.account(person('v1').address),
  ],
  ['the sum of stake', `UPDATE validators SET bonded = bonded + 1 WHERE key = '${v1}'`, (o) => o.queries.supply()],
  ['the supply', 'UPDATE supply SET supply = supply + 1', (o) => o.queries.supply()],
  ['the epoch', `UPDATE epochs SET nonce = '0x${'5'.repeat(64)}'`, (o) => o.queries.epoch('current')],
  ['a past set', `UPDATE epochs SET validators = '[]' WHERE number = 1`, (o) => o.queries.epoch(toEpoch(1))],
  [
    'a past nonce',
    `UPDATE epochs SET nonce = '0x${'5'.repeat(64)}' WHERE number = 1`,
    (o) => o.queries.epoch(toEpoch(1)),
  ],
  [
    'a set on the way',
    `UPDATE epochs SET validators = '[]' WHERE number = 1`,
    (o) => o.queries.epochLinks(toEpoch(0), 9),
  ],
  ['an epoch on the way, gone', 'DELETE FROM epochs WHERE number = 1', (o) => o.queries.epochLinks(toEpoch(0), 9)],
  ['an epoch between two, gone', 'DELETE FROM epochs WHERE number = 2', (o) => o.queries.epochLinks(toEpoch(0), 9)],
  [
    'a certificate on the way, gone',
    'DELETE FROM certificates WHERE idx = (SELECT first_index - 1 FROM epochs WHERE number = 1)',
    (o) => o.queries.epochLinks(toEpoch(0), 9),
  ],
  [
    'a header on the way to a certificate',
    `UPDATE blocks SET header = json_set(header, '$.slot', 9) WHERE idx = 7`,
    (o) => o.queries.descendants(toHeight(1), chain.finals.at(-1)!.block.hash),
  ],
  ['a leaf', `UPDATE tree_nodes SET node = replace(node, 'a', 'b')`, (o) => o.store.get(accountKey(ann))],
  ['the root', `UPDATE tree_nodes SET node = replace(node, 'a', 'b') WHERE place = 1`, (o) => o.store.node('')],
  ['a missing node', `DELETE FROM tree_nodes WHERE place <> 1`, (o) => o.queries.account(ann)],
  [
    'a header',
    `UPDATE blocks SET header = json_set(header, '$.slot', 9) WHERE idx = 7`,
    (o) => o.queries.block(toHeight(7)),
  ],
  [
    'a header in a list',
    `UPDATE blocks SET header = json_set(header, '$.slot', 9) WHERE idx = 7`,
    (o) => o.queries.blocks(100),
  ],
  ['a number of transactions', 'UPDATE blocks SET transaction_count = 1 WHERE idx = 7', (o) => o.queries.blocks(100)],
  ['a number of evidence', 'UPDATE blocks SET evidence_count = 0 WHERE idx = 6', (o) => o.queries.blocks(100)],
  ['a missing block', 'DELETE FROM blocks WHERE idx = 7', (o) => o.queries.block(toHeight(7))],
  ['a missing block in a list', 'DELETE FROM blocks WHERE idx = 7', (o) => o.queries.blocks(100)],
  ['a missing block to a peer', 'DELETE FROM blocks WHERE idx = 7', (o) => o.store.page(toHeight(7), 5, 100_000)],
  [
    'a body',
    `UPDATE transactions SET body = replace(body, '"amount":17', '"amount":18') WHERE idx = 7`,
    (o) => o.queries.block(toHeight(7)),
  ],
  [
    'a body to a peer',
    `UPDATE transactions SET body = replace(body, '"amount":17', '"amount":18') WHERE idx = 7`,
    (o) => o.store.page(toHeight(1), 20, 100_000),
  ],
  [
    'a body asked for by id',
    `UPDATE transactions SET body = replace(body, '"amount":17', '"amount":18') WHERE idx = 7`,
    (o) => o.queries.transaction(payment),
  ],
  [
    'a body in a list',
    `UPDATE transactions SET body = replace(body, '"amount":17', '"amount":18') WHERE idx = 7`,
    (o) => o.queries.accountTransactions(ann, 100),
  ],
  [
    'a signature asked for by id',
    `UPDATE transactions SET body = json_set(body, '$.signature', '0x' || substr(json_extract(body, '$.signature'), 4) || '0') WHERE idx = 7`,
    (o) => o.queries.transaction(payment),
  ],
  ['a place', 'UPDATE transactions SET position = 1 - position WHERE idx = 7', (o) => o.queries.transaction(payment)],
  ['another block', 'UPDATE transactions SET idx = 8 WHERE idx = 7', (o) => o.queries.transaction(payment)],
  [
    'a missing row of a list',
    'DELETE FROM account_history WHERE idx = 8',
    (o) => o.queries.accountTransactions(ann, 100),
  ],
  ['evidence', `UPDATE evidence SET body = json_set(body, '$.first.view', 1)`, (o) => o.queries.evidence(10)],
  ['an offender', `UPDATE evidence SET offender = '${v1}'`, (o) => o.queries.evidence(10)],
  [
    'a signature of a certificate',
    `UPDATE certificates SET certificate = json_set(certificate, '$.signatures[1]', json_extract(certificate, '$.signatures[0]')) WHERE idx = ${blocks}`,
    (o) => o.queries.block('latest'),
  ],
  ['stake that is no JSON', `UPDATE validators SET unbonding = '{'`, (o) => o.queries.supply()],
  ['nonces that are no JSON', `UPDATE accounts SET nonces = '{'`, (o) => o.queries.account(ann)],
  ['a header that is no JSON', `UPDATE blocks SET header = '{' WHERE idx = 7`, (o) => o.queries.block(toHeight(7))],
  ['a header that is nothing', `UPDATE blocks SET header = 'null' WHERE idx = 7`, (o) => o.queries.block(toHeight(7))],
  [
    'a header that is no JSON, to a peer',
    `UPDATE blocks SET header = '{' WHERE idx = 7`,
    (o) => o.store.page(toHeight(1), 20, 100_000),
  ],
  ['a body that is nothing', `UPDATE transactions SET body = 'null'`, (o) => o.queries.transaction(payment)],
  [
    'a signature that is a number',
    `UPDATE transactions SET body = json_set(body, '$.signature', 5) WHERE idx = 7`,
    (o) => o.queries.transaction(payment),
  ],
  [
    'a certificate that is nothing',
    `UPDATE certificates SET certificate = 'null' WHERE idx = 3`,
    (o) => o.queries.block(toHeight(3)),
  ],
  [
    'a certificate without signers',
    `UPDATE certificates SET certificate = json_remove(certificate, '$.signers') WHERE idx = 3`,
    (o) => o.queries.block(toHeight(3)),
  ],
  ['a set that is a number', `UPDATE epochs SET validators = '5' WHERE number = 1`, (o) => o.queries.epoch(toEpoch(1))],
  ['evidence that is empty', `UPDATE evidence SET body = '{}'`, (o) => o.queries.evidence(10)],
  ['the last epoch, gone', 'DELETE FROM epochs WHERE number = 4', (o) => o.queries.epoch(toEpoch(4))],
  ['the first epoch, gone', 'DELETE FROM epochs', (o) => o.queries.block(toHeight(0))],
  [
    'a list that is none',
    `UPDATE account_history SET positions = '{}' WHERE positions IS NOT NULL`,
    (o) => o.queries.accountTransactions(ann, 100),
  ],
  [
    'a list of what are no places',
    `UPDATE account_history SET positions = '[[]]' WHERE positions IS NOT NULL`,
    (o) => o.queries.accountTransactions(ann, 100),
  ],
  [
    'a past balance that is no number',
    `UPDATE account_history SET nonces = '{"0":0.5}' WHERE account = (SELECT id FROM accounts WHERE address = '${person('friend 1').address}')`,
    (o) => o.queries.account(person('friend 1').address, toHeight(blocks - 1)),
  ],
  [
    'a list of the wrong account',
    "UPDATE account_history SET positions = '[0]' WHERE idx = 8 AND positions IS NOT NULL",
    (o) => everybody.map((one) => o.queries.accountTransactions(one, 100)),
  ],
];

for (const [what, sql, ask] of cases) {
  test(`${what} that was changed is not told, and the node hears why once`, async (t) => {
    const path = join(directory, 'changed.db');
    copyFileSync(original, path);
    const database = new Database(path);
    assert.ok(database.prepare(sql).run().changes > 0, 'the row is there');
    database.close();
    const heard: Error[] = [];
    const opened = open(path, (error) => heard.push(error));
    t.after(() => close(opened));
    assert.throws(
      () => ask(opened),
      (error: LedgerFailure) => {
        assert.equal(error.code, 'ledger_damaged');
        assert.match(error.message, /is damaged: .+\. The node stops and answers nothing from it: run `server verify`/);
        assert.deepEqual(heard, [error]);
        return true;
      },
    );
  });
}

for (const [what, sql] of [
  ['slot', 'UPDATE chain SET tip_slot = tip_slot + 1'],
  ['height', 'UPDATE chain SET tip_index = tip_index - 1'],
  [
    'certificate',
    `UPDATE certificates SET certificate = (SELECT certificate FROM certificates WHERE idx = 3) WHERE idx = ${blocks}`,
  ],
] as const) {
  test(`a ledger whose last block has another ${what} is not opened`, () => {
    const path = join(directory, 'changed-tip.db');
    copyFileSync(original, path);
    const database = new Database(path);
    database.exec(sql);
    database.close();
    assert.throws(() => open(path), /changed-tip\.db is damaged: .*block 2[56]/);
  });
}

test('what is changed while the file is in use is noticed as well', async (t) => {
  const path = join(directory, 'in-use.db');
  copyFileSync(original, path);
  const opened = open(path);
  t.after(() => close(opened));
  for (const [name, ask] of questions) assert.equal(JSON.stringify(ask(opened)), truth.get(name));
  const database = new Database(path);
  database.exec('UPDATE accounts SET balance = balance + 1');
  database.close();
  assert.throws(() => opened.queries.account(ann), /account\/.* does not follow from the root in block 26/);
});

for (const [what, sql] of [
  ['an account', 'UPDATE accounts SET balance = balance + 1'],
  ['a missing account', `UPDATE accounts SET address = address || 'x'`],
  ['the buckets of the tree', `UPDATE tree_nodes SET node = replace(node, 'a', 'b') WHERE place <> 1`],
] as const) {
  test(`the replica, which has the upper nodes in memory, is not told ${what} that was changed`, (t) => {
    const path = join(directory, 'known-above.db');
    copyFileSync(original, path);
    const heard: Error[] = [];
    const opened = open(path, (error) => heard.push(error));
    t.after(() => close(opened));
    opened.store.get(accountKey(person('nobody').address));
    const database = new Database(path);
    database.exec(sql);
    database.close();
    assert.throws(() => opened.store.get(accountKey(ann)), /does not follow from the root in block 26/);
    assert.equal(heard.length, 1);
  });
}
