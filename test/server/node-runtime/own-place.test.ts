/** Why a node only observes: each reason in its own words, and none where its validator is in the set or unknown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observerBecause } from '../../../server/node-runtime/own-place.js';
import { person, TestChain } from '../../ledger/test-chain.js';

const balances = { ann: 100_000, bob: 100_000, v1: 1000, v3: 1000 };
const because = (chain: TestChain, name: string) =>
  observerBecause(chain.context.genesis, chain.state, person(name).validator.publicKey);

function chainOf(
  stakes: Readonly<Record<string, number>>,
  more: { readonly ppm?: number; readonly places?: number } = {},
) {
  const { ppm = 1_000_000, places = Object.keys(stakes).length } = more;
  const parameters = { max_validators: places, max_stake_change_ppm: ppm };
  return new TestChain({ balances, stakes, parameters });
}

function close(chain: TestChain, ...slots: readonly number[]): void {
  for (const slot of slots) chain.add(slot, [chain.pay('bob', 'v3', 1)]);
}

test('nothing is said of a member, nor of a key that nobody has bonded stake to', () => {
  const chain = chainOf({ v1: 1000, v2: 1000, v3: 100 });
  assert.equal(because(chain, 'v3'), undefined);
  assert.equal(because(chain, 'ann'), undefined);
});

test('stake that waits, and then has a place', () => {
  const chain = chainOf({ v1: 1000, v2: 1000, v3: 100 });
  chain.add(1, [chain.stake('ann', 500)]);
  assert.match(because(chain, 'ann')!, /^Its stake waits to come into the set: /);
  close(chain, 10, 20);
  assert.equal(because(chain, 'ann'), undefined);
});

test('stake that waits for ever, since nothing of so little stake may change', () => {
  const chain = chainOf({ v1: 1, v3: 1 }, { ppm: 330_000, places: 3 });
  chain.add(1, [chain.stake('ann', 500)]);
  assert.match(because(chain, 'ann')!, /^Its stake waits for ever: the validator set can never change, /);
  close(chain, 10, 20, 30);
  assert.match(because(chain, 'ann')!, /^Its stake waits for ever: /);
  const full = chainOf({ v1: 1, v3: 1 }, { ppm: 330_000 });
  full.add(1, [full.stake('ann', 500)]);
  assert.match(because(full, 'ann')!, /^Its stake waits to come into the set: /, 'a full set sends it back');
});

test('a place lost to more stake, or not found, and what one takes then', () => {
  const chain = chainOf({ v1: 1000, v2: 1000, v3: 100 });
  chain.add(1, [chain.stake('ann', 500), chain.stake('bob', 50)]);
  close(chain, 10, 20);
  const full =
    'The set was full, and its stake found no place there or lost it to more stake: it is paid out by epoch 4. ';
  const takes = 'A place takes more than 500 T now: its owner may stake again.';
  for (const name of ['v3', 'bob']) assert.equal(because(chain, name), full + takes);
  chain.add(21, [chain.unstake('ann', 500)]);
  close(chain, 30, 40);
  chain.add(41, [chain.stake('bob', 7)]);
  assert.match(because(chain, 'bob')!, /^Its stake waits/);
});

test('a set that has a free place again, and one whose least member no budget replaces', () => {
  const chain = chainOf({ v1: 1000, v2: 1000, v3: 100 });
  chain.add(1, [chain.stake('bob', 50), chain.unstake('v1', 1000)]);
  close(chain, 10, 20);
  assert.match(because(chain, 'bob')!, / There is a free place now: its owner may stake again\.$/);
  const rigid = chainOf({ v1: 1000, v2: 1000, v3: 1000 }, { ppm: 330_000 });
  rigid.add(1, [rigid.stake('ann', 5000)]);
  close(rigid, 10, 20);
  assert.match(because(rigid, 'ann')!, / No stake takes a place now, since max_stake_change leaves no room /);
});

test('one that was slashed, and one whose owner asked for all of it', () => {
  const chain = chainOf({ v1: 1000, v2: 1000, v3: 100 });
  chain.add(1, [chain.unstake('v3', 100)], [chain.doubleVote('v1', 0)]);
  close(chain, 10, 20);
  assert.match(because(chain, 'v1')!, /^Its validator was slashed and has left the set for good; /);
  assert.equal(because(chain, 'v3'), 'No stake is bonded to its validator.');
});
