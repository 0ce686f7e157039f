import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSlot } from '../../../ledger/values/numbers.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { AddOutcome } from '../../../server/mempool/mempool.js';
import { person, TestChain } from '../../ledger/test-chain.js';
import { makePool } from './pool.js';

const nonces = (transactions: Iterable<Transaction>) => [...transactions].map(({ nonce }) => Number(nonce));

test('of what is ready the highest fee goes first, then what came first, and nonces stay in order', () => {
  const { chain, pool, add } = makePool({}, { balances: { ann: 1000, bob: 1000, carl: 1000 } });
  const a0 = chain.pay('ann', 'bob', 1, { nonce: 0, fee: 1 });
  const a1 = chain.pay('ann', 'bob', 1, { nonce: 1, fee: 9 });
  const b0 = chain.pay('bob', 'ann', 1, { nonce: 0, fee: 5 });
  const c0 = chain.pay('carl', 'ann', 1, { nonce: 0, fee: 5 });
  for (const one of [a1, c0, b0, a0]) assert.equal(add(one).kind, 'accepted');
  assert.deepEqual([...pool.candidates()], [c0, b0, a0, a1]);
});

test('what must wait for another is not offered, and is once the gap closes', () => {
  const { chain, pool, add } = makePool();
  const later = [2, 1].map((nonce) => chain.pay('ann', 'bob', 1, { nonce, fee: 50 }));
  for (const one of later) assert.equal(add(one).kind, 'accepted');
  assert.deepEqual(nonces(pool.candidates()), []);
  assert.deepEqual(pool.pendingNonces(person('ann').address), { 0: 0 });
  add(chain.pay('ann', 'bob', 1, { nonce: 0 }));
  assert.deepEqual(nonces(pool.candidates()), [0, 1, 2]);
  assert.deepEqual(pool.pendingNonces(person('ann').address), { 0: 3 });
});

test('on a block that is not final yet, what that block took is passed over', () => {
  const { chain, pool, add } = makePool();
  for (const nonce of [0, 1, 2]) add(chain.pay('ann', 'bob', 1, { nonce }));
  assert.deepEqual(nonces(pool.candidates(() => 2)), [2]);
  assert.deepEqual(nonces(pool.candidates(() => 3)), []);
});

test('the same transaction again is known', () => {
  const { chain, add } = makePool();
  const one = chain.pay('ann', 'bob', 1);
  assert.deepEqual(
    [add(one), add(one)].map((outcome) => outcome.kind === 'accepted' && outcome.known),
    [false, true],
  );
});

test('a nonce is taken over by a fee that is a tenth higher, and by no other', () => {
  const { chain, pool, add, idOf } = makePool();
  const first = chain.pay('ann', 'bob', 1, { fee: 100 });
  add(first);
  const conflict = { kind: 'conflict', other: idOf(first) };
  assert.deepEqual(add(chain.pay('ann', 'bob', 2, { fee: 100 })), conflict);
  assert.deepEqual(add(chain.pay('ann', 'bob', 2, { fee: 109 })), conflict);
  const second = chain.pay('ann', 'bob', 2, { fee: 110 });
  assert.equal(add(second).kind, 'accepted');
  assert.equal(pool.has(idOf(first)), false);
  assert.match(pool.dropped(idOf(first))?.reason ?? '', /replaced/);
  assert.deepEqual([...pool.candidates()], [second]);
});

test('an account cannot promise more than it has, and what goes makes room again', () => {
  const { chain, pool, add } = makePool({}, { balances: { ann: 100, bob: 5 } });
  const first = chain.pay('ann', 'bob', 59, { nonce: 0, fee: 1 });
  assert.equal(add(first).kind, 'accepted');
  const refused = add(chain.pay('ann', 'bob', 40, { nonce: 1, fee: 1 }));
  assert.ok(refused.kind === 'refused' && refused.refusal.code === 'balance_too_low');
  assert.equal(add(chain.pay('ann', 'bob', 39, { nonce: 1, fee: 1 })).kind, 'accepted');
  // A rival replaces what it rivals, so it is counted in its place.
  assert.equal(add(chain.pay('ann', 'bob', 58, { nonce: 0, fee: 2 })).kind, 'accepted');
  assert.equal(pool.summary().count, 2);
});

