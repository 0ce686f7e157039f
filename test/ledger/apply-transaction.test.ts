import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyTransaction, checkTransaction } from '../../ledger/apply-transaction.js';
import { createOverlay } from '../../ledger/overlay.js';
import { readEpoch, readQueue } from '../../ledger/state-keys.js';
import { transactionRefusals } from '../../ledger/transaction-refusals.js';
import { type Slot, toAmount, toEpoch, toSlot } from '../../ledger/values/numbers.js';
import type { StakeRequest } from '../../ledger/values/state.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { person, TestChain } from './test-chain.js';

const slot: Slot = toSlot(1);

function codeOf(chain: TestChain, transaction: Transaction, at = slot): string {
  const overlay = createOverlay(chain.state);
  const applied = applyTransaction(chain.context, overlay, transaction, { slot: at });
  const checked = checkTransaction(chain.context, chain.state, transaction, at);
  if (applied.ok) {
    assert.ok(checked.ok);
    return 'applied';
  }
  assert.ok(!checked.ok && checked.problem.code === applied.problem.code);
  assert.equal(overlay.changes().entries.size, 0, 'a refused transaction changes nothing');
  return applied.problem.code;
}

const max = Number.MAX_SAFE_INTEGER;
const output = (to: string, amount: number) => ({ to: person(to).address, amount: toAmount(amount) });

/** For every code of the union, a transaction that is refused with it; ann has 1,000,000, v1 owns a validator. */
const cases: Record<keyof typeof transactionRefusals, (chain: TestChain) => Transaction> = {
  wrong_chain: (chain) => ({ ...chain.pay('ann', 'bob', 1), chain: 'other' as Transaction['chain'] }),
  bad_signature: (chain) => ({ ...chain.pay('ann', 'bob', 1), fee: toAmount(2) }),
  too_many_outputs: (chain) =>
    chain.sign('ann', { type: 'transfer', outputs: Array.from({ length: 257 }, () => output('bob', 1)) }),
  memo_too_long: (chain) => chain.sign('ann', { type: 'transfer', outputs: [output('bob', 1)], memo: 'ä'.repeat(129) }),
  expired: (chain) => chain.sign('ann', { type: 'transfer', outputs: [output('bob', 1)], expires_slot: toSlot(0) }),
  nonce_too_low: (chain) => {
    const pay = chain.pay('ann', 'bob', 1);
    chain.add(0, [pay], [], 1);
    return pay;
  },
  nonce_too_high: (chain) => chain.pay('ann', 'bob', 1, { nonce: 1 }),
  fee_too_low: (chain) => chain.pay('ann', 'bob', 1, { fee: 0 }),
  amount_too_large: (chain) =>
    chain.sign('ann', { type: 'transfer', outputs: [output('bob', max), output('bob', max)] }),
  balance_too_low: (chain) => chain.pay('ann', 'bob', 1_000_000),
  amount_too_small: (chain) => chain.stake('ann', 0),
  validator_missing: (chain) => chain.sign('ann', { type: 'stake', amount: toAmount(5) }),
  validator_already_named: (chain) => {
    chain.add(0, [chain.pay('ann', 'v1', 100)], [], 1);
    return chain.stake('v1', 5, { keysOf: 'new' });
  },
  validator_exists: (chain) => chain.stake('ann', 5, { keysOf: 'v2' }),
  bad_key_proof: (chain) =>
    chain.sign('ann', { type: 'stake', amount: toAmount(5), validator: chain.keys('bob', 'ann') }),
  not_an_owner: (chain) => chain.unstake('ann', 5),
  validator_slashed: (chain) => {
    chain.add(0, [chain.pay('ann', 'v1', 100)], [chain.doubleVote('v1', 0)], 1);
    return chain.stake('v1', 5);
  },
  stake_too_low: (chain) => {
    chain.add(0, [chain.pay('ann', 'v1', 100)], [], 1);
    return chain.unstake('v1', 1001);
  },
  too_many_leaves: (chain) => {
    chain.add(10, [chain.pay('ann', 'v1', 100)]);
    const validator = person('v1').validator.publicKey;
    const requests = Array.from({ length: 8 }, () => ({ validator, epoch: toEpoch(0), change: -1 }));
    chain.state.set('system/queue', { ...readQueue(chain.state), requests });
    return chain.unstake('v1', 5);
  },
  queue_full: (chain) => {
    const queue = readQueue(chain.state);
    const epoch = readEpoch(chain.state).number;
    const request = { validator: person('v2').validator.publicKey, epoch, change: 1 };
    chain.state.set('system/queue', { ...queue, requests: Array.from({ length: 1024 }, () => request) });
    return chain.stake('ann', 5);
  },
};

