/** Stakes that find the queue of stakes full wait for room: others fill it, so the fee decides, and not who hands in at the right moment. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEpoch, readQueue } from '../../../ledger/state-keys.js';
import { toSlot } from '../../../ledger/values/numbers.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { person } from '../../ledger/test-chain.js';
import { makePool } from './pool.js';

const balances = { ann: 1_000_000, bob: 10_000, carl: 10_000, dan: 10_000 };

function withQueue(limits = {}) {
  const made = makePool(limits, { balances });
  const { chain, pool } = made;
  const empty = readQueue(chain.state);
  /** So many requests of others wait. */
  const fill = (count: number): void => {
    const request = { validator: person('v1').validator.publicKey, epoch: readEpoch(chain.state).number, change: 1 };
    chain.state.set('system/queue', { ...empty, requests: Array.from({ length: count }, () => request) });
  };
  const stake = (name: string, fee: number, fields: { nonce?: number; expires_slot?: number } = {}): Transaction =>
    chain.sign(name, { type: 'stake', amount: 5, validator: chain.keys(name, name), fee, ...fields } as never);
  const offered = (): readonly Transaction[] => [...pool.candidates()];
  const review = (...all: readonly Transaction[]): void => pool.review(all.map(made.idOf), toSlot(1));
  return { ...made, fill, stake, offered, review };
}

test('a stake that was accepted and meets a full queue stays, is not offered, and is when there is room', () => {
  const { add, pool, idOf, fill, stake, offered, review, kept } = withQueue();
  const one = stake('bob', 3);
  assert.equal(add(one).kind, 'accepted');
  assert.deepEqual(offered(), [one]);
  fill(1024);
  review(one);
  assert.deepEqual([pool.has(idOf(one)), pool.dropped(idOf(one)), kept.size], [true, undefined, 1]);
  for (let round = 0; round < 3; round += 1) pool.sweep(toSlot(2 + round));
  assert.deepEqual(offered(), []);
  fill(1023);
  assert.deepEqual(offered(), [one]);
  pool.sweep(toSlot(9));
  pool.sweep(toSlot(10));
  assert.deepEqual(offered(), [one]);
});

test('one that is handed in while the queue is full is accepted, and the fee decides who comes first when it has room', () => {
  const { chain, add, fill, stake, offered } = withQueue();
  fill(1024);
  const [low, high] = [stake('bob', 3), stake('carl', 20)];
  for (const one of [low, high]) assert.equal(add(one).kind, 'accepted');
  const payment = chain.pay('ann', 'bob', 1, { fee: 10 });
  add(payment);
  assert.deepEqual(offered(), [payment]);
  fill(0);
  // Handed in just now, as by whoever fills the queue anew.
  const late = stake('dan', 4);
  add(late);
  assert.deepEqual(offered(), [high, payment, late, low]);
});

test('a leader looks at no more of them when one found the queue full again', () => {
  const { chain, pool, add, fill, stake } = withQueue();
  fill(1024);
  const waiting = ['bob', 'carl', 'dan'].map((name, at) => stake(name, 30 - at));
  for (const one of waiting) add(one);
  const payment = chain.pay('ann', 'bob', 1, { fee: 10 });
  add(payment);
  let takes = true;
  const offered: Transaction[] = [];
  for (const one of pool.candidates(undefined, () => takes)) {
    offered.push(one);
    if (one === waiting[1]) takes = false;
  }
  assert.deepEqual(offered, [waiting[0], waiting[1], payment]);
});