test('a nonce ahead of its turn must be paid for as well: an empty account fills nothing', () => {
  const { chain, add } = makePool({ maxNonceGap: 10 });
  const unfunded = add(chain.pay('eve', 'bob', 1, { nonce: 1, fee: 1_000_000 }));
  assert.ok(unfunded.kind === 'refused' && unfunded.refusal.code === 'balance_too_low');
  const cheap = add(chain.pay('ann', 'bob', 1, { nonce: 1, fee: 0 }));
  assert.ok(cheap.kind === 'refused' && cheap.refusal.code === 'fee_too_low');
  assert.match(cheap.refusal.detail, /^The fee is 0; the least fee of this transaction is [1-9]/);
  assert.equal(add(chain.pay('ann', 'bob', 1, { nonce: 10 })).kind, 'accepted');
  const far = add(chain.pay('ann', 'bob', 1, { nonce: 11 }));
  assert.ok(far.kind === 'refused' && far.refusal.code === 'nonce_too_high');
});

test('no account has more waiting than its limit', () => {
  const { chain, pool, add } = makePool({ maxPerAccount: 3 });
  for (const nonce of [0, 1, 2]) assert.equal(add(chain.pay('ann', 'bob', 1, { nonce })).kind, 'accepted');
  assert.equal(add(chain.pay('ann', 'bob', 1, { nonce: 3, fee: 500 })).kind, 'full');
  assert.equal(add(chain.pay('ann', 'bob', 1, { nonce: 2, fee: 500 })).kind, 'accepted', 'replacing adds none');
  assert.equal(add(chain.pay('bob', 'ann', 1)).kind, 'accepted');
  assert.equal(pool.summary().count, 4);
});

test('a full pool gives way to a clearly higher fee at the end of the cheapest lane, and to no other', () => {
  const { chain, pool, add, idOf } = makePool(
    { maxTransactions: 3 },
    { balances: { ann: 1000, bob: 1000, carl: 1000 } },
  );
  const a0 = chain.pay('ann', 'bob', 1, { nonce: 0, fee: 10 });
  const a1 = chain.pay('ann', 'bob', 1, { nonce: 1, fee: 10 });
  const b0 = chain.pay('bob', 'ann', 1, { nonce: 0, fee: 20 });
  for (const one of [a0, a1, b0]) add(one);
  assert.equal(add(chain.pay('carl', 'bob', 1, { fee: 10 })).kind, 'full');
  // Its own predecessor is no victim: without it, it could not go into a block itself.
  assert.equal(add(chain.pay('bob', 'ann', 1, { nonce: 1, fee: 21 })).kind, 'accepted');
  assert.equal(pool.has(idOf(a1)), false);
  assert.match(pool.dropped(idOf(a1))?.reason ?? '', /gave way/);
  const c0 = chain.pay('carl', 'bob', 1, { fee: 11 });
  assert.equal(add(c0).kind, 'accepted');
  assert.equal(pool.has(idOf(a0)), false);
  assert.equal(pool.summary().count, 3);
});

test('who is refused for want of room costs nobody a place, not even the one it would have replaced', () => {
  const { chain, pool, add } = makePool({ maxBytes: 1200 }, { balances: { ann: 1000, bob: 1000, carl: 1000 } });
  for (const name of ['ann', 'bob'] as const)
    assert.equal(add(chain.pay(name, 'carl', 1, { fee: 100 })).kind, 'accepted');
  const before = [...pool.candidates()];
  const long = chain.sign('ann', {
    type: 'transfer',
    outputs: Array.from({ length: 20 }, () => ({ to: person('carl').address, amount: 1 as never })),
    nonce: 0,
    fee: 111,
  });
  assert.equal(add(long).kind, 'full');
  assert.deepEqual([...pool.candidates()], before);
});

