/** PROTOCOL section 6: closing blocks, entering an epoch, and nothing of an old one afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSchedule } from '../../consensus/schedule.js';
import { toEpoch, toHeight, toSlot } from '../../ledger/values/numbers.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import {
  epochEntry,
  genesis,
  genesisCertificate,
  LoneCore,
  me,
  messages,
  ofType,
  only,
  others,
  viewOf,
  votes,
} from './lone-core.js';

const next = (lone: LoneCore) => ({
  next_epoch: { number: toEpoch(1), validators_hash: genesis.hash, nonce: lone.epoch.nonce },
});

/** In slot `slot` of epoch 1, which the closing block of an earlier slot opened. */
function inEpochOne() {
  const lone = new LoneCore();
  const closedAt = lone.slotLedBy(others);
  lone.enter(closedAt);
  const closing = lone.child(genesis, closedAt, 0, 0, next(lone));
  lone.step({ type: 'block_fetched', block: closing });
  const opening = lone.certificate(closing, viewOf(closedAt), 'commit');
  const qc = lone.certificate(closing, viewOf(closedAt));
  const oldVote = lone.vote('v2', closing, viewOf(closedAt + 5));
  const oldQc = lone.certificate(lone.child(genesis, closedAt, 3), viewOf(closedAt + 6));
  const entered = lone.final(closing, opening, epochEntry(1));
  const slot = lone.slotLedBy(others, closedAt + 1);
  lone.enter(slot);
  lone.take();
  return { lone, closedAt, closing, opening, qc, oldVote, oldQc, slot, entered };
}

test('[6-enter] entering an epoch sets the lock to the finality of its closing block', () => {
  const { lone, closing } = inEpochOne();
  const { epoch, lock } = lone.core.describe();
  assert.deepEqual([epoch, lock.block, lock.phase], [1, closing.hash, 'commit']);
});

test('[6-enter] the opening ranks (n, 0) whatever view it was formed in', () => {
  const { lone, closing, slot, closedAt } = inEpochOne();
  // Another finality certificate of the same closing block, formed in an earlier view than this node's.
  const epoch = lone.epoch;
  lone.epoch = epochEntry(0);
  const other = lone.certificate(closing, viewOf(closedAt, 0) - 1, 'commit');
  lone.epoch = epoch;
  const block = lone.child(closing, slot, 0, other.view);
  assert.deepEqual(votes(lone.offer(block, other), 'prepare'), [[block.hash, viewOf(slot)]]);
});

test('[6-closing-last] a block on top of a closing one gets no vote either when that one comes later', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const closing = lone.child(genesis, slot, 0, 0, next(lone));
  const qc = lone.certificate(closing, viewOf(slot));
  const child = lone.child(closing, slot, 1, qc.view);
  lone.propose(child, qc);
  const effects = [...lone.give(closing)];
  for (const { hash } of [closing, child]) {
    effects.push(...lone.step({ type: 'block_validated', block: hash, valid: true }));
  }
  assert.deepEqual(votes(effects, 'prepare'), []);
});

test('[6-enter] a vote state of the epoch that is entered only now keeps its lock', () => {
  const { lone, closing, opening, slot } = inEpochOne();
  const block = lone.child(closing, slot, 0, opening.view);
  lone.offer(block, opening);
  lone.step({ type: 'certificate', certificate: lone.certificate(block, viewOf(slot)) });
  const { vote_state } = ofType(lone.take(), 'persist').at(-1)!;
  assert.equal(vote_state.lock.block, block.hash);
  // The ledger did not get as far: it comes back before the closing block.
  const back = new LoneCore({ recovered: { voteState: vote_state, bodies: [block] } });
  assert.deepEqual(messages(back.enter(slot), 'new_view'), [], '[6-old-epoch]');
  const again = back.child(genesis, back.slotLedBy(others, slot + 1));
  back.enter(again.slot);
  const effects = [
    ...back.offer(again, genesisCertificate),
    ...back.step({ type: 'certificate', certificate: back.certificate(again, viewOf(again.slot)) }),
  ];
  assert.deepEqual(messages(effects, 'vote'), [], '[6-old-epoch] nothing of the old epoch is signed');
  back.final(closing, opening, epochEntry(1));
  assert.equal(back.core.describe().lock.block, block.hash);
});

test('[6-old-epoch] nothing of an earlier epoch moves the lock or is signed', () => {
  const { lone, closing, oldQc } = inEpochOne();
  const effects = lone.step({ type: 'certificate', certificate: oldQc });
  assert.deepEqual(votes(effects, 'commit'), []);
  assert.equal(lone.core.describe().lock.block, closing.hash);
});

