/** Transactions that wait behind a gap in their nonces pay nothing: they cost a leader nothing, and keep nobody out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSlot } from '../../../ledger/values/numbers.js';
import { transactionBytes } from '../../../ledger/values/signing.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { Mempool } from '../../../server/mempool/mempool.js';
import { person } from '../../ledger/test-chain.js';
import { makePool } from './pool.js';

const balances = { ann: 1_000_000, bob: 10_000, carl: 10_000 };

/** One transaction behind a gap in each of so many lanes. */
function flooded(lanes: number, limits = {}, fee = 900) {
  const made = makePool(limits, { balances });
  const { chain, add } = made;
  const flood = Array.from({ length: lanes }, (_, lane) =>
    chain.pay('ann', 'bob', 1, { nonce: 1, fee, ...(lane > 0 && { lane }) }),
  );
  for (const one of flood) assert.equal(add(one).kind, 'accepted');
  return { ...made, flood };
}

test('where all that waits waits for earlier nonces, one of them is named', () => {
  const { chain, pool, add, idOf } = makePool({}, { balances });
  assert.equal(pool.onlyGaps(), undefined);
  const one = chain.pay('ann', 'bob', 1, { nonce: 2, lane: 7, fee: 9 });
  for (const waiting of [one, chain.pay('ann', 'bob', 1, { nonce: 1 })]) assert.equal(add(waiting).kind, 'accepted');
  for (let lane = 8; lane < 120; lane += 1) add(chain.pay('ann', 'bob', 1, { nonce: 1, lane }));
  assert.deepEqual(pool.onlyGaps(), { id: idOf(one), lane: 7, nonce: 2, missing: 0 });
  const ready = chain.pay('bob', 'ann', 1, { nonce: 0 });
  add(ready);
  assert.equal(pool.onlyGaps(), undefined);
  pool.forgetFinal([ready]);
  assert.deepEqual(pool.onlyGaps(), { id: idOf(one), lane: 7, nonce: 2, missing: 0 });
});

test('however many lanes wait behind a gap, a leader looks at a few of them, and at what is ready first', () => {
  const { chain, pool, add } = flooded(250);
  const ready = chain.pay('bob', 'ann', 1, { nonce: 0, fee: 1 });
  add(ready);
  const asked: string[] = [];
  const offered = [
    ...pool.candidates((from, lane) => {
      asked.push(from);
      return from === person('ann').address && lane === 300 ? 1 : 0;
    }),
  ];
  assert.deepEqual(offered, [ready]);
  assert.equal(asked[0], person('bob').address);
  assert.equal(asked.length, 1 + 64);
});

test('of many lanes whose gaps a block fills that is not final yet, the best are offered, as many as a leader looks at', () => {
  for (const lanes of [50, 100]) {
    const { chain, pool, add } = makePool({}, { balances });
    const waiting = Array.from({ length: lanes }, (_, lane) =>
      chain.pay('ann', 'bob', 1, { nonce: 1, fee: 10 + ((lane * 37) % 101), ...(lane > 0 && { lane }) }),
    );
    for (const one of waiting) assert.equal(add(one).kind, 'accepted');
    const best = waiting.sort((left, right) => right.fee - left.fee).slice(0, 64);
    assert.deepEqual([...pool.candidates(() => 1)], best);
  }
});

