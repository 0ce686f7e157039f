/** What a node may say of how far the chain is: a validator among seven of equal stake, whose last block is an hour old. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toAmount, toHeight } from '../../../ledger/values/numbers.js';
import { createHearing, type HearingParts, mayBeBehind } from '../../../server/node-runtime/hearing.js';
import { slotsUntilOld } from '../../../server/replica/replica-limits.js';
import { hashOf, keyOf } from '../p2p/fixture.js';

const validators = Array.from({ length: 7 }, (_, i) => ({
  key: keyOf(i + 1).publicKey,
  vrf_key: keyOf(i + 1).publicKey,
  owner: 'sl1' as never,
  stake: toAmount(10),
}));
const own = validators[0]!.key;
const at = (final_index: number) => ({ final_index: toHeight(final_index), final_hash: hashOf(1), epoch: 0, view: 0 });
const validator = (i: number, index = 5, connectedAt = 0) => ({
  validator: validators[i]!.key,
  head: at(index),
  connectedAt,
});
const observer = (index = 5, connectedAt = 0) => ({ head: at(index), connectedAt });

const idle: HearingParts = {
  now: () => 9_999,
  slotNow: () => 5_000,
  tip: () => ({ index: 5, slot: 1_400 }),
  validators: () => validators,
  ownKey: own,
  peers: () => [],
  hasBootstrap: false,
  meetsOtherVersion: () => false,
};
const kind = (parts: Partial<HearingParts>) => createHearing({ ...idle, ...parts }).now().kind;

test('it knows by validators with more than a third of the stake, itself among them, that have no more', () => {
  assert.equal(kind({ peers: () => [validator(1), validator(2)] }), 'heard', '3 of 7');
  assert.equal(kind({ peers: () => [validator(1), observer(), observer()] }), 'unheard', '2 of 7');
  assert.equal(kind({ peers: () => [validator(1), validator(1)] }), 'unheard', 'one counts once');
  assert.equal(kind({ peers: () => [validator(1), validator(2, 6)] }), 'unheard', 'one has more');
  assert.equal(kind({ ownKey: undefined, peers: () => [validator(1), validator(2)] }), 'unheard', 'an observer');
  assert.equal(kind({ ownKey: undefined, peers: () => [1, 2, 3].map((i) => validator(i)) }), 'heard');
  const third = validators.slice(0, 6);
  assert.equal(kind({ validators: () => third, peers: () => [validator(1)] }), 'unheard', 'a third is not more');
});

test('it knows by a block of just now, whoever its peers are', () => {
  const slotNow = (): number => 1_400 + slotsUntilOld;
  assert.equal(kind({ peers: () => [observer()], slotNow }), 'heard');
  assert.equal(kind({ peers: () => [observer()], slotNow: () => slotNow() + 1 }), 'unheard');
});

test('after ten seconds with a peer hearsay has to do, unless bootstrap peers speak another version', () => {
  const peers = () => [observer(5, 8_000), observer()];
  const later: Partial<HearingParts> = { peers, now: () => 10_000 };
  assert.equal(kind({ ...later, now: () => 9_999 }), 'unheard');
  assert.equal(kind(later), 'hearsay');
  assert.equal(kind({ ...later, meetsOtherVersion: () => true }), 'split');
  assert.equal(kind({ ...later, peers: () => [validator(1), validator(2)], meetsOtherVersion: () => true }), 'heard');
  const because = (parts: Partial<HearingParts>) => createHearing({ ...idle, ...parts }).now().because;
  assert.match(because(later)!, /there may be later ones/);
  assert.match(because({ ...later, meetsOtherVersion: () => true })!, /another version/);
});

test('without a peer it waits where validators are elsewhere or bootstrap peers are named', () => {
  assert.equal(kind({}), 'alone');
  const single = { validators: () => validators.slice(0, 1) };
  assert.equal(kind(single), 'heard', 'nobody else makes blocks');
  assert.equal(kind({ ...single, hasBootstrap: true }), 'alone');
  assert.equal(kind({ ...single, ownKey: undefined }), 'alone', 'the one validator is elsewhere');
});

test('behind it may be unless it has heard, or listened for long enough', () => {
  const kinds = ['heard', 'hearsay', 'alone', 'unheard', 'split'] as const;
  assert.deepEqual(
    kinds.map((one) => mayBeBehind({ kind: one })),
    [false, false, true, true, true],
  );
});
