import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { executeBlock } from '../../ledger/execute-block.js';
import { stateRoot } from '../../ledger/state-tree/update-tree.js';
import type { Block } from '../../ledger/values/block.js';
import { blockBytes, blockHash } from '../../ledger/values/identity.js';
import { toAmount, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import { standInCrypto, standInVrfProof } from './stand-in-crypto.js';
import { person, TestChain } from './test-chain.js';

const zero = `0x${'0'.repeat(64)}` as const;

/** The block with some fields changed, and its hash made good again. */
function altered(block: Block, fields: Partial<Block>): Block {
  const changed = { ...block, ...fields };
  return { ...changed, hash: blockHash(standInCrypto, changed) };
}

describe('executeBlock', () => {
  test('accepts what draftBlock makes, and states the root of the tree it leaves', () => {
    const chain = new TestChain();
    const { block } = chain.add(1, [chain.pay('ann', 'bob', 10)]);
    assert.equal(block.state_root, stateRoot(standInCrypto, chain.state));
    assert.equal(chain.balance('ann'), 999_989);
    assert.equal(chain.balance('bob'), 1_000_010);
  });

  test('fees go to the owner of the proposer after the last transaction', () => {
    const chain = new TestChain();
    const before = ['v1', 'v2', 'v3'].map((name) => chain.balance(name));
    const { block } = chain.add(1, [chain.pay('ann', 'bob', 10, { fee: 7 })]);
    for (const [i, name] of ['v1', 'v2', 'v3'].entries()) {
      const earned = person(name).validator.publicKey === block.proposer ? 7 : 0;
      assert.equal(chain.balance(name), before[i]! + earned);
    }
  });

  test('no fee makes no account', () => {
    const chain = new TestChain({ parameters: { min_fee: 0 } });
    chain.add(1, [chain.pay('ann', 'bob', 10, { fee: 0 })]);
    const accounts = [...chain.entries().keys()].filter((key) => key.startsWith('account/'));
    assert.deepEqual(accounts.sort(), ['ann', 'bob'].map((name) => `account/${person(name).address}`).sort());
  });

  const wrong: readonly [string, (block: Block) => Partial<Block>][] = [
    ['chain', () => ({ chain: 'other' as Block['chain'] })],
    ['index', () => ({ index: toHeight(9) })],
    ['prev_hash', () => ({ prev_hash: zero })],
    ['epoch', () => ({ epoch: toEpoch(1) })],
    ['slot', () => ({ slot: toSlot(0), round: 0 })],
    ['slot', () => ({ round: 65_536 })],
    ['justify_view', ({ slot }) => ({ justify_view: toView(slot * 65_536) })],
    ['validators_hash', () => ({ validators_hash: zero })],
    ['proposer', () => ({ proposer: person('ann').validator.publicKey })],
    ['tx_root', () => ({ tx_root: zero })],
    ['tx_root', () => ({ transactions: [] })],
    ['evidence_root', () => ({ evidence_root: zero })],
    ['work', () => ({ work: 1 })],
    ['vrf', () => ({ vrf: `0x${'1'.repeat(160)}` })],
    ['next_epoch', () => ({ next_epoch: { number: toEpoch(1), validators_hash: zero, nonce: zero } })],
    ['state_root', () => ({ state_root: zero })],
  ];
  test('refuses a block of an earlier slot than its parent, in whatever round', () => {
    const chain = new TestChain();
    chain.add(5, [chain.pay('ann', 'bob', 1)]);
    const { block } = chain.draft(6, [chain.pay('ann', 'bob', 1)])!;
    const early = { ...block, slot: toSlot(4), round: 7 };
    const { context, state, parent } = chain;
    const executed = executeBlock({ context, state, parent, block: early });
    assert.equal(executed.ok ? 'executed' : executed.problem.code, 'slot');
  });

  for (const [code, change] of wrong) {
    test(`refuses a block whose ${code} does not follow from the state (${change})`, () => {
      const chain = new TestChain();
      const { block } = chain.draft(1, [chain.pay('ann', 'bob', 10)])!;
      const executed = chain.execute(altered(block, change(block)));
      assert.equal(executed.ok ? 'accepted' : executed.problem.code, code);
    });
  }

  test('refuses a hash that is not the header’s', () => {
    const chain = new TestChain();
    const { block } = chain.draft(1, [chain.pay('ann', 'bob', 10)])!;
    const executed = chain.execute({ ...block, hash: zero });
    assert.equal(executed.ok ? 'accepted' : executed.problem.code, 'hash');
  });

  test('a VRF proof stands on the first block of a slot and on no other', () => {
    const chain = new TestChain();
    const first = chain.add(3, [chain.pay('ann', 'bob', 1)]).block;
    const second = chain.add(3, [chain.pay('ann', 'bob', 1)], [], 4).block;
    const third = chain.add(4, [chain.pay('ann', 'bob', 1)]).block;
    assert.deepEqual(
      [first, second, third].map(({ vrf }) => vrf !== undefined),
      [true, false, true],
    );
    const fourth = chain.draft(4, [chain.pay('ann', 'bob', 1)], [], 1)!.block;
    for (const vrf of [third.vrf!, standInVrfProof(person('v1').vrf.publicKey, 'x')]) {
      const executed = chain.execute(altered(fourth, { vrf }));
      assert.equal(executed.ok ? 'accepted' : executed.problem.code, 'vrf', 'good or not');
    }
  });

  test('a block in the slot of genesis carries a VRF proof too', () => {
    const chain = new TestChain();
    assert.ok(chain.add(0, [chain.pay('ann', 'bob', 1)], [], 1).block.vrf);
  });

  test('a block with one refused transaction is invalid, and changes nothing', () => {
    const chain = new TestChain();
    const good = chain.draft(1, [chain.pay('ann', 'bob', 10)])!.block;
    const other = new TestChain({ balances: { ann: 5, bob: 1 } });
    other.parent = good.prev_hash;
    const before = stateRoot(standInCrypto, other.state);
    const executed = other.execute(altered(good, { validators_hash: good.validators_hash }));
    assert.equal(executed.ok ? 'accepted' : executed.problem.code, 'transaction');
    assert.equal(stateRoot(standInCrypto, other.state), before);
  });

  test('a block with nothing to add is invalid, and none is drafted', () => {
    const chain = new TestChain();
    assert.equal(chain.draft(1), undefined);
    const full = chain.draft(1, [chain.pay('ann', 'bob', 10)])!.block;
    const { tx_root } = new TestChain({ parameters: { heartbeat_slots: 1 } }).draft(1)!.block;
    const executed = chain.execute(altered(full, { transactions: [], tx_root }));
    assert.equal(executed.ok ? 'accepted' : executed.problem.code, 'empty');
  });

  test('a heartbeat is due after heartbeat_slots without a block', () => {
    const chain = new TestChain({ parameters: { heartbeat_slots: 4 } });
    assert.equal(chain.draft(3), undefined);
    chain.add(4);
    assert.equal(chain.draft(7), undefined);
    chain.add(8);
  });

  test('work is counted up until the hash begins with as many zeros as genesis demands', () => {
    const chain = new TestChain({ parameters: { difficulty: 2 } });
    const { block } = chain.add(1, [chain.pay('ann', 'bob', 10)]);
    assert.ok(block.hash.startsWith('0x00'));
    const executed = new TestChain({ parameters: { difficulty: 2 } }).execute(
      altered(block, { work: block.work! + 1 }),
    );
    assert.equal(executed.ok ? 'accepted' : executed.problem.code, 'work');
  });

  test('a drafted block keeps within max_block_bytes and takes candidates in the order given', () => {
    const chain = new TestChain({ parameters: { max_block_bytes: 16_384 } });
    const candidates = Array.from({ length: 100 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
    const { block } = chain.draft(1, candidates)!;
    assert.ok(block.transactions.length > 10 && block.transactions.length < 100);
    assert.deepEqual(block.transactions, candidates.slice(0, block.transactions.length));
    assert.deepEqual(chain.refused, []);
  });

  test('a block of max_block_bytes is taken, and one of a byte more is not', () => {
    const chain = new TestChain();
    const { block } = chain.draft(1, [chain.pay('ann', 'bob', 10)])!;
    const bytes = blockBytes(block);
    const verdict = (max_block_bytes: number) => {
      const { genesis } = chain.context;
      const parameters = { ...genesis.parameters, max_block_bytes };
      const context = { ...chain.context, genesis: { ...genesis, parameters } };
      const executed = executeBlock({ context, state: chain.state, parent: chain.parent, block });
      return executed.ok ? 'accepted' : executed.problem.code;
    };
    assert.equal(verdict(bytes), 'accepted');
    assert.equal(verdict(bytes - 1), 'too_large');
  });

  test('candidates that do not apply are skipped and reported', () => {
    const chain = new TestChain();
    const poor = chain.pay('ann', 'bob', 9_000_000);
    const { block } = chain.draft(1, [poor, chain.pay('bob', 'ann', 10)])!;
    assert.equal(block.transactions.length, 1);
    assert.deepEqual(chain.refused, ['balance_too_low']);
  });

  test('the state is not changed by drafting or executing', () => {
    const chain = new TestChain();
    const before = stateRoot(standInCrypto, chain.state);
    chain.draft(1, [chain.pay('ann', 'bob', toAmount(10))]);
    assert.equal(stateRoot(standInCrypto, chain.state), before);
    assert.equal(chain.balance('ann'), 1_000_000);
  });
});
