import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countsForNonce, emptyNonceDigest, nextNonce, withVrfOutput } from '../../ledger/epoch-nonce.js';
import { readCertifyingSet, readEpoch, readEpochNumbered, readQueue, readSupply } from '../../ledger/state-keys.js';
import { toEpoch, toSlot } from '../../ledger/values/numbers.js';
import { voteSigningText, vrfAlpha } from '../../ledger/values/signing.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { Vote } from '../../ledger/values/vote.js';
import { standInCrypto } from './stand-in-crypto.js';
import { person, TestChain } from './test-chain.js';

const names = ['v1', 'v2', 'v3', 'ann', 'bob'];

/** Closes the epoch at the first slot after it; something is in the block so that it is never idle. */
function close(chain: TestChain, slot: number) {
  return chain.add(slot, [chain.pay('ann', 'bob', 1)]);
}

describe('epoch change', () => {
  test('a block is closing iff its slot lies after its epoch, and states the epoch that follows', () => {
    const chain = new TestChain();
    assert.equal(close(chain, 9).block.next_epoch, undefined);
    const { block, executed } = close(chain, 10);
    assert.equal(block.epoch, 0);
    assert.equal(block.next_epoch?.number, 1);
    assert.equal(executed.epoch.number, 1);
    assert.equal(close(chain, 11).block.epoch, 1);
  });

  test('empty epochs are skipped in one step', () => {
    const chain = new TestChain();
    assert.equal(close(chain, 57).block.next_epoch?.number, 5);
    assert.equal(close(chain, 58).block.epoch, 5);
  });

  test('two thirds of an epoch end before the slot that begins the last', () => {
    const counted = [49, 50].map((slot) => countsForNonce(toSlot(slot), toEpoch(1), 30));
    assert.deepEqual(counted, [true, false]);
  });

  test('nonce 0 is the genesis hash; the next folds the outputs of the first two thirds, one per slot', () => {
    const chain = new TestChain();
    assert.equal(readEpoch(chain.state).nonce, chain.context.genesisHash);
    let digest = emptyNonceDigest(standInCrypto, toEpoch(0));
    for (const [slot, round] of [
      [2, 0],
      [2, 3],
      [6, 0],
      [7, 0],
      [9, 0],
    ] as const) {
      const { validators, nonce } = readEpoch(chain.state);
      const { block } = chain.add(slot, [chain.pay('ann', 'bob', 1)], [], round);
      if (block.vrf === undefined || slot >= 7) continue;
      const member = validators.find(({ key }) => key === block.proposer)!;
      const alpha = vrfAlpha(chain.context.chain, nonce, block.slot);
      digest = withVrfOutput(standInCrypto, digest, standInCrypto.verifyVrf(member.vrf_key, alpha, block.vrf)!);
    }
    const expected = nextNonce(standInCrypto, chain.context.genesisHash, toEpoch(3), digest);
    assert.equal(close(chain, 30).block.next_epoch?.nonce, expected);
  });

  test('new stake counts from the second closing block after its request', () => {
    const chain = new TestChain();
    chain.add(1, [chain.stake('ann', 600)]);
    close(chain, 10);
    assert.deepEqual(chain.set(...names), { v1: 1000, v2: 1000, v3: 1000 });
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { ann: 600, v1: 1000, v2: 1000, v3: 1000 });
  });

  test('summed changes stay within max_stake_change of the total; the rest queues in order of request', () => {
    const chain = new TestChain({ parameters: { max_stake_change_ppm: 330_000 } });
    chain.add(1, [chain.stake('ann', 1500), chain.stake('bob', 100)]);
    close(chain, 10);
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { ann: 990, v1: 1000, v2: 1000, v3: 1000 });
    close(chain, 30);
    assert.deepEqual(chain.set(...names), { ann: 1500, bob: 100, v1: 1000, v2: 1000, v3: 1000 });
    assert.deepEqual(readQueue(chain.state).requests, []);
  });

  test('what leaves counts towards max_stake_change like what comes', () => {
    const balances = Object.fromEntries(names.map((name) => [name, 10_000]));
    const chain = new TestChain({ balances, parameters: { max_stake_change_ppm: 330_000 } });
    chain.add(1, [chain.unstake('v1', 900), chain.unstake('v2', 500)]);
    close(chain, 10);
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { v1: 100, v2: 910, v3: 1000 });
    close(chain, 30);
    assert.deepEqual(chain.set(...names), { v1: 100, v2: 500, v3: 1000 });
  });

  test('unbonding starts at the closing block that leaves the stake out and is paid unbonding_epochs later', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 400)]);
    assert.deepEqual(chain.validator('v1')?.unbonding, [{ amount: 400 }]);
    close(chain, 10);
    assert.deepEqual(chain.set(...names), { v1: 1000, v2: 1000, v3: 1000 });
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { v1: 600, v2: 1000, v3: 1000 });
    assert.deepEqual(chain.validator('v1')?.unbonding, [{ amount: 400, since_epoch: 2, payable_epoch: 4 }]);
    close(chain, 30);
    const before = chain.balance('v1');
    const { block } = close(chain, 40);
    const fee = block.proposer === person('v1').validator.publicKey ? 1 : 0;
    assert.equal(chain.balance('v1'), before + 400 + fee);
    assert.deepEqual(chain.validator('v1')?.unbonding, []);
  });

  test('stake asked back before it ever counted starts unbonding at once', () => {
    const chain = new TestChain();
    chain.add(1, [chain.stake('ann', 600)]);
    chain.add(2, [chain.unstake('ann', 200)]);
    assert.deepEqual(chain.validator('ann')?.unbonding, [{ amount: 200, since_epoch: 1, payable_epoch: 3 }]);
    close(chain, 10);
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { ann: 400, v1: 1000, v2: 1000, v3: 1000 });
  });

  test('new stake that takes the place of leaving stake lets it go', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v1', 500)]);
    chain.add(2, [chain.unstake('v1', 300)]);
    chain.add(3, [chain.stake('v1', 100)]);
    assert.deepEqual(chain.validator('v1')?.unbonding, [
      { amount: 100, since_epoch: 1, payable_epoch: 3 },
      { amount: 200 },
    ]);
    close(chain, 10);
    close(chain, 20);
    assert.equal(chain.set(...names).v1, 800);
  });

  test('requests of an epoch that come to nothing are no work for its end', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.stake('v1', 5)]);
    chain.add(3, [chain.unstake('v1', 5)]);
    assert.equal(chain.draft(10), undefined);
  });

  test('stake that is asked back before it counts is one item, however often', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    for (const slot of [2, 4]) {
      chain.add(slot, [chain.stake('v1', 5)]);
      chain.add(slot + 1, [chain.unstake('v1', 5)]);
    }
    assert.deepEqual(chain.validator('v1')?.unbonding, [{ amount: 10, since_epoch: 1, payable_epoch: 3 }]);
  });

  test('a set is never left without stake: the last stake stays until there is other', () => {
    const chain = new TestChain({ stakes: { v1: 1000 } });
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 1000)]);
    close(chain, 10);
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { v1: 1000 });
    assert.equal(chain.draft(30), undefined, 'waiting for other stake is not work');
    chain.add(31, [chain.stake('ann', 500)]);
    close(chain, 40);
    close(chain, 50);
    close(chain, 60);
    assert.deepEqual(chain.set(...names), { ann: 500 });
  });

  test('pending changes and due payouts are work at the end of an epoch, and nothing is left to do afterwards', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 400)]);
    const closing: number[] = [];
    for (let slot = 3; slot < 120; slot += 1) {
      const draft = chain.draft(slot);
      if (draft === undefined) continue;
      chain.take(draft);
      closing.push(slot);
    }
    assert.deepEqual(closing, [10, 20, 40]);
  });

  test('the set before the running one is kept however many epochs were skipped', () => {
    const chain = new TestChain();
    close(chain, 10);
    close(chain, 100);
    assert.equal(readEpochNumbered(chain.state, toEpoch(1)), undefined);
    assert.equal(readCertifyingSet(chain.state, toEpoch(1))?.number, 1);
    close(chain, 200);
    assert.equal(readCertifyingSet(chain.state, toEpoch(1)), undefined);
  });

  test('entries of past epochs are kept as long as evidence may name them', () => {
    const chain = new TestChain();
    for (const slot of [10, 20, 30, 40]) close(chain, slot);
    const kept = [0, 1, 2, 3, 4].map((n) => readEpochNumbered(chain.state, toEpoch(n)) !== undefined);
    assert.deepEqual(kept, [false, false, true, true, true]);
  });
});

