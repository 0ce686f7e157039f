import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEpoch, readSupply } from '../../../ledger/state-keys.js';
import { type Height, toEpoch, toHeight } from '../../../ledger/values/numbers.js';
import type { StateEntry } from '../../../ledger/values/state.js';
import type { Address, Hash } from '../../../ledger/values/text.js';
import type { Page } from '../../../server/storage/ledger-queries.js';
import { Database } from '../../../server/storage/sqlite.js';
import { createLedgerQueries } from '../../../server/storage/sqlite-queries.js';
import { person } from '../../ledger/test-chain.js';
import { busyChain, genesisOf, openStore, temporaryFile, withoutCertificate } from './final-chain.js';

const blockCount = 60;
const { chain, finals } = busyChain(blockCount);

/** @param change of the file, before it is read */
async function stored(t: Parameters<typeof temporaryFile>[0], change: (path: string) => void = () => {}) {
  const path = temporaryFile(t);
  const store = openStore(path, chain);
  // Appends of three: only each third block and the closing ones have certificates of their own.
  for (let i = 0; i < finals.length; i += 3) {
    const three = finals.slice(i, i + 3);
    const page = three.map((final, n) =>
      n === three.length - 1 || final.block.next_epoch !== undefined ? final : withoutCertificate(final),
    );
    store.append(page, () => {});
  }
  await store.close();
  change(path);
  const queries = createLedgerQueries({ path, genesis: chain.context.genesis });
  t.after(() => queries.close());
  return queries;
}

/** All items of a list, read in pages of `limit`. */
function walk<Item>(limit: number, read: (limit: number, cursor?: string) => Page<Item>): Item[] {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 10_000; pages += 1) {
    const page = cursor === undefined ? read(limit) : read(limit, cursor);
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    assert.equal(page.items.length, limit, 'only the last page is short');
    cursor = page.nextCursor;
  }
  assert.fail('the list has no end');
}

/** The state after each block, by replaying what the blocks changed. */
function* statesByHeight(): Generator<[Height, ReadonlyMap<string, StateEntry | null>]> {
  const state = new Map<string, StateEntry | null>(genesisOf(chain)().changes.entries);
  yield [toHeight(0), state];
  for (const { block, changes } of finals) {
    for (const [key, entry] of changes.entries) state.set(key, entry);
    yield [block.index, state];
  }
}

test('an account reads as it was after every block, and never seen before it was first paid', async (t) => {
  const queries = await stored(t);
  const names = ['ann', 'bob', 'v1', 'v3', 'v4', ...[0, 1, 2, 3, 4, 5, 6].map((n) => `friend ${n}`), 'nobody'];
  for (const [index, state] of statesByHeight()) {
    for (const name of names) {
      const { address, validator } = person(name);
      const found = queries.account(address, index);
      assert.ok(found !== 'pruned');
      assert.deepEqual(found.entry, state.get(`account/${address}`) ?? undefined, `${name} at ${index}`);
      assert.deepEqual(found.validator, state.get(`validator/${validator.publicKey}`) ?? undefined, `${name} ${index}`);
      assert.equal(found.index, index);
    }
  }
  const { address } = person('ann');
  assert.deepEqual(queries.account(address), queries.account(address, toHeight(blockCount)));
});

for (const limit of [1, 2, 7, 1000]) {
  test(`lists in pages of ${limit} have neither gap nor repeat`, async (t) => {
    const queries = await stored(t);
    const blocks = walk(limit, queries.blocks).map(({ hash }) => hash);
    assert.deepEqual(blocks, finals.map(({ block }) => block.hash).reverse());

    const receipts = finals.flatMap((final) => final.receipts.map((receipt, n) => ({ final, receipt, n })));
    for (const name of ['ann', 'bob', 'v4', 'friend 3', 'nobody']) {
      const { address } = person(name);
      const expected = receipts.filter(({ final, n }) => {
        const transaction = final.block.transactions[n]!;
        const paid = transaction.type === 'transfer' && transaction.outputs.some(({ to }) => to === address);
        return paid || transaction.from === address;
      });
      const read = walk(limit, (count, cursor) => queries.accountTransactions(address, count, cursor));
      assert.deepEqual(
        read.map(({ id, index, position, slot }) => ({ id, index, position, slot })),
        expected.map(({ receipt }) => receipt).reverse(),
        name,
      );
    }

    const accounts = walk(limit, queries.accounts);
    const { entries } = chain.state.changes();
    const funded = [...entries].filter(
      ([key, entry]) => key.startsWith('account/') && (entry as { balance: number }).balance > 0,
    );
    assert.equal(accounts.length, funded.length);
    assert.equal(new Set(accounts.map(({ address }) => address)).size, accounts.length);
    const placeOf = (name: string) => accounts.findIndex(({ address }) => address === person(name).address);
    assert.ok(placeOf('ann') < placeOf('friend 3'), 'who was there first stands first');
    for (const { address, balance } of accounts) {
      assert.equal((entries.get(`account/${address}`) as { balance: number }).balance, balance);
    }
  });
}

