import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Draft } from '../../ledger/draft-block.js';
import { partsPerMillion } from '../../ledger/ppm.js';
import { waitingOf } from '../../ledger/stake-requests.js';
import { readEpoch, readQueue, readSupply, readValidator } from '../../ledger/state-keys.js';
import { updateTree } from '../../ledger/state-tree/update-tree.js';
import type { SetMember, ValidatorEntry } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { standInCrypto } from './stand-in-crypto.js';
import { person, TestChain } from './test-chain.js';

const names = ['v1', 'v2', 'v3', 'ann', 'bob', 'cal'];
/** Bonds only when the others have done. */
const newcomer = 'dan';
const initialBalance = 5000;
const initialStake = 1000;

/** Everything that must hold of any state, whatever happened before. */
function checkInvariants(chain: TestChain, options: { slashed: boolean }): void {
  let balances = 0;
  let bonded = 0;
  let unbonding = 0;
  const validators = new Map<string, ValidatorEntry>();
  for (const entry of chain.entries().values()) {
    if (entry.kind === 'account') {
      assert.ok(Number.isSafeInteger(entry.balance) && entry.balance >= 0);
      balances += entry.balance;
    } else if (entry.kind === 'validator') {
      validators.set(entry.key, entry);
      assert.ok(entry.bonded >= 0 && entry.unbonding.every(({ amount }) => amount > 0));
      bonded += entry.bonded;
      for (const { amount } of entry.unbonding) unbonding += amount;
    }
  }
  const { supply, burnt } = readSupply(chain.state);
  assert.equal(supply, 7 * initialBalance + 3 * initialStake - burnt);
  assert.equal(supply, balances + bonded + unbonding);

  const { validators: set } = readEpoch(chain.state);
  const { requests, payouts } = readQueue(chain.state);
  assert.ok(set.length > 0 && set.length <= chain.context.genesis.parameters.max_validators);
  assert.ok(set.every(({ stake, key }, i) => stake > 0 && (i === 0 || set[i - 1]!.key < key)));
  for (const [key, validator] of validators) {
    if (validator.slashed_epochs.length > 0) continue;
    const own = requests.filter((request) => request.validator === key);
    const weight = set.find((member) => member.key === key)?.stake ?? 0;
    const change = own.reduce((sum, request) => sum + request.change, 0);
    const leaving = own.reduce((sum, request) => sum + Math.max(0, -request.change), 0);
    assert.equal(weight + change, validator.bonded, 'the queue is what lies between weight and bonded stake');
    assert.equal(waitingOf(validator), leaving, 'what waits is what the queue will let go');
    let standing = weight;
    for (const { change } of own) {
      standing += change;
      assert.ok(standing >= 0, 'only a member, or whose join waits before it, waits to leave');
    }
    assert.ok(own.filter(({ change }) => change < 0).length <= 8, 'no validator has more requests to leave');
  }
  for (const validator of validators.values()) {
    for (const { payable_epoch } of validator.unbonding) {
      if (payable_epoch === undefined) continue;
      const due = payouts.find(({ epoch }) => epoch === payable_epoch);
      assert.ok(due?.validators.includes(validator.key), 'all that unbonds will be paid');
    }
  }
  if (!options.slashed) assert.equal(burnt, 0);
  const whole = updateTree(standInCrypto, { node: () => undefined }, chain.entries());
  assert.equal(whole.root, updateTree(standInCrypto, chain.state, new Map()).root, 'the tree is that of all entries');
}

const epochOf = (chain: TestChain) => readEpoch(chain.state);
const totalOf = (set: readonly SetMember[]): number => set.reduce((sum, { stake }) => sum + stake, 0);
const budgetOf = (chain: TestChain): number =>
  partsPerMillion(totalOf(epochOf(chain).validators), chain.context.genesis.parameters.max_stake_change_ppm);
const isPunished = (chain: TestChain, key: PublicKey): boolean =>
  readValidator(chain.state, key)!.slashed_epochs.length > 0;

/** Takes a block and checks what it did to the set, if it was closing. */
function takeBlock(chain: TestChain, draft: Draft): void {
  const before = epochOf(chain);
  const budget = budgetOf(chain);
  const first = readQueue(chain.state).requests.find(({ epoch, change }) => epoch < before.number && change !== 0);
  chain.take(draft);
  const { number, validators } = epochOf(chain);
  if (number === before.number) return;
  const weights = (set: readonly SetMember[]) => new Map(set.map(({ key, stake }) => [key, stake as number]));
  const [old, now] = [weights(before.validators), weights(validators)];
  let moved = 0;
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    if (!isPunished(chain, key)) moved += Math.abs((now.get(key) ?? 0) - (old.get(key) ?? 0));
  }
  assert.ok(moved <= budget, `${moved} moved, where the cap is ${budget}`);
  if (first === undefined || budget === 0 || isPunished(chain, first.validator)) return;
  const rest = readQueue(chain.state).requests.find(
    ({ validator, epoch }) => validator === first.validator && epoch === first.epoch,
  );
  const isLastStake =
    first.change < 0 && before.validators.every(({ key }) => key === first.validator || isPunished(chain, key));
  assert.ok(
    rest?.change !== first.change || isLastStake || isAnyPunished(chain),
    'the first request comes on in each epoch',
  );
}

const isAnyPunished = (chain: TestChain): boolean => readQueue(chain.state).offenders.length > 0;