test('on a block that fills a gap and is not final yet, what waited for it is offered', () => {
  const { chain, pool, add } = makePool({}, { balances });
  const later = [1, 2].map((nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  for (const one of later) add(one);
  assert.deepEqual([...pool.candidates()], []);
  assert.deepEqual([...pool.candidates(() => 1)], later);
});

test('a gap that final blocks fill is none, whether or not this pool ever had what filled it', () => {
  const { chain, pool, add } = makePool({}, { balances });
  const [zero, one, two, four] = [0, 1, 2, 4].map((nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  for (const waiting of [two!, four!]) add(waiting);
  chain.add(2, [zero!, one!]);
  pool.forgetFinal([zero!, one!]);
  assert.deepEqual([...pool.candidates()], [two]);
  assert.equal(pool.onlyGaps(), undefined);
  const three = chain.pay('ann', 'bob', 1, { nonce: 3 });
  add(three);
  assert.deepEqual([...pool.candidates()], [two, three, four]);
});

for (const [how, tell] of [
  ['final blocks say so', (pool, zero) => pool.forgetFinal([zero])],
  // The first one begins to go round.
  [
    'a sweep finds it',
    (pool) => {
      for (const slot of [3, 4]) pool.sweep(toSlot(slot));
    },
  ],
] as readonly (readonly [string, (pool: Mempool, zero: Transaction) => void])[]) {
  test(`what waited behind a gap that is filled gives way to nobody who pays as much: ${how}`, () => {
    const { chain, pool, add } = makePool({ maxTransactions: 1 }, { balances });
    const [zero, one] = [0, 1].map((nonce) => chain.pay('ann', 'bob', 1, { nonce, fee: 50 }));
    add(one!);
    chain.add(2, [zero!]);
    tell(pool, zero!);
    assert.equal(add(chain.pay('bob', 'ann', 1, { fee: 50 })).kind, 'full');
    assert.deepEqual([...pool.candidates()], [one]);
  });
}

test('where final state moved and the pool was not told, a sweep finds what is ready', () => {
  const { chain, pool, add } = makePool({}, { balances });
  const [zero, one] = [0, 1].map((nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  add(one!);
  chain.add(2, [zero!]);
  pool.sweep(toSlot(3));
  assert.equal(pool.onlyGaps(), undefined);
  assert.deepEqual([...pool.candidates()], [one]);
});

test('in a full pool what waits behind a gap gives way to what is ready, whatever either pays', () => {
  const { chain, pool, add, idOf, flood } = flooded(4, { maxTransactions: 4 });
  const ready = chain.pay('bob', 'ann', 1, { fee: 1 });
  assert.equal(add(ready).kind, 'accepted');
  assert.deepEqual([...pool.candidates()], [ready]);
  const gone = flood.filter((one) => !pool.has(idOf(one)));
  assert.equal(gone.length, 1);
  assert.match(pool.dropped(idOf(gone[0]!))?.reason ?? '', /gave way/);
});

test('of a lane only what is behind its gap gives way so', () => {
  const { chain, pool, add, idOf } = makePool({ maxTransactions: 4 }, { balances });
  const waiting = [0, 1, 3, 4].map((nonce) => chain.pay('ann', 'bob', 1, { nonce, fee: 50 }));
  for (const one of waiting) add(one);
  const others = [0, 1].map((nonce) => chain.pay('bob', 'ann', 1, { nonce, fee: 50 }));
  for (const one of others) assert.equal(add(one).kind, 'accepted');
  assert.deepEqual(
    waiting.map((one) => pool.has(idOf(one))),
    [true, true, false, false],
  );
  assert.equal(add(chain.pay('carl', 'ann', 1, { fee: 50 })).kind, 'full');
  assert.equal(add(chain.pay('carl', 'ann', 1, { fee: 60 })).kind, 'accepted');
});

test('who needs more room than what waits behind gaps takes gets none of what is ready', () => {
  const spare = makePool({}, { balances }).chain;
  const small = [0, 2].map((nonce) => spare.pay('ann', 'bob', 1, { nonce, fee: 50 }));
  const { chain, pool, add } = makePool(
    { maxBytes: small.reduce((sum, one) => sum + transactionBytes(one), 0) },
    { balances },
  );
  const waiting = [0, 2].map((nonce) => chain.pay('ann', 'bob', 1, { nonce, fee: 50 }));
  for (const one of waiting) assert.equal(add(one).kind, 'accepted');
  const outputs = Array.from({ length: 3 }, () => ({ to: person('ann').address, amount: 1 as never }));
  assert.equal(add(chain.sign('bob', { type: 'transfer', outputs, nonce: 0 as never, fee: 50 as never })).kind, 'full');
  assert.deepEqual([...pool.page(9, -1).items], waiting);
});

test('what fills a gap pushes out nothing that waits for it', () => {
  const { chain, pool, add } = makePool({ maxTransactions: 1 }, { balances });
  const one = chain.pay('ann', 'bob', 1, { nonce: 1, fee: 50 });
  add(one);
  assert.equal(add(chain.pay('ann', 'bob', 1, { nonce: 0, fee: 50 })).kind, 'full');
  assert.deepEqual([...pool.page(9, -1).items], [one]);
});

test('what waits behind a gap itself pushes out none that does not, and another such only by its fee', () => {
  const { chain, pool, add, idOf } = makePool({ maxTransactions: 2 }, { balances });
  const ready = chain.pay('bob', 'ann', 1, { fee: 1 });
  const gapped = chain.pay('ann', 'bob', 1, { nonce: 1, fee: 50 });
  for (const one of [ready, gapped]) add(one);
  assert.equal(add(chain.pay('carl', 'ann', 1, { nonce: 1, fee: 50 })).kind, 'full');
  assert.equal(add(chain.pay('carl', 'ann', 1, { nonce: 1, fee: 55 })).kind, 'accepted');
  assert.deepEqual([pool.has(idOf(ready)), pool.has(idOf(gapped))], [true, false]);
  const next = chain.pay('bob', 'ann', 1, { nonce: 1, fee: 1 });
  assert.equal(add(next).kind, 'accepted');
  assert.equal(add(chain.pay('ann', 'bob', 1, { nonce: 1, fee: 900 })).kind, 'full');
});

test('what left the middle of a lane leaves a gap, and what comes there closes it', () => {
  const { chain, pool, add, idOf } = makePool({ maxTransactions: 3 }, { balances });
  const [zero, one, two] = [0, 1, 2].map((nonce) =>
    chain.pay('ann', 'bob', 1, { nonce, fee: 50, ...(nonce === 1 && { expires_slot: 5 as never }) }),
  );
  for (const waiting of [zero!, one!, two!]) add(waiting);
  pool.expire(toSlot(6));
  assert.deepEqual([...pool.candidates()], [zero]);
  for (const nonce of [0, 1]) assert.equal(add(chain.pay('bob', 'ann', 1, { nonce, fee: 1 })).kind, 'accepted');
  assert.equal(pool.has(idOf(two!)), false);
  const again = chain.pay('ann', 'bob', 2, { nonce: 1, fee: 50 });
  assert.equal(add(again).kind, 'accepted');
  assert.equal([...pool.candidates()].indexOf(again), 1);
});