test('accounts without money are left out, and one question looks at a few hundred of them at most', async (t) => {
  const before = walk(100, (await stored(t)).accounts);
  const queries = await stored(t, (path) => {
    const database = new Database(path);
    const add = database.prepare(`INSERT INTO accounts VALUES (?, ?, 0, '{}', 1, 1, NULL, NULL)`);
    for (let n = 1; n <= 700; n += 1) add.run(-n, `nobody ${n}`);
    database.exec('UPDATE accounts SET id = id + 1000');
    database.close();
  });
  const pages: Page<{ readonly address: Address }>[] = [];
  for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)!.nextCursor) {
    pages.push(queries.accounts(100, cursor));
  }
  assert.ok(pages.length >= 3 && pages[0]!.items.length === 0);
  assert.deepEqual(
    pages.flatMap(({ items }) => items),
    before,
  );
});

test('an account balance is what its transactions and fees add up to', async (t) => {
  const queries = await stored(t);
  for (const name of ['ann', 'bob']) {
    const { address } = person(name);
    let sum = 1_000_000;
    for (const { direction, amount, fee, transaction } of walk(10, (count, cursor) =>
      queries.accountTransactions(address, count, cursor),
    )) {
      if (direction !== 'self') sum += direction === 'in' ? amount : -amount;
      if (transaction.from === address) sum -= fee;
    }
    assert.equal(sum, chain.balance(name));
  }
});

test('a cursor that no list gave out is an empty last page', async (t) => {
  const queries = await stored(t);
  const end = { items: [], nextCursor: null };
  for (const cursor of ['', 'x', '1.2.3.4', '-1', '1e3', '99999999999999999999', '0x10', '1.', "1' OR 1=1", '\u0000']) {
    assert.deepEqual(queries.blocks(5, cursor), end, cursor);
    assert.deepEqual(queries.accounts(5, cursor), end, cursor);
    assert.deepEqual(queries.evidence(5, cursor), end, cursor);
    assert.deepEqual(queries.accountTransactions(person('ann').address, 5, cursor), end, cursor);
  }
});

test('a block comes with its own certificate or that of the nearest later block', async (t) => {
  const queries = await stored(t);
  for (const { block } of finals) {
    const certified = finals.find(
      (final) =>
        final.block.index >= block.index && (final.block.index % 3 === 0 || final.block.next_epoch !== undefined),
    );
    const expected = { block, certificate: certified!.certificate };
    assert.deepEqual(queries.block(block.index), expected);
    assert.deepEqual(queries.block(block.hash), expected);
  }
  assert.deepEqual(queries.block('latest')?.block, finals.at(-1)!.block);
  assert.equal(queries.block(toHeight(blockCount + 1)), undefined);
  assert.equal(queries.block(`0x${'f'.repeat(64)}`), undefined);
  const genesis = queries.block(toHeight(0));
  assert.equal(genesis?.block.hash, chain.context.genesisHash);
  assert.deepEqual(genesis?.certificate.signers, []);
});

test('links lead from each epoch to the next by its closing block and that block’s own certificate', async (t) => {
  const queries = await stored(t);
  const closing = finals.filter(({ block }) => block.next_epoch !== undefined);
  const expected = closing.map(({ block: { transactions: _, evidence: __, ...header }, certificate }) => ({
    header,
    certificate,
    validators: queries.epoch(header.next_epoch!.number)!.validators,
  }));
  assert.ok(expected.length > 5);
  assert.deepEqual(queries.epochLinks(toEpoch(0), 100), expected);
  assert.deepEqual(queries.epochLinks(toEpoch(0), 2), expected.slice(0, 2));
  for (const [at, { header }] of expected.entries()) {
    assert.deepEqual(queries.epochLinks(header.next_epoch!.number, 3), expected.slice(at + 1, at + 4));
  }
  assert.deepEqual(queries.epochLinks(toEpoch(1_000_000), 3), []);
});