describe('evidence', () => {
  test('burns the slash fraction of bonded and unbonding stake, rounded down, and of the supply', () => {
    const chain = new TestChain();
    const { supply } = readSupply(chain.state);
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 333)]);
    const { executed } = chain.add(3, [], [chain.doubleVote('v1', 0)]);
    assert.equal(executed.burnt, 33 + 16);
    assert.equal(chain.validator('v1')?.bonded, 667 - 33);
    assert.deepEqual(chain.validator('v1')?.unbonding, [{ amount: 333 - 16 }]);
    assert.deepEqual(readSupply(chain.state), { kind: 'supply', supply: supply - 49, burnt: 49 });
  });

  test('an offender leaves at the next closing block, outside the cap, and all its stake starts unbonding', () => {
    const chain = new TestChain({ parameters: { max_stake_change_ppm: 1 } });
    chain.add(3, [], [chain.doubleVote('v1', 0)]);
    assert.deepEqual(chain.set(...names), { v1: 1000, v2: 1000, v3: 1000 });
    close(chain, 10);
    assert.deepEqual(chain.set(...names), { v2: 1000, v3: 1000 });
    assert.deepEqual(chain.validator('v1')?.unbonding, [{ amount: 950, since_epoch: 1, payable_epoch: 3 }]);
  });

  test('evidence in the closing block itself still counts at it', () => {
    const chain = new TestChain();
    chain.add(10, [], [chain.doubleVote('v1', 0)]);
    assert.deepEqual(chain.set(...names), { v2: 1000, v3: 1000 });
  });

  test('it is valid once per offender and epoch', () => {
    const chain = new TestChain();
    chain.add(1, [], [chain.doubleVote('v1', 0)]);
    assert.equal(chain.draft(2, [], [chain.doubleVote('v1', 0, 9)]), undefined);
    chain.add(3, [], [chain.doubleVote('v2', 0)]);
  });

  test('where all is burnt, nothing of nothing is left to be paid', () => {
    const chain = new TestChain({ parameters: { slash_fraction_ppm: 1_000_000 } });
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 100)]);
    chain.add(3, [], [chain.doubleVote('v1', 0)]);
    const { bonded, unbonding } = chain.validator('v1')!;
    assert.deepEqual({ bonded, unbonding }, { bonded: 0, unbonding: [] });
    assert.equal(readSupply(chain.state).burnt, 1000);
  });

  test('what an offender asked for is void, also where its stake stays for want of other', () => {
    const chain = new TestChain({ stakes: { v1: 1000 } });
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 500)]);
    chain.add(3, [], [chain.doubleVote('v1', 0)]);
    assert.deepEqual(readQueue(chain.state).requests, []);
    for (const slot of [10, 20, 30]) close(chain, slot);
    assert.deepEqual(chain.set('v1'), { v1: 1000 });
  });

  test('who is punished for two epochs at once leaves once', () => {
    const chain = new TestChain();
    close(chain, 10);
    chain.add(11, [], [chain.doubleVote('v1', 0), chain.doubleVote('v1', 1)]);
    assert.deepEqual(readQueue(chain.state).offenders, [person('v1').validator.publicKey]);
  });

  test('it is valid up to unbonding_epochs later, also against stake that left, and not after', () => {
    const chain = new TestChain();
    chain.add(1, [chain.pay('ann', 'v1', 50)]);
    chain.add(2, [chain.unstake('v1', 1000)]);
    close(chain, 10);
    close(chain, 20);
    assert.deepEqual(chain.set(...names), { v2: 1000, v3: 1000 });
    close(chain, 30);
    assert.equal(chain.draft(31, [], [chain.doubleVote('v1', 0)]), undefined, 'epoch 0 is over for epoch 3');
    const paid = chain.balance('v1');
    chain.add(40, [], [chain.doubleVote('v1', 1)]);
    assert.ok(chain.balance('v1') <= paid + 950 && chain.balance('v1') >= paid + 949);
  });

  test('two votes in views of one number of different epochs are no evidence, nor are different phases', () => {
    const chain = new TestChain();
    close(chain, 10);
    const across = {
      kind: 'double_vote',
      first: chain.vote('v1', 0, 5, 'a'),
      second: chain.vote('v1', 1, 5, 'b'),
    } as const;
    assert.equal(chain.draft(11, [], [across]), undefined);
    const phases = {
      kind: 'double_vote',
      first: chain.vote('v1', 1, 5, 'a'),
      second: chain.vote('v1', 1, 5, 'b', 'commit'),
    } as const;
    assert.equal(chain.draft(11, [], [phases]), undefined);
    const same = {
      kind: 'double_vote',
      first: chain.vote('v1', 1, 5, 'a'),
      second: chain.vote('v1', 1, 5, 'a'),
    } as const;
    assert.equal(chain.draft(11, [], [same]), undefined);
  });

  test('a prepare vote whose justify_view is below the own commit vote is evidence', () => {
    const chain = new TestChain();
    const commit = chain.vote('v1', 0, 5, 'a', 'commit', 3);
    assert.equal(
      chain.draft(
        1,
        [],
        [{ kind: 'lock_violation', first: commit, second: chain.vote('v1', 0, 7, 'b', 'prepare', 5) }],
      ),
      undefined,
    );
    chain.add(1, [], [{ kind: 'lock_violation', first: commit, second: chain.vote('v1', 0, 7, 'b', 'prepare', 4) }]);
  });

  test('a signature by someone else, and an offender outside the set, are no evidence', () => {
    const chain = new TestChain();
    const { validator } = chain.vote('v2', 0, 5, 'a');
    const forged = chain.vote('v1', 0, 5, 'b');
    const evidence = {
      kind: 'double_vote',
      first: chain.vote('v2', 0, 5, 'a'),
      second: { ...forged, validator },
    } as const;
    assert.equal(chain.draft(1, [], [evidence]), undefined);
    assert.equal(chain.draft(1, [], [chain.doubleVote('ann', 0)]), undefined);
  });

  test('what was signed on another chain with the same key is no evidence here', () => {
    const chain = new TestChain();
    const { validator } = person('v1');
    const elsewhere = (block: string): Vote => {
      const vote = { ...chain.vote('v1', 0, 5, block), chain: 'other-00000000' as ChainId };
      return { ...vote, signature: validator.sign(voteSigningText(vote)) };
    };
    const offence = { kind: 'double_vote', first: elsewhere('a'), second: elsewhere('b') } as const;
    assert.equal(chain.draft(1, [], [offence]), undefined);
  });

  test('if all are offenders the last one stays until there is other stake', () => {
    const chain = new TestChain({ stakes: { v1: 1000, v2: 1000 } });
    chain.add(1, [chain.stake('ann', 500)], [chain.doubleVote('v1', 0), chain.doubleVote('v2', 0)]);
    close(chain, 10);
    assert.deepEqual(chain.set(...names), { v2: 1000 });
    close(chain, 20);
    close(chain, 30);
    assert.deepEqual(chain.set(...names), { ann: 500 });
  });
});
