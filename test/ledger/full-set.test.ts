/** A join that finds the set full: whose place it takes, when it waits, when it is sent back. PROTOCOL [4-full-set] */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEpoch, readQueue, readSupply } from '../../ledger/state-keys.js';
import { person, TestChain, type TestChainOptions } from './test-chain.js';

const names = ['v1', 'v2', 'v3', 'ann', 'bob', 'cal'];
const balances = Object.fromEntries(names.map((name) => [name, 100_000]));

/** Three places, all taken. */
function fullChain(
  stakes: Readonly<Record<string, number>>,
  parameters: NonNullable<TestChainOptions['parameters']> = {},
): TestChain {
  return new TestChain({ balances, stakes, parameters: { max_validators: Object.keys(stakes).length, ...parameters } });
}

/** Closes epochs: a payment in each block, so that none is idle. */
function close(chain: TestChain, ...slots: readonly number[]): void {
  for (const slot of slots) chain.add(slot, [chain.pay('bob', 'cal', 1)]);
}

const setOf = (chain: TestChain) => chain.set(...names);

/** What began to unbond at the closing block that opened this epoch, since the set was full. */
const letGo = (amount: number, since: number) => ({
  amount,
  since_epoch: since,
  payable_epoch: since + 2,
  full_set: true,
});

describe('a join that finds the set full', () => {
  test('takes the place of the member with the least stake, whose stake starts unbonding', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 600)]);
    close(chain, 10);
    assert.deepEqual(setOf(chain), { v1: 1000, v2: 900, v3: 100 });
    close(chain, 20);
    assert.deepEqual(setOf(chain), { ann: 600, v1: 1000, v2: 900 });
    assert.equal(chain.validator('v3')?.bonded, 0);
    assert.deepEqual(chain.validator('v3')?.unbonding, [letGo(100, 2)]);
    assert.deepEqual(readQueue(chain.state).requests, []);
    close(chain, 30);
    const before = chain.balance('v3');
    close(chain, 40);
    assert.equal(chain.balance('v3'), before + 100);
    assert.deepEqual(chain.validator('v3')?.unbonding, []);
  });

  test('is sent back if its stake is not greater than the least: its stake starts unbonding', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 100)]);
    close(chain, 10, 20);
    assert.deepEqual(setOf(chain), { v1: 1000, v2: 900, v3: 100 });
    assert.equal(chain.validator('ann')?.bonded, 0);
    assert.deepEqual(chain.validator('ann')?.unbonding, [letGo(100, 2)]);
  });

  test('takes the place of the first in key order, of members with equal stake', () => {
    const chain = fullChain({ v1: 1000, v2: 1000, v3: 1000 });
    const first = readEpoch(chain.state).validators[0]!.key;
    chain.add(1, [chain.stake('ann', 1001)]);
    close(chain, 10, 20);
    const left = ['v1', 'v2', 'v3'].filter((name) => setOf(chain)[name] === undefined);
    assert.deepEqual(
      left.map((name) => person(name).validator.publicKey),
      [first],
    );
    assert.equal(setOf(chain).ann, 1001);
  });

  test('takes the place of one that joined in the same closing block with less: the order does not matter', () => {
    const sets = [
      ['ann', 'bob'],
      ['bob', 'ann'],
    ].map((order) => {
      const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
      const stakes = { ann: 600, bob: 700 };
      chain.add(
        1,
        order.map((name) => chain.stake(name, stakes[name as 'ann' | 'bob'])),
      );
      close(chain, 10, 20);
      assert.deepEqual(chain.validator('ann')?.unbonding, [letGo(600, 2)]);
      return setOf(chain);
    });
    assert.deepEqual(sets[0], { bob: 700, v1: 1000, v2: 900 });
    assert.deepEqual(sets[1], sets[0]);
  });

  test('takes a place that an offender leaves in the same closing block, and nobody else has to go', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 50)]);
    close(chain, 10);
    chain.add(20, [], [chain.doubleVote('v1', 0)]);
    assert.deepEqual(setOf(chain), { ann: 50, v2: 900, v3: 100 });
  });
});