describe('applyTransaction', () => {
  for (const [code, make] of Object.entries(cases)) {
    test(`refuses with ${code}, and changes nothing`, () => {
      const chain = new TestChain();
      assert.equal(codeOf(chain, make(chain)), code);
    });
  }

  test('a signature that someone else vouches for is not checked again, but only that very signature', () => {
    const chain = new TestChain();
    const good = chain.pay('ann', 'bob', 1);
    const forged: Transaction = { ...good, signature: `0x${'1'.repeat(128)}` };
    let asked = 0;
    const context = {
      ...chain.context,
      isKnownGood: (_id: string, signature: string) => {
        asked += 1;
        return signature === good.signature;
      },
      crypto: { ...chain.context.crypto, verify: () => false },
    };
    assert.ok(checkTransaction(context, chain.state, good, slot).ok);
    assert.ok(!checkTransaction(context, chain.state, forged, slot).ok);
    assert.equal(asked, 2);
  });

  test('who was slashed asks nothing back: all of it leaves at the closing block', () => {
    const chain = new TestChain();
    chain.add(0, [chain.pay('ann', 'v1', 100)], [chain.doubleVote('v1', 0)], 1);
    assert.equal(codeOf(chain, chain.unstake('v1', 5)), 'validator_slashed');
  });

  test('a full queue takes what adds to a request of this epoch', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v2', 50)]);
    assert.equal(codeOf(chain, cases.queue_full(chain)), 'queue_full');
    assert.equal(codeOf(chain, chain.stake('v2', 5)), 'applied');
  });

  test('a change of stake reads the requests of its epoch, and all that wait before them once at most', () => {
    const balances = Object.fromEntries(['ann', 'bob', 'v1', 'v2'].map((name) => [name, 1000]));
    const chain = new TestChain({ balances, parameters: { max_stake_change_ppm: 1000 } });
    chain.add(1, [chain.stake('ann', 500), chain.unstake('v1', 40)]);
    for (const at of [10, 20, 30]) chain.add(at, [chain.pay('bob', 'v1', 1)]);
    const queue = readQueue(chain.state);
    assert.equal(queue.requests.length, 2, 'they wait for more than one epoch');
    let read = 0;
    const old = (request: StakeRequest): StakeRequest => ({
      ...request,
      get validator() {
        read += 1;
        return request.validator;
      },
    });
    const requests = Array.from({ length: 10_000 }, (_, at) => old(queue.requests[at % 2]!));
    chain.state.set('system/queue', { ...queue, requests });
    const readBy = (transaction: Transaction, expected: string): number => {
      const before = read;
      assert.equal(codeOf(chain, transaction), expected);
      return read - before;
    };
    // A queue so long takes no more stake: it may be left.
    assert.ok(readBy(chain.stake('v2', 5), 'queue_full') < 10);
    assert.ok(readBy(chain.unstake('v1', 5), 'too_many_leaves') < 100, 'counting ends with the eighth');
    // Where the change is applied, and where it is checked.
    assert.ok(readBy(chain.unstake('v2', 5), 'applied') <= 2 * requests.length);
    const ofThisEpoch = { ...queue.requests[1]!, epoch: readEpoch(chain.state).number, change: -1 };
    chain.state.set('system/queue', { ...queue, requests: requests.concat(ofThisEpoch) });
    assert.ok(readBy(chain.unstake('v1', 5), 'applied') < 10, 'one that adds to a request of its epoch counts none');
  });

  test('a VRF key has one validator, whoever proves that he holds it', () => {
    const chain = new TestChain();
    const { vrf_key, vrf_key_proof } = chain.keys('ann', 'v2');
    const validator = { ...chain.keys('ann', 'ann'), vrf_key, vrf_key_proof };
    const stake = chain.sign('ann', { type: 'stake', amount: toAmount(5), validator });
    assert.equal(codeOf(chain, stake), 'validator_exists');
  });

  test('one signature pays many, the same address more than once, and the sender itself', () => {
    const chain = new TestChain();
    const outputs = [output('bob', 3), output('cal', 4), output('bob', 5), output('ann', 6)];
    chain.add(1, [chain.sign('ann', { type: 'transfer', outputs })]);
    assert.deepEqual(
      ['ann', 'bob', 'cal'].map((name) => chain.balance(name)),
      [1_000_000 - 1 - 12, 1_000_008, 4],
    );
  });

  test('nonces count in each lane by itself, strictly by one', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'bob', 1), chain.pay('ann', 'bob', 1, { lane: 7 })]);
    assert.equal(codeOf(chain, chain.pay('ann', 'bob', 1, { nonce: 0, lane: 7 })), 'nonce_too_low');
    assert.equal(codeOf(chain, chain.pay('ann', 'bob', 1, { nonce: 1, lane: 7 })), 'applied');
    assert.equal(codeOf(chain, chain.pay('ann', 'bob', 1, { nonce: 2, lane: 7 })), 'nonce_too_high');
    assert.equal(codeOf(chain, chain.pay('ann', 'bob', 1, { nonce: 0, lane: 8 })), 'applied');
  });

  test('a transaction is valid in a block of its expires_slot and in none later', () => {
    const chain = new TestChain();
    const fields = { type: 'transfer', outputs: [output('bob', 1)], expires_slot: toSlot(5) } as const;
    assert.equal(codeOf(chain, chain.sign('ann', fields), toSlot(5)), 'applied');
    assert.equal(codeOf(chain, chain.sign('ann', fields), toSlot(6)), 'expired');
  });

  test('every refusal says in one sentence what was wrong and in one what to do', () => {
    for (const { detail, fix } of Object.values(transactionRefusals)) {
      assert.match(detail, /^[A-Z].*\.$/);
      assert.match(fix, /^[A-Z].*\.$/);
    }
  });
});