test('what became final leaves, and so does what used its nonce', () => {
  const { chain, pool, add, idOf, kept } = makePool();
  const mine = chain.pay('ann', 'bob', 1, { fee: 5 });
  const theirs = chain.pay('ann', 'carl', 2, { fee: 7 });
  const next = chain.pay('ann', 'bob', 3, { nonce: 1 });
  add(mine);
  add(next);
  chain.add(1, [theirs]);
  pool.forgetFinal([theirs]);
  assert.match(pool.dropped(idOf(mine))?.reason ?? '', /nonce was used/);
  assert.deepEqual([...pool.candidates()], [next]);
  chain.add(2, [next]);
  pool.forgetFinal([next]);
  assert.deepEqual(pool.summary(), { count: 0, ready: 0, bytes: 0, accounts: 0 });
  assert.equal(pool.dropped(idOf(next)), undefined);
  assert.equal(kept.size, 0);
});

test('what expires or cannot apply any more is swept out with a reason, without a block', () => {
  const { chain, pool, add, idOf } = makePool({}, { balances: { ann: 100, bob: 100 } });
  const short = chain.sign('bob', {
    type: 'transfer',
    outputs: [{ to: person('ann').address, amount: 1 as never }],
    expires_slot: 3 as never,
  });
  const poor = chain.pay('ann', 'bob', 60, { lane: 1, nonce: 0 });
  add(short);
  add(poor);
  pool.sweep(toSlot(3));
  assert.equal(pool.summary().count, 2, 'valid in slot 3 itself');
  // Spent elsewhere, in a transaction that this pool never saw.
  chain.add(1, [chain.pay('ann', 'bob', 70)]);
  pool.sweep(toSlot(4));
  pool.sweep(toSlot(4));
  assert.equal(pool.dropped(idOf(short))?.status, 'expired');
  assert.equal(pool.dropped(idOf(poor))?.status, 'rejected');
  assert.equal(pool.summary().count, 0);
});

test('of a thousand that expire in one slot a few are dropped in one go, and one that is later stays', () => {
  const { chain, pool, add } = makePool();
  for (let nonce = 0; nonce < 1_000; nonce += 1) {
    const outputs = [{ to: person('bob').address, amount: 1 as never }];
    add(chain.sign('ann', { type: 'transfer', nonce, outputs, expires_slot: (nonce === 500 ? 4 : 3) as never }));
  }
  let calls = 0;
  for (let more = true, before = 1_000; more; calls += 1) {
    more = pool.expire(toSlot(4));
    const { count } = pool.summary();
    assert.ok(before - count <= 64);
    before = count;
  }
  assert.deepEqual([calls, pool.summary().count], [16, 1]);
  assert.equal(pool.expire(toSlot(5)), false);
  assert.equal(pool.summary().count, 0);
});

test('only so many dropped ones are remembered', () => {
  const { chain, pool, add, idOf } = makePool({ maxRemembered: 2 });
  const fees = [10, 20, 40, 80].map((fee) => chain.pay('ann', 'bob', 1, { fee }));
  for (const one of fees) add(one);
  assert.deepEqual(
    fees.map((one) => pool.dropped(idOf(one)) !== undefined),
    [false, true, true, false],
  );
});