test('[6-finality-justifies] the first block of an epoch rests on finality; a QC is not enough', () => {
  const { lone, closing, opening, qc, slot } = inEpochOne();
  const onQc = lone.child(closing, slot, 0, qc.view);
  assert.equal(ofType(lone.offer(onQc, qc), 'refused')[0]?.rule, '6-finality-justifies');
  const good = lone.child(closing, slot, 0, opening.view);
  assert.deepEqual(votes(lone.offer(good, opening), 'prepare'), [[good.hash, viewOf(slot)]]);
});

test('[6-later-slot] the first block of an epoch comes in a later slot than the finality that it rests on', () => {
  const { lone, closing, slot } = inEpochOne();
  const epoch = lone.epoch;
  lone.epoch = epochEntry(0);
  const late = lone.certificate(closing, viewOf(slot), 'commit');
  lone.epoch = epoch;
  const block = lone.child(closing, slot, 1, late.view);
  assert.equal(only(lone.offer(block, late), 'refused').rule, '6-later-slot');
});

test('[6-later-slot] a leader of the new set waits for that slot too', () => {
  const lone = new LoneCore();
  const one = epochEntry(1);
  // A slot that this node leads in epoch 1, in which the closing block becomes final.
  const probe = inEpochOne().lone;
  const slot = probe.slotLedBy([me], 3);
  lone.enter(slot);
  const closing = lone.child(genesis, slot, 0, 0, next(lone));
  lone.final(closing, lone.certificate(closing, viewOf(slot), 'commit'), one);
  lone.take();
  for (const name of others) lone.hear(lone.newView(name, slot, lone.certificate(closing, viewOf(slot), 'commit')));
  lone.now += lone.parameters.delta_ms;
  lone.step({ type: 'timer_fired', timer: 'delta' });
  assert.equal(ofType(lone.take(), 'build_block').length, 0);
  const later = lone.slotLedBy([me], slot + 1);
  lone.enter(later);
  lone.now += lone.parameters.delta_ms;
  lone.step({ type: 'timer_fired', timer: 'delta' });
  assert.equal(ofType(lone.take(), 'build_block').length, 1);
});

test('[6-closing-last] nothing of the old epoch extends a closing block', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const closing = lone.child(genesis, slot, 0, 0, next(lone));
  lone.offer(closing, genesisCertificate);
  const block = lone.child(closing, slot, 1, viewOf(slot));
  const effects = lone.offer(block, lone.certificate(closing, viewOf(slot)));
  assert.equal(ofType(effects, 'refused')[0]?.rule, '6-closing-last');
});

test('[6-closing-again] until it is final a leader proposes the closing block itself again, whatever work there is', () => {
  const lone = new LoneCore();
  const { effects } = lone.lead();
  const out = lone.built(effects, genesis, next(lone));
  const [first] = messages(out, 'proposal');
  const { block: hash, view } = first!.proposal;
  const closing = lone.child(genesis, Math.floor(view / lone.parameters.rounds_per_slot), 0, 0, next(lone));
  assert.equal(closing.hash, hash);
  lone.take();
  lone.step({ type: 'vote', vote: lone.vote('v2', closing, view) });
  lone.step({ type: 'vote', vote: lone.vote('v3', closing, view) });
  assert.equal(ofType(lone.take(), 'build_block').length, 0);
  lone.now += 2 * lone.parameters.delta_ms;
  const [again] = messages(lone.step({ type: 'timer_fired', timer: 'again' }), 'proposal');
  assert.equal(again?.proposal.block, hash);
});

test('[6-help] who votes or proposes in a closed epoch is told of its end, once a slot', () => {
  const { lone, oldVote, slot, closing, qc } = inEpochOne();
  assert.equal(only(lone.step({ type: 'vote', vote: oldVote }), 'help_behind').validator, oldVote.validator);
  assert.equal(ofType(lone.step({ type: 'vote', vote: oldVote }), 'help_behind').length, 0);
  lone.enter(slot + 1);
  assert.equal(ofType(lone.step({ type: 'vote', vote: oldVote }), 'help_behind').length, 1);
  lone.enter(slot + 2);
  const epoch = lone.epoch;
  lone.epoch = epochEntry(0);
  const behind = lone.propose(closing, qc, viewOf(slot + 2), 'v3');
  lone.epoch = epoch;
  assert.equal(ofType(behind, 'help_behind').length, 1);
});

test('[6-catch-up] a message of a later epoch makes a node ask for final blocks', () => {
  const lone = new LoneCore();
  const block = lone.child(genesis, 2);
  lone.epoch = epochEntry(3);
  const effects = lone.step({ type: 'vote', vote: lone.vote('v2', block, viewOf(2)) });
  assert.equal(only(effects, 'catch_up').from_index, 1);
});