describe('the cap and a full set', () => {
  const parameters = { max_stake_change_ppm: 330_000 };

  test('who leaves and who comes both count; the rest of the join comes first in the next epoch', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 }, parameters);
    chain.add(1, [chain.stake('ann', 1000), chain.stake('bob', 700)]);
    close(chain, 10, 20);
    assert.deepEqual(setOf(chain), { ann: 660 - 100, v1: 1000, v2: 900 });
    close(chain, 30);
    assert.equal(setOf(chain).ann, 1000);
  });

  test('what comes has to be greater by itself than what leaves; a join of which a whole budget has no room for so much is sent back', () => {
    for (const [least, joins] of [
      [394, 396],
      [395, undefined],
    ] as const) {
      const chain = fullChain({ v1: 1000, v2: 1000, v3: least }, parameters);
      chain.add(1, [chain.stake('ann', 5000), chain.stake('v1', 10)]);
      close(chain, 10, 20);
      assert.equal(setOf(chain).ann, joins);
      assert.equal(setOf(chain).v3, joins === undefined ? least : undefined);
      assert.deepEqual(chain.validator('ann')?.unbonding, joins === undefined ? [letGo(5000, 2)] : []);
      assert.equal(setOf(chain).v1, joins === undefined ? 1010 : 1000, 'who comes later does not wait for it');
    }
  });

  test('where only the rest of the budget is too small it waits, and so do those behind it', () => {
    const chain = fullChain({ v1: 1000, v2: 1000, v3: 200 }, parameters);
    chain.add(1, [chain.stake('v1', 400), chain.stake('ann', 600), chain.unstake('v2', 50)]);
    close(chain, 10, 20);
    assert.deepEqual(setOf(chain), { v1: 1400, v2: 1000, v3: 200 });
    assert.deepEqual(
      readQueue(chain.state).requests.map(({ change }) => change),
      [600, -50],
    );
    assert.notEqual(chain.draft(30), undefined, 'it is work for the end of the next epoch');
    close(chain, 30);
    assert.deepEqual(setOf(chain), { ann: 600, v1: 1400, v2: 950 });
    assert.deepEqual(chain.validator('v3')?.unbonding, [letGo(200, 3)]);
  });

  test('a set of one keeps its member, and of two equal ones both: no budget replaces half of the stake by more', () => {
    for (const [stakes, isTaken] of [
      [{ v1: 1000 }, false],
      [{ v1: 1000, v2: 1000 }, false],
      [{ v1: 1000, v2: 999 }, true],
    ] as const) {
      const chain = fullChain(stakes);
      chain.add(1, [chain.stake('ann', 90_000)]);
      close(chain, 10, 20);
      assert.equal(setOf(chain).ann !== undefined, isTaken);
      assert.equal(chain.validator('ann')?.unbonding.length, isTaken ? 0 : 1);
    }
  });

  test('where the cap rounds down to nothing a join is sent back, and does not wait for ever', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 }, { max_stake_change_ppm: 1 });
    chain.add(1, [chain.stake('ann', 600), chain.stake('bob', 700)]);
    close(chain, 10, 20);
    assert.deepEqual(setOf(chain), { v1: 1000, v2: 900, v3: 100 });
    assert.deepEqual(chain.validator('ann')?.unbonding, [letGo(600, 2)]);
    assert.deepEqual(chain.validator('bob')?.unbonding, [letGo(700, 2)]);
  });

  test('nobody is judged in an epoch whose budget is used up by those before', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 }, parameters);
    chain.add(1, [chain.stake('v1', 700), chain.stake('ann', 50)]);
    close(chain, 10, 20);
    assert.deepEqual(
      readQueue(chain.state).requests.map(({ change }) => change),
      [700 - 660, 50],
    );
    assert.equal(chain.validator('ann')?.bonded, 50);
    close(chain, 30);
    assert.deepEqual(chain.validator('ann')?.unbonding, [letGo(50, 3)]);
  });

  test('where the cap rounds down to nothing stake that a member adds keeps no join from being sent back', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 }, { max_stake_change_ppm: 1 });
    chain.add(1, [chain.stake('v1', 10), chain.stake('ann', 600)]);
    close(chain, 10, 20);
    assert.deepEqual(chain.validator('ann')?.unbonding, [letGo(600, 2)]);
  });

  test('when all is decided an idle chain is idle again', () => {
    const chain = fullChain({ v1: 1000, v2: 1000, v3: 200 }, parameters);
    chain.add(1, [chain.stake('v1', 400), chain.stake('ann', 600), chain.stake('bob', 50)]);
    const closing: number[] = [];
    for (let slot = 2; slot < 200; slot += 1) {
      const draft = chain.draft(slot);
      if (draft === undefined) continue;
      chain.take(draft);
      closing.push(slot);
    }
    // At 50 the stake of v3 and of bob, which left the set or found no place at 30, is paid.
    assert.deepEqual(closing, [10, 20, 30, 50]);
    assert.deepEqual(setOf(chain), { ann: 600, v1: 1400, v2: 1000 });
  });
});

