/** Nobody is locked on what he cannot show: certificates wait for their blocks. PROTOCOL section 5, rule 4. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxKeptBodies } from '../../consensus/config.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import { entered, genesis, genesisCertificate, LoneCore, messages, ofType, only, viewOf, votes } from './lone-core.js';

const lockOf = (lone: LoneCore) => lone.core.describe().lock.block;

test('[5-lock-at-hand] a certificate whose block is not here is no lock and gets no commit vote; both when it comes', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  const waiting = lone.step({ type: 'certificate', certificate: lone.certificate(block, view) });
  assert.equal(only(waiting, 'fetch_block').block, block.hash);
  assert.deepEqual(votes(waiting, 'commit'), []);
  assert.equal(lockOf(lone), genesis.hash);
  const come = lone.give(block);
  assert.deepEqual(votes(come, 'commit'), [[block.hash, view]]);
  assert.equal(lockOf(lone), block.hash);
  assert.deepEqual(ofType(come, 'persist')[0]?.bodies, [block.hash], 'what binds is kept');
});

test('[5-lock-at-hand] its ancestors that are not final have to be here as well', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  lone.give(block);
  const certificate = lone.certificate(block, viewOf(slot, 1), 'prepare', viewOf(slot));
  assert.equal(only(lone.step({ type: 'certificate', certificate }), 'fetch_block').block, parent.hash);
  assert.equal(lockOf(lone), genesis.hash);
  lone.give(parent);
  assert.equal(lockOf(lone), block.hash);
});

test('[5-lock-at-hand] of several that wait, the highest whose block has come becomes the lock', () => {
  const { lone, slot } = entered();
  const blocks = [1, 2, 3].map((round) => lone.child(genesis, slot, round));
  for (const block of blocks) {
    lone.step({ type: 'certificate', certificate: lone.certificate(block, viewOf(slot, block.round)) });
  }
  lone.give(blocks[1]!);
  assert.equal(lockOf(lone), blocks[1]!.hash);
  lone.give(blocks[0]!);
  assert.equal(lockOf(lone), blocks[1]!.hash);
  lone.give(blocks[2]!);
  assert.equal(lockOf(lone), blocks[2]!.hash);
});

test('[5-lock-at-hand] of several certificates that one body was missing for, the highest is the lock, and it alone is committed to', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const { lone, slot } = entered();
    const parent = lone.child(genesis, slot);
    const blocks = [1, 2].map((round) => lone.child(parent, slot, round, viewOf(slot)));
    lone.give(...blocks);
    for (const at of order) {
      const { round } = blocks[at]!;
      const certificate = lone.certificate(blocks[at]!, viewOf(slot, round), 'prepare', viewOf(slot));
      lone.step({ type: 'certificate', certificate });
    }
    assert.deepEqual(votes(lone.give(parent), 'commit'), [[blocks[1]!.hash, viewOf(slot, 2)]]);
    assert.equal(lockOf(lone), blocks[1]!.hash);
  }
});

test('[5-lock-at-hand] of the certificates of one block that waits the highest counts, in whatever order they came', () => {
  for (const rounds of [
    [1, 2],
    [2, 1],
  ]) {
    const { lone, slot } = entered();
    const block = lone.child(genesis, slot);
    for (const round of rounds) {
      lone.step({ type: 'certificate', certificate: lone.certificate(block, viewOf(slot, round)) });
    }
    lone.give(block);
    assert.equal(lone.core.describe().lock.view, viewOf(slot, 2));
  }
});

test('[5-lock-at-hand] a proposal that brings the block is as good as the block', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  lone.step({ type: 'certificate', certificate: lone.certificate(block, view) });
  assert.deepEqual(votes(lone.propose(block, genesisCertificate), 'commit'), [[block.hash, view]]);
  assert.equal(lockOf(lone), block.hash);
});

test('[5-lock-at-hand] what a certificate waits for is asked for again in each slot', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  lone.step({ type: 'certificate', certificate: lone.certificate(block, view) });
  assert.equal(only(lone.enter(slot + 1), 'fetch_block').block, block.hash);
});

test('[5-lock-at-hand] a block proposed again gets no vote of who lacks an ancestor of it, as that vote would lock on it', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  const justify = lone.certificate(block, viewOf(slot, 1), 'prepare', viewOf(slot));
  const early = lone.propose(block, justify, viewOf(slot, 2));
  assert.deepEqual(votes(early, 'prepare'), []);
  assert.ok(ofType(early, 'fetch_block').some((asked) => asked.block === parent.hash));
  assert.deepEqual(votes(lone.give(parent), 'prepare'), [[block.hash, viewOf(slot, 2)]]);
});

test('[5-lock-at-hand] a certificate in whose block the tip has grown into may become the lock then', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  lone.give(block);
  const certificate = lone.certificate(block, viewOf(slot, 1), 'prepare', viewOf(slot));
  lone.step({ type: 'certificate', certificate });
  // Its parent comes with a page of final blocks.
  lone.final(parent, lone.certificate(parent, viewOf(slot), 'commit'));
  assert.equal(lockOf(lone), block.hash);
});

test('[5-lock-at-hand] a block that the driver had no room for is not at hand any more', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  lone.give(block);
  lone.step({ type: 'block_forgotten', block: block.hash });
  const effects = lone.step({ type: 'certificate', certificate: lone.certificate(block, view) });
  assert.equal(only(effects, 'fetch_block').block, block.hash);
  assert.equal(lockOf(lone), genesis.hash);
});

test('[5-lock-at-hand] a leader whose lock rises while its proposal waits proposes anew, for that one gets no votes', () => {
  const lone = new LoneCore();
  const { slot, effects } = lone.lead();
  lone.built(effects, genesis);
  const higher = lone.child(genesis, slot - 1);
  const lock = lone.certificate(higher, viewOf(slot - 1));
  lone.take();
  lone.step({ type: 'certificate', certificate: lock });
  assert.equal(ofType(lone.take(), 'build_block').length, 0, 'its block is not here yet');
  lone.give(higher);
  const { block } = only(lone.take(), 'validate_block');
  const asked = only(lone.step({ type: 'block_validated', block, valid: true }), 'build_block');
  assert.equal(asked.parent, higher.hash);
  const [proposal] = messages(lone.built([asked], higher), 'proposal');
  assert.deepEqual([proposal?.justify.block, proposal?.proposal.view], [higher.hash, viewOf(slot, 1)]);
});

test('[5-bodies] what it is locked on stays kept, with its ancestors, however many blocks it votes for', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  lone.give(parent, block);
  const lock = lone.certificate(block, viewOf(slot, 1), 'prepare', viewOf(slot));
  lone.step({ type: 'certificate', certificate: lock });
  let last: HashedHeader = block;
  for (let round = 2; round < maxKeptBodies + 12; round += 1) {
    last = lone.child(block, slot, round, viewOf(slot, 1));
    lone.offer(last, lock);
  }
  const kept = lone.core.keptBodies();
  assert.equal(kept.length, 2 + maxKeptBodies);
  for (const { hash } of [parent, block, last]) assert.ok(kept.includes(hash));
  assert.deepEqual(ofType(lone.take(), 'persist').at(-1)?.bodies, kept);
});

test('[5-bodies] a genesis that is locked on is no body to keep', () => {
  const { lone } = entered();
  assert.equal(lockOf(lone), genesisCertificate.block);
  assert.deepEqual(lone.core.keptBodies(), []);
});