test('[6-catch-up] a new-view from far ahead makes a node ask at once, one from near ahead if it is still so in the next slot', () => {
  const asks = (ahead: number, epoch = 0): readonly number[] => {
    const lone = new LoneCore();
    lone.enter(1);
    lone.take();
    const claim = { final_index: toHeight(ahead), epoch: toEpoch(epoch) };
    lone.hear(lone.newView('v2', 1, genesisCertificate, claim));
    const atOnce = ofType(lone.take(), 'catch_up').length;
    lone.enter(2);
    return [atOnce, ofType(lone.take(), 'catch_up').length];
  };
  assert.deepEqual(asks(0), [0, 0]);
  assert.deepEqual(asks(8), [0, 1]);
  assert.deepEqual(asks(9), [1, 1]);
  assert.deepEqual(asks(0, 1), [1, 0]);
});

test('[6-enter] votes of the old epoch count nothing in the new one, nor do they contradict its votes', () => {
  const lone = new LoneCore();
  const closedAt = lone.slotLedBy(others);
  lone.enter(closedAt);
  const closing = lone.child(genesis, closedAt, 0, 0, next(lone));
  const view = viewOf(closedAt + 2);
  for (const name of others) lone.step({ type: 'vote', vote: lone.vote(name, closing, view) });
  lone.final(closing, lone.certificate(closing, viewOf(closedAt), 'commit'), epochEntry(1));
  lone.take();
  const block = lone.child(closing, closedAt + 2, 0, viewOf(closedAt));
  lone.give(block);
  for (const name of ['v2', 'v3']) lone.step({ type: 'vote', vote: lone.vote(name, block, view) });
  assert.deepEqual(ofType(lone.take(), 'report_evidence'), []);
  assert.notEqual(lone.core.describe().lock.block, block.hash, 'two of four are no quorum');
  lone.step({ type: 'vote', vote: lone.vote('v4', block, view) });
  assert.equal(lone.core.describe().lock.block, block.hash);
});

test('[6-enter] the schedule of the new epoch counts from its first slot on', () => {
  const { lone, slot } = inEpochOne();
  const [before, after] = [0, 1].map((number) => createSchedule(standInCrypto, epochEntry(number)));
  const slots = Array.from({ length: 50 }, (_, at) => toSlot(slot + at));
  assert.deepEqual(
    slots.map((at) => lone.core.leader(at)),
    slots.map((at) => after!.leader(at)),
  );
  assert.ok(slots.some((at) => before!.leader(at) !== after!.leader(at)));
});

test('[6-old-epoch] a certificate of an earlier epoch causes nothing at all', () => {
  const { lone, oldQc } = inEpochOne();
  assert.deepEqual(lone.step({ type: 'certificate', certificate: oldQc }), []);
  assert.deepEqual(lone.step({ type: 'certificate', certificate: { ...oldQc, phase: 'commit' } }), []);
});

test('[6-enter] a new-view names no prepare vote of an epoch that is over', () => {
  const lone = new LoneCore();
  const closedAt = lone.slotLedBy(others);
  lone.enter(closedAt);
  const closing = lone.child(genesis, closedAt, 0, 0, next(lone));
  lone.offer(closing, genesisCertificate);
  lone.final(closing, lone.certificate(closing, viewOf(closedAt), 'commit'), epochEntry(1));
  lone.take();
  lone.enter(lone.slotLedBy(others, closedAt + 1));
  const [newView] = messages(lone.take(), 'new_view');
  assert.equal(newView?.new_view.epoch, 1);
  assert.equal(newView.new_view.last_prepare, undefined);
});

test('[6-block-epoch] a block names the epoch whose set elects it', () => {
  const { lone, closing, opening, slot } = inEpochOne();
  const block = lone.child(closing, slot, 0, opening.view, { epoch: toEpoch(0) });
  assert.equal(ofType(lone.offer(block, opening), 'refused')[0]?.rule, '6-block-epoch');
});

test('a validator that left the set signs nothing more', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const closing = lone.child(genesis, slot, 0, 0, next(lone));
  lone.final(closing, lone.certificate(closing, viewOf(slot), 'commit'), epochEntry(1, others));
  lone.take();
  const later = lone.slotLedBy(others, slot + 1);
  lone.enter(later);
  const block = lone.child(closing, later, 0, viewOf(slot), { index: toHeight(2) });
  lone.offer(block, lone.core.describe().lock as never);
  assert.deepEqual(ofType(lone.take(), 'send'), []);
});