test('all behind it in its lane wait, other lanes do not; who asks is told, and it is no fault of the chain', () => {
  const { chain, pool, add, idOf, fill, stake, offered } = withQueue();
  fill(1024);
  const one = stake('bob', 3);
  const behind = chain.pay('bob', 'ann', 1, { nonce: 1, fee: 50 });
  for (const waiting of [one, behind]) assert.equal(add(waiting).kind, 'accepted');
  assert.deepEqual(offered(), []);
  assert.deepEqual(pool.onlyGaps(), { id: idOf(one), queue_full: true });
  assert.equal(pool.roomWait(one.from, 0), idOf(one));
  assert.equal(pool.roomWait(one.from, 1), undefined);
  const other = chain.pay('bob', 'ann', 1, { nonce: 0, lane: 1 });
  add(other);
  assert.deepEqual(offered(), [other]);
  assert.equal(pool.onlyGaps(), undefined);
  pool.forgetFinal([other]);
  fill(0);
  assert.deepEqual(offered(), [one, behind]);
  assert.deepEqual([pool.onlyGaps(), pool.roomWait(one.from, 0)], [undefined, undefined]);
});

test('what room does not mend is refused as before', () => {
  const { chain, add, fill } = withQueue();
  fill(1024);
  const unnamed = add(chain.sign('ann', { type: 'stake', amount: 5 } as never));
  assert.ok(unnamed.kind === 'refused' && unnamed.refusal.code === 'validator_missing');
});

test('it goes when it expires, is replaced, or final state refuses it for something else', () => {
  const { chain, add, pool, idOf, fill, stake, review } = withQueue();
  fill(1024);
  const expiring = stake('bob', 3, { expires_slot: 5 });
  const replaced = stake('carl', 10);
  const broke = stake('dan', 10);
  for (const one of [expiring, replaced, broke]) assert.equal(add(one).kind, 'accepted');
  pool.sweep(toSlot(6));
  assert.equal(pool.dropped(idOf(expiring))?.status, 'expired');
  assert.equal(add(stake('carl', 10, {})).kind, 'accepted', 'the same one');
  assert.equal(add(stake('carl', 11)).kind, 'accepted');
  assert.match(pool.dropped(idOf(replaced))!.reason, /replaced/);
  review(broke);
  assert.equal(pool.has(idOf(broke)), true);
  const spent = chain.pay('dan', 'ann', 9990, { nonce: 0, lane: 3 });
  chain.add(1, [spent]);
  review(broke);
  assert.match(pool.dropped(idOf(broke))!.reason, /balance/);
});

test('in a full pool they give way to what can go, whatever they promise, and push out none of it', () => {
  const { chain, pool, add, idOf, fill, stake, offered } = withQueue({ maxTransactions: 2 });
  fill(1024);
  const first = stake('bob', 900);
  const behind = chain.pay('bob', 'ann', 1, { nonce: 1, fee: 900 });
  for (const one of [first, behind]) assert.equal(add(one).kind, 'accepted');
  const payments = [0, 1].map((nonce) => chain.pay('ann', 'bob', 1, { nonce, fee: 1 }));
  for (const one of payments) assert.equal(add(one).kind, 'accepted');
  assert.deepEqual(offered(), payments);
  assert.match(pool.dropped(idOf(first))!.reason, /gave way/);
  assert.equal(add(stake('carl', 5000)).kind, 'full');
});

test('what follows a stake that waits for room pushes out nothing that can go', () => {
  const { chain, add, fill, stake } = withQueue({ maxTransactions: 2 });
  fill(1024);
  assert.equal(add(stake('bob', 3)).kind, 'accepted');
  assert.equal(add(chain.pay('ann', 'bob', 1, { fee: 1 })).kind, 'accepted');
  assert.equal(add(chain.pay('bob', 'ann', 1, { nonce: 1, fee: 900 })).kind, 'full');
});

test('a node that starts again keeps them waiting', () => {
  const { add, idOf, fill, stake, reopen } = withQueue();
  fill(1024);
  const one = stake('bob', 3);
  add(one);
  const again = reopen();
  assert.equal(again.recover(toSlot(2)), 0);
  assert.deepEqual([again.has(idOf(one)), [...again.candidates()]], [true, []]);
  fill(0);
  assert.deepEqual([...again.candidates()], [one]);
});
