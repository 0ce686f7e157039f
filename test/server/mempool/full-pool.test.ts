/** A pool that is full: what replaces its own needs no room, and what gave way may come again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSlot } from '../../../ledger/values/numbers.js';
import { transactionBytes } from '../../../ledger/values/signing.js';
import { TestChain } from '../../ledger/test-chain.js';
import { makePool } from './pool.js';

const balances = { ann: 1000, bob: 1000 };

const spare = new TestChain({ balances });
const two = [spare.pay('ann', 'bob', 1, { fee: 10 }), spare.pay('bob', 'ann', 1, { fee: 10 })] as const;
const bytes = transactionBytes(two[0]) + transactionBytes(two[1]);

for (const [what, limits] of [
  ['places', { maxTransactions: 2 }],
  ['bytes', { maxBytes: bytes }],
] as const) {
  test(`what takes over a nonce in a pool without free ${what} costs nobody else his place`, () => {
    const { chain, pool, add } = makePool(limits, { balances });
    for (const one of two) assert.equal(add(one).kind, 'accepted');
    const dearer = chain.pay('ann', 'bob', 1, { fee: 11 });
    assert.equal(add(dearer).kind, 'accepted');
    assert.deepEqual([...pool.candidates()], [dearer, two[1]]);
  });
}

test('nobody pushes out what it waits for itself', () => {
  const { chain, pool, add } = makePool({ maxTransactions: 2 }, { balances });
  const first = [chain.pay('ann', 'bob', 1, { fee: 10 }), chain.pay('bob', 'ann', 1, { fee: 20 })] as const;
  for (const one of first) add(one);
  assert.equal(add(chain.pay('ann', 'bob', 1, { nonce: 1, fee: 15 })).kind, 'full');
  assert.deepEqual([...pool.candidates()], [first[1], first[0]]);
});

test('what gave way and comes again when there is room is waiting, and no longer told as dropped', () => {
  const { chain, pool, add, idOf } = makePool({ maxTransactions: 1 }, { balances });
  const [cheap, dear] = [chain.pay('ann', 'bob', 1, { fee: 10 }), chain.pay('bob', 'ann', 1, { fee: 11 })];
  for (const one of [cheap, dear]) add(one);
  assert.match(pool.dropped(idOf(cheap))?.reason ?? '', /gave way/);
  pool.forgetFinal([dear]);
  assert.equal(add(cheap).kind, 'accepted');
  assert.equal(pool.dropped(idOf(cheap)), undefined);
});

test('a copy that a sweep drops is not written by the same sweep', () => {
  const { chain, pool, kept, idOf } = makePool({}, { balances });
  const copy = chain.pay('ann', 'bob', 500);
  pool.addCopy(copy, toSlot(1));
  chain.add(2, [chain.pay('ann', 'bob', 900, { lane: 1 })]);
  for (const slot of [11, 12]) pool.sweep(toSlot(slot));
  assert.match(pool.dropped(idOf(copy))?.reason ?? '', /balance/);
  assert.deepEqual([...kept.values()], []);
});
