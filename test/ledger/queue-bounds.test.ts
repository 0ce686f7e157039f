import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkTransaction } from '../../ledger/apply-transaction.js';
import { readEpoch, readQueue } from '../../ledger/state-keys.js';
import { toSlot } from '../../ledger/values/numbers.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { person, TestChain, type TestChainOptions } from './test-chain.js';

const epochSlots = 10;
const keyOf = (name: string) => person(name).validator.publicKey;
const changesOf = (chain: TestChain, name: string): readonly number[] =>
  readQueue(chain.state)
    .requests.filter(({ validator }) => validator === keyOf(name))
    .map(({ change }) => change);

const codeOf = (chain: TestChain, transaction: Transaction): string => {
  const checked = checkTransaction(chain.context, chain.state, transaction, toSlot(chain.slot + 1));
  return checked.ok ? 'applied' : checked.problem.code;
};

/** Nothing of the queue moves on: the cap is less than one unit. */
const standing: TestChainOptions = {
  parameters: { max_stake_change_ppm: 1 },
  balances: { ann: 100_000, bob: 100_000, v1: 100_000, v2: 100_000, v3: 100_000 },
  stakes: { v1: 1000, v2: 1000, v3: 1000, other: 1000 },
};

const nextEpoch = (chain: TestChain): void => {
  chain.add((readEpoch(chain.state).number + 1) * epochSlots, [chain.pay('bob', 'ann', 1)]);
};

/** Asks one unit back in each of so many epochs. */
function leaveInEach(chain: TestChain, name: string, epochs: number): void {
  for (let asked = 0; asked < epochs; asked += 1) {
    chain.add(chain.slot + 1, [chain.unstake(name, 1)]);
    nextEpoch(chain);
  }
}

/** Requests of one who takes no part in the test, until so many wait. */
function fill(chain: TestChain, count: number): void {
  const queue = readQueue(chain.state);
  const filler = { validator: keyOf('other'), epoch: readEpoch(chain.state).number, change: 1 };
  const before = Array.from({ length: count - queue.requests.length }, () => filler);
  chain.state.set('system/queue', { ...queue, requests: [...before, ...queue.requests] });
}

const names = ['v1', 'v2', 'v3'];
const drawn = fc.record({
  filled: fc.constantFrom(0, 1000, 1016, 1020),
  epochs: fc.array(
    fc.array(
      fc.record({
        who: fc.constantFrom(...names),
        change: fc.integer({ min: -4, max: 4 }).filter((change) => change !== 0),
      }),
      { maxLength: 6 },
    ),
    { minLength: 10, maxLength: 30 },
  ),
});

/** What each validator's requests ask for, those of the epochs before and that of the running one, beside so many of others. */
interface Model {
  readonly filled: number;
  readonly before: ReadonlyMap<string, number[]>;
  readonly now: Map<string, number>;
}

function answerOf({ filled, before, now }: Model, who: string, change: number): string {
  const own = now.get(who) ?? 0;
  const after = own + change;
  if (change < 0) {
    const leaves = before.get(who)!.filter((one) => one < 0).length;
    return own >= 0 && after < 0 && leaves >= 8 ? 'too_many_leaves' : 'applied';
  }
  const others = filled + [...before.values()].flat().length + now.size - (now.has(who) ? 1 : 0);
  const isOneMore = now.has(who) ? own <= 0 && after > 0 : true;
  return isOneMore && others >= 1024 ? 'queue_full' : 'applied';
}

function endEpoch({ before, now }: Model): void {
  for (const [name, change] of now) if (change !== 0) before.get(name)!.push(change);
  now.clear();
}