test('links of long sets are fewer, but for the first', async (t) => {
  const queries = await stored(t, (path) => {
    const database = new Database(path);
    // As long as sets of some hundred validators.
    database.exec("UPDATE epochs SET validators = replace(validators, '[', '[' || printf('%100000s', ''))");
    database.close();
  });
  assert.equal(queries.epochLinks(toEpoch(0), 100).length, 2);
  assert.equal(queries.epochLinks(toEpoch(1), 1).length, 1);
});

test('headers lead from a block to the one that a certificate names', async (t) => {
  const queries = await stored(t);
  for (const { block } of finals) {
    const { certificate } = queries.block(block.index)!;
    const to = finals.findIndex((final) => final.block.hash === certificate.block);
    const between = finals.slice(block.index, to + 1).map(({ block: { hash } }) => hash);
    assert.deepEqual(
      queries.descendants(block.index, certificate.block).map(({ hash }) => hash),
      between,
    );
  }
});

test('transactions, epochs, evidence and supply read as the ledger has them', async (t) => {
  const queries = await stored(t);
  for (const { block, receipts } of finals) {
    for (const receipt of receipts) {
      const transaction = block.transactions[receipt.position]!;
      assert.deepEqual(queries.transaction(receipt.id), { transaction, receipt, block: block.hash });
    }
  }
  assert.equal(queries.transaction(`0x${'f'.repeat(64)}` as Hash), undefined);
  assert.equal(queries.transaction('garbage' as Hash), undefined);

  const current = readEpoch(chain.state);
  assert.ok(current.number > 5);
  assert.deepEqual(queries.epoch('current'), current);
  for (let number = 0; number < current.number; number += 1) {
    const epoch = queries.epoch(number as never);
    const block = finals.find((final) => final.block.epoch === number)!.block;
    assert.equal(epoch?.validators_hash, block.validators_hash);
  }
  assert.equal(queries.epoch((current.number + 1) as never), undefined);

  const [evidence] = queries.evidence(5).items;
  const holder = finals.find(({ block }) => block.evidence.length > 0)!.block;
  assert.deepEqual(evidence, {
    evidence: holder.evidence[0],
    offender: person('v3').validator.publicKey,
    epoch: 0,
    index: holder.index,
  });

  const { supply, burnt } = readSupply(chain.state);
  let [bonded, unbonding, held] = [0, 0, 0];
  for (const entry of chain.entries().values()) {
    if (entry.kind === 'account') held += entry.balance;
    if (entry.kind !== 'validator') continue;
    bonded += entry.bonded;
    for (const { amount } of entry.unbonding) unbonding += amount;
  }
  assert.ok(burnt > 0 && bonded > 0 && unbonding > 0);
  assert.deepEqual(queries.supply(), { supply, burnt, bonded, unbonding });
  assert.equal(held + bonded + unbonding, supply);
  assert.equal(queries.accountTransactions('sl1nobody' as Address, 3).items.length, 0);
});

test('a transaction is found by its id in whatever part of the chain it stands, and an unknown one in none', async (t) => {
  // As if 100,000 transactions had come between blocks 20 and 21, and as many between 40 and 41.
  const queries = await stored(t, (path) => {
    const database = new Database(path);
    for (const after of [40, 20]) {
      database.exec(`UPDATE transactions SET n = n + 1000000 WHERE idx > ${after}`);
      database.exec(`UPDATE transactions SET n = n - 900000 WHERE idx > ${after}`);
      database.exec(`UPDATE blocks SET first_transaction = first_transaction + 100000 WHERE idx > ${after}`);
    }
    database.close();
  });
  for (const { block, receipts } of finals) {
    for (const { id } of receipts) assert.equal(queries.transaction(id)?.block, block.hash);
  }
  assert.equal(queries.transaction(`0x${'7'.repeat(64)}`), undefined);
});