test('a restart takes back what was accepted, drops what is final since, and one of two for a nonce', () => {
  const { chain, add, kept, idOf, reopen } = makePool();
  const [a, b, c] = [0, 1, 2].map((nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  for (const one of [a!, b!, c!]) add(one);
  const rival = chain.pay('ann', 'bob', 9, { nonce: 1, fee: 50 });
  kept.set(idOf(rival), rival);
  chain.add(1, [a!]);
  const again = reopen();
  assert.equal(again.recover(toSlot(2)), 1);
  assert.deepEqual([...again.candidates()], [b, c]);
  assert.equal(kept.size, 2);
});

test('a restart with lower limits keeps all that was accepted', () => {
  const { chain, pool, add, kept, reopen } = makePool();
  const lane = Array.from({ length: 6 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  for (const one of lane) assert.equal(add(one).kind, 'accepted');
  assert.equal(pool.summary().count, 6);
  const again = reopen({ maxNonceGap: 2, maxPerAccount: 2, maxTransactions: 2 });
  assert.equal(again.recover(toSlot(1)), 0);
  again.sweep(toSlot(1));
  assert.deepEqual([...again.candidates()], lane);
  assert.equal(kept.size, 6);
});

test('a start on an older ledger keeps what a newer one may take; once the node has caught up, a sweep says what it can not', () => {
  const { chain, add, kept, behind, idOf, reopen } = makePool();
  const old = new TestChain();
  chain.add(1, [chain.pay('ann', 'carol', 500_000)]);
  const funded = chain.pay('carol', 'bob', 400_000, { nonce: 0 });
  const unfunded = chain.pay('dave', 'bob', 1);
  assert.equal(add(funded).kind, 'accepted');
  kept.set(idOf(unfunded), unfunded);
  const foreign = { ...funded, chain: 'other-00000000000000000000000000000000' as typeof funded.chain };
  kept.set(idOf(foreign), foreign);
  behind.now = true;
  const again = reopen({}, old.state);
  assert.equal(again.recover(toSlot(2)), 1, 'of another chain');
  for (let slot = 2; slot < 6; slot += 1) again.sweep(toSlot(slot));
  assert.deepEqual([again.get(idOf(funded)), kept.size], [funded, 2]);
  for (const block of chain.blocks) old.add(block.slot, block.transactions);
  behind.now = false;
  for (let slot = 6; slot < 10; slot += 1) again.sweep(toSlot(slot));
  assert.deepEqual([...again.candidates()], [funded]);
  assert.match(again.dropped(idOf(unfunded))?.reason ?? '', /balance does not cover/);
});

test('by the clock of a start nothing expires; a sweep says why it did', () => {
  const { chain, add, kept, idOf, reopen } = makePool();
  const short = chain.sign('ann', {
    type: 'transfer',
    outputs: [{ to: person('bob').address, amount: 1 as never }],
    expires_slot: 3 as never,
  });
  assert.equal(add(short).kind, 'accepted');
  const again = reopen();
  assert.equal(again.recover(toSlot(4000)), 0);
  assert.deepEqual([again.get(idOf(short)), kept.size], [short, 1]);
  again.sweep(toSlot(3));
  assert.equal(again.summary().count, 1);
  again.sweep(toSlot(4));
  assert.equal(again.dropped(idOf(short))?.status, 'expired');
});

test('[8-accepted] nothing is answered with accepted before it is on disk, a second copy of it no sooner than the first', () => {
  const waiting: (() => void)[] = [];
  const { chain, pool } = makePool({}, {}, (stored) => waiting.push(stored));
  const payment = chain.pay('ann', 'bob', 1);
  const answers: string[] = [];
  for (const which of ['first', 'second']) {
    pool.add(payment, toSlot(1), (outcome) => answers.push(`${which} ${outcome.kind}`));
  }
  assert.deepEqual(answers, []);
  for (const stored of waiting) stored();
  assert.deepEqual(answers, ['first accepted', 'second accepted']);
});

test('[8-accepted] what a peer passed on is on disk before it is acknowledged here', () => {
  const waiting: (() => void)[] = [];
  const { chain, pool, idOf, kept } = makePool({}, {}, (stored) => waiting.push(stored));
  const payment = chain.pay('ann', 'bob', 1);
  assert.equal(pool.addCopy(payment, toSlot(1)), true);
  assert.equal(pool.addCopy(payment, toSlot(1)), false);
  assert.deepEqual([[...pool.candidates()], kept.size], [[payment], 0]);
  const answers: AddOutcome[] = [];
  assert.equal(
    pool.add(payment, toSlot(1), (outcome) => answers.push(outcome)),
    false,
  );
  assert.deepEqual([answers, kept.size], [[], 1]);
  for (const stored of waiting) stored();
  assert.deepEqual(answers, [{ kind: 'accepted', known: true, id: idOf(payment) }]);
});

test('a copy that stays is written after ten slots, one that became final never', () => {
  const { chain, pool, kept } = makePool();
  const [stays, goes] = [chain.pay('ann', 'bob', 1), chain.pay('bob', 'ann', 1)];
  for (const copy of [stays, goes]) pool.addCopy(copy, toSlot(1));
  pool.forgetFinal([goes]);
  for (let slot = 1; slot <= 10; slot += 1) pool.sweep(toSlot(slot));
  assert.equal(kept.size, 0);
  pool.sweep(toSlot(11));
  pool.sweep(toSlot(11));
  assert.deepEqual([...kept.values()], [stays]);
  pool.forgetFinal([stays]);
  assert.equal(kept.size, 0);
});