describe('the bounds of the queue', () => {
  test('eight requests to leave of one validator wait; the ninth is refused, and those of others are not', () => {
    const chain = new TestChain(standing);
    leaveInEach(chain, 'v1', 7);
    assert.equal(codeOf(chain, chain.unstake('v1', 1)), 'applied');
    leaveInEach(chain, 'v1', 1);
    assert.deepEqual(changesOf(chain, 'v1'), Array(8).fill(-1));
    assert.equal(codeOf(chain, chain.unstake('v1', 1)), 'too_many_leaves');
    assert.equal(codeOf(chain, chain.unstake('v1', 992)), 'too_many_leaves', 'nor all that is bonded');
    assert.equal(codeOf(chain, chain.unstake('v1', 993)), 'stake_too_low', 'what waiting does not mend is said first');
    assert.equal(codeOf(chain, chain.unstake('v2', 1)), 'applied');
    assert.equal(chain.validator('v1')?.bonded, 992);
  });

  test('what adds to a request to leave of this epoch, or makes a join of it smaller, is not one more', () => {
    const chain = new TestChain(standing);
    leaveInEach(chain, 'v1', 7);
    chain.add(chain.slot + 1, [chain.unstake('v1', 1)]);
    chain.add(chain.slot + 1, [chain.unstake('v1', 4)]);
    assert.deepEqual(changesOf(chain, 'v1'), [...Array(7).fill(-1), -5]);
    nextEpoch(chain);
    chain.add(chain.slot + 1, [chain.stake('v1', 20)]);
    assert.equal(codeOf(chain, chain.unstake('v1', 20)), 'applied');
    assert.equal(codeOf(chain, chain.unstake('v1', 21)), 'too_many_leaves');
  });

  test('a request to leave that is granted makes room for another', () => {
    const chain = new TestChain({ ...standing, parameters: { max_stake_change_ppm: 1000 } });
    // Four units an epoch: the join in front takes them for a while.
    chain.add(1, [chain.stake('bob', 30)]);
    leaveInEach(chain, 'v1', 8);
    assert.equal(codeOf(chain, chain.unstake('v1', 1)), 'too_many_leaves');
    while (changesOf(chain, 'v1').length === 8) nextEpoch(chain);
    assert.equal(codeOf(chain, chain.unstake('v1', 1)), 'applied');
  });

  test('a block with the ninth is refused by whoever executes it', () => {
    const chain = new TestChain(standing);
    leaveInEach(chain, 'v1', 8);
    const ninth = chain.unstake('v1', 1);
    assert.equal(chain.draft(chain.slot + 1, [ninth]), undefined);
    assert.deepEqual(chain.refused, ['too_many_leaves']);
    const { block } = chain.draft(chain.slot + 1, [chain.pay('bob', 'ann', 1)])!;
    const executed = chain.execute({ ...block, transactions: [...block.transactions, ninth] });
    assert.ok(!executed.ok);
  });

  test('in a full queue what was asked back in this epoch may be bonded again, and no more than that', () => {
    const chain = new TestChain(standing);
    nextEpoch(chain);
    chain.add(chain.slot + 1, [chain.unstake('v1', 3)]);
    fill(chain, 1025);
    assert.equal(codeOf(chain, chain.stake('v1', 3)), 'applied');
    assert.equal(codeOf(chain, chain.stake('v1', 4)), 'queue_full', 'that would be one more join');
    chain.add(chain.slot + 1, [chain.stake('v1', 3)]);
    assert.deepEqual(changesOf(chain, 'v1'), [0]);
    assert.equal(codeOf(chain, chain.stake('v1', 1)), 'queue_full');
  });

  test('one of 1,024 requests may become a join, as a new one could be one', () => {
    const chain = new TestChain(standing);
    nextEpoch(chain);
    chain.add(chain.slot + 1, [chain.unstake('v1', 3)]);
    fill(chain, 1024);
    assert.equal(codeOf(chain, chain.stake('v1', 4)), 'applied');
    assert.equal(codeOf(chain, chain.stake('v2', 4)), 'queue_full');
  });

  test('whatever is asked in whatever epochs: a model of the bounds says the same', () => {
    const refused = new Set<string>();
    fc.assert(
      fc.property(drawn, ({ filled, epochs }) => {
        const chain = new TestChain(standing);
        fill(chain, filled);
        const model: Model = { filled, before: new Map(names.map((name) => [name, []])), now: new Map() };
        for (const actions of epochs) {
          for (const { who, change } of actions) {
            const transaction = change > 0 ? chain.stake(who, change) : chain.unstake(who, -change);
            const expected = answerOf(model, who, change);
            assert.equal(codeOf(chain, transaction), expected);
            if (expected === 'applied') {
              chain.add(chain.slot + 1, [transaction]);
              model.now.set(who, (model.now.get(who) ?? 0) + change);
            } else refused.add(expected);
          }
          endEpoch(model);
          nextEpoch(chain);
          for (const [name, changes] of model.before) assert.deepEqual(changesOf(chain, name), changes);
        }
      }),
      // What it would be made smaller to takes minutes.
      { numRuns: 60, endOnFailure: true },
    );
    assert.equal(refused.size, 2, 'both bounds were met');
  });
});