describe('what else waits of a validator that loses its place', () => {
  test('what it asked back leaves with the rest', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 600), chain.unstake('v3', 30)]);
    close(chain, 10, 20);
    assert.deepEqual(setOf(chain), { ann: 600, v1: 1000, v2: 900 });
    const { bonded, unbonding } = chain.validator('v3')!;
    assert.deepEqual({ bonded, unbonding }, { bonded: 0, unbonding: [letGo(100, 2)] });
    assert.deepEqual(readQueue(chain.state).requests, []);
  });

  test('what it bonded beside is a join of its own, judged in its turn', () => {
    for (const [more, set] of [
      [700, { v1: 1000, v2: 900, v3: 700 }],
      [600, { ann: 600, v1: 1000, v2: 900 }],
    ] as const) {
      const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
      chain.add(1, [chain.stake('ann', 600), chain.stake('v3', more)]);
      close(chain, 10, 20);
      assert.deepEqual(setOf(chain), set);
      const isBack = more === 700;
      assert.equal(chain.validator('v3')?.bonded, isBack ? 700 : 0);
      assert.deepEqual(chain.validator('v3')?.unbonding, [letGo(isBack ? 100 : 700, 2)]);
      assert.deepEqual(chain.validator('ann')?.unbonding, isBack ? [letGo(600, 2)] : []);
    }
  });

  test('so is what it bonded after it had asked for all', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 150), chain.unstake('v3', 100)]);
    close(chain, 10);
    chain.add(11, [chain.stake('v3', 700)]);
    close(chain, 20);
    assert.deepEqual(setOf(chain), { ann: 150, v1: 1000, v2: 900 });
    assert.deepEqual(chain.validator('v3')?.unbonding, [letGo(100, 2)]);
    close(chain, 30);
    assert.deepEqual(setOf(chain), { v1: 1000, v2: 900, v3: 700 });
    assert.deepEqual(chain.validator('v3')?.unbonding, [letGo(100, 2)]);
  });

  test('a join that is sent back leaves the next request of its validator to be judged by itself', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 50)]);
    close(chain, 10);
    chain.add(11, [chain.stake('ann', 600)]);
    close(chain, 20);
    const { bonded, unbonding } = chain.validator('ann')!;
    assert.deepEqual({ bonded, unbonding }, { bonded: 600, unbonding: [letGo(50, 2)] });
    close(chain, 30);
    assert.deepEqual(setOf(chain), { ann: 600, v1: 1000, v2: 900 });
  });

  test('stake that lost its place stays slashable until it is paid', () => {
    const chain = fullChain({ v1: 1000, v2: 900, v3: 100 });
    chain.add(1, [chain.stake('ann', 600)]);
    close(chain, 10, 20);
    const { supply } = readSupply(chain.state);
    chain.add(21, [], [chain.doubleVote('v3', 1)]);
    assert.deepEqual(chain.validator('v3')?.unbonding, [letGo(95, 2)]);
    assert.equal(readSupply(chain.state).supply, supply - 5);
    close(chain, 30);
    assert.deepEqual(setOf(chain), { ann: 600, v1: 1000, v2: 900 });
  });

  test('a request to leave that had to stay as the last stake goes with it', () => {
    // All but v1 are offenders: the budget, of the old total, is large beside what is left.
    const chain = new TestChain({ balances, stakes: { v1: 10, v2: 1000 }, parameters: { max_validators: 2 } });
    const joins = Object.entries({ ann: 5, bob: 50, cal: 60 }).map(([name, amount]) => chain.stake(name, amount));
    chain.add(1, [chain.unstake('v1', 10), ...joins]);
    close(chain, 10);
    chain.add(20, [], [chain.doubleVote('v2', 0)]);
    assert.deepEqual(setOf(chain), { bob: 50, cal: 60 });
    const { bonded, unbonding } = chain.validator('v1')!;
    assert.deepEqual({ bonded, unbonding }, { bonded: 0, unbonding: [letGo(10, 2)] });
    assert.deepEqual(readQueue(chain.state).requests, []);
  });

  test('an offender that stays as the last stake leaves for its offence, not for a join', () => {
    const chain = new TestChain({ balances, stakes: { v1: 1000, v2: 40 }, parameters: { max_validators: 2 } });
    const joins = Object.entries({ ann: 45, bob: 50, cal: 60 }).map(([name, amount]) => chain.stake(name, amount));
    chain.add(1, joins);
    close(chain, 10);
    // Both are offenders; which is looked at last is the order of the evidence.
    chain.add(20, [], [chain.doubleVote('v1', 0), chain.doubleVote('v2', 0)]);
    assert.deepEqual(setOf(chain), { cal: 60, v2: 40 });
    close(chain, 30);
    assert.deepEqual(setOf(chain), { cal: 60 });
    assert.deepEqual(chain.validator('v2')?.unbonding, [{ amount: 38, since_epoch: 3, payable_epoch: 5 }]);
  });
});