/** Closes epochs until the chain is idle. @returns the slot after */
function becomesIdle(chain: TestChain, from: number, check: () => void): number {
  const { requests } = readQueue(chain.state);
  const asked = requests.reduce((sum, { change }) => sum + Math.abs(change), 0);
  let slot = Math.ceil(from / 10) * 10;
  // A request uses a budget up, or at most the one after.
  let left = 10 + 2 * requests.length;
  let used = 0;
  for (; ; slot += 10) {
    const budget = budgetOf(chain);
    const draft = chain.draft(slot);
    if (draft === undefined) return slot;
    takeBlock(chain, draft);
    check();
    used += budget;
    if (used > 2 * asked) left -= 1;
    assert.ok(left > 0, 'requests are decided within a bounded number of epochs');
  }
}

/** One that comes when nothing else waits, in a closing block: in with the next one if it has more than the least and the cap has room, else sent back. */
function joinsOrIsSentBack(chain: TestChain, amount: number, slot: number): void {
  const { max_validators } = chain.context.genesis.parameters;
  if (readQueue(chain.state).requests.length > 0 || isAnyPunished(chain)) return;
  const { validators } = epochOf(chain);
  const budget = budgetOf(chain);
  // So little stake is left that nothing of it may change.
  if (budget === 0) return;
  const least = Math.min(...validators.map(({ stake }) => stake));
  const isFree = validators.length < max_validators;
  const expected = isFree
    ? Math.min(amount, budget)
    : amount > least && budget > 2 * least
      ? Math.min(amount, budget - least)
      : 0;
  takeBlock(chain, chain.draft(slot, [chain.stake(newcomer, amount)])!);
  takeBlock(chain, chain.draft((epochOf(chain).number + 1) * 10)!);
  assert.equal(chain.set(newcomer)[newcomer] ?? 0, expected);
  const bonded = isFree || expected > 0 ? amount : 0;
  assert.equal(chain.validator(newcomer)?.bonded, bonded);
}

const action = fc.record({
  kind: fc.constantFrom('pay', 'pay', 'stake', 'stake', 'unstake', 'unstake', 'slash'),
  who: fc.constantFrom(...names),
  to: fc.constantFrom(...names),
  amount: fc.integer({ min: 1, max: 1500 }),
});
const block = fc.record({
  wait: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 6 }) },
    { weight: 1, arbitrary: fc.integer({ min: 7, max: 40 }) },
  ),
  actions: fc.array(action, { maxLength: 5 }),
});

for (const [title, withSlashing] of [
  ['without slashing', false],
  ['with slashing', true],
] as const) {
  test(`supply is genesis minus what was burnt, all accounted for, and each closing block keeps to the rules (${title})`, () => {
    const balances = Object.fromEntries([...names, newcomer].map((name) => [name, initialBalance]));
    const stakes = Object.fromEntries(names.slice(0, 3).map((name) => [name, initialStake]));
    const drawn = fc.record({
      blocks: fc.array(block, { minLength: 5, maxLength: 30 }),
      max_validators: fc.integer({ min: 3, max: 4 }),
      max_stake_change_ppm: fc.constantFrom(100_000, 330_000, 1_000_000),
      last: fc.integer({ min: 1, max: 4000 }),
    });
    fc.assert(
      fc.property(drawn, ({ blocks, last, ...parameters }) => {
        const chain = new TestChain({ parameters, balances, stakes });
        const check = (): void => checkInvariants(chain, { slashed: withSlashing });
        let slot = 0;
        for (const { wait, actions } of blocks) {
          slot += wait;
          const candidates: Transaction[] = [];
          const evidence = [];
          const epoch = epochOf(chain).number;
          for (const { kind, who, to, amount } of actions) {
            if (kind === 'pay') candidates.push(chain.pay(who, to, amount));
            else if (kind === 'stake') candidates.push(chain.stake(who, amount));
            else if (kind === 'unstake') candidates.push(chain.unstake(who, amount));
            else if (withSlashing) evidence.push(chain.doubleVote(who, Math.max(0, epoch - (amount % 3))));
          }
          const draft = chain.draft(slot, candidates, evidence);
          if (draft === undefined) continue;
          takeBlock(chain, draft);
          check();
        }
        joinsOrIsSentBack(chain, last, becomesIdle(chain, slot + 1, check));
        check();
      }),
      { numRuns: 120 },
    );
  });
}

test('each block keeps summed changes of the set within max_stake_change of the total', () => {
  const parameters = { max_stake_change_ppm: 100_000 };
  const chain = new TestChain({ parameters, balances: { ann: 100_000, bob: 100_000, v1: 100_000 } });
  const weights = () => new Map(readEpoch(chain.state).validators.map(({ key, stake }) => [key, stake as number]));
  chain.add(1, [chain.stake('ann', 9000), chain.unstake('v1', 700), chain.stake('bob', 500)]);
  for (let slot = 10; slot < 400; slot += 10) {
    const before = weights();
    const draft = chain.draft(slot);
    if (draft === undefined) continue;
    chain.take(draft);
    const after = weights();
    const total = [...before.values()].reduce((sum, stake) => sum + stake, 0);
    let moved = 0;
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      moved += Math.abs((after.get(key) ?? 0) - (before.get(key) ?? 0));
    }
    assert.ok(moved <= Math.floor(total / 10), `${moved} of ${total} moved`);
  }
  assert.equal(weights().get(person('ann').validator.publicKey), 9000);
  assert.equal(weights().get(person('v1').validator.publicKey), 300);
  assert.equal(weights().get(person('bob').validator.publicKey), 500);
});
