/** Who lost its vote state may have voted in an epoch that it has yet to enter. PROTOCOL section 5, lost vote state. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recovered } from '../../consensus/config.js';
import type { VoteState } from '../../consensus/vote-state.js';
import { toEpoch, toSlot } from '../../ledger/values/numbers.js';
import { epochEntry, genesis, LoneCore, messages, ofType, others, viewOf, votes } from './lone-core.js';

/** Slots until those who had not heard that the epoch was closed close it once more, by the same block. */
const again = 20;

/**
 * Votes for the first block of epoch 1 and loses its vote state; comes back in epoch 0, where its ledger is.
 * @param closingAt slots from the loss to the one of the closing block
 */
function afterLoss(closingAt = -5) {
  const first = new LoneCore();
  const lostAt = first.slotLedBy(others, 10);
  const next_epoch = { number: toEpoch(1), validators_hash: genesis.hash, nonce: first.epoch.nonce };
  const closing = first.child(genesis, lostAt + closingAt, 0, 0, { next_epoch });
  const opening = first.certificate(closing, viewOf(closing.slot), 'commit');
  const later = first.certificate(closing, viewOf(lostAt + again), 'commit');
  const laterQc = first.certificate(closing, viewOf(lostAt + again));
  const lost = reborn({ voteState: undefined as never, voteStateLost: { clockSlot: toSlot(lostAt) } });
  lost.enter(lostAt + again);
  lost.give(closing);
  return { first, lost, lostAt, closing, opening, later, laterQc };
}

const reborn = (recovered: Partial<Recovered>) => new LoneCore({ recovered });

/** Another first block of epoch 1, and what this node votes for it. */
function votesForAnother(lone: LoneCore, { closing, later, lostAt }: ReturnType<typeof afterLoss>) {
  const slot = lone.slotLedBy(others, lostAt + again + 2);
  lone.enter(slot);
  const block = lone.child(closing, slot, 0, later.view);
  return votes(lone.offer(block, later), 'prepare').map(([hash]) => hash === block.hash);
}

test('[5-lost-vote-state] who voted to commit in an epoch and forgot it does not vote against that when the opening is certified again', () => {
  const story = afterLoss();
  const { first, lost, lostAt, closing, opening, later } = story;
  // Before the loss: this vote may have made the first block of epoch 1 final.
  first.give(closing);
  first.final(closing, opening, epochEntry(1));
  const slot = first.slotLedBy(others, closing.slot + 1);
  assert.ok(slot <= lostAt);
  first.enter(slot);
  const block = first.child(closing, slot, 0, opening.view);
  first.offer(block, opening);
  const qc = first.certificate(block, viewOf(slot), 'prepare', opening.view);
  assert.deepEqual(votes(first.step({ type: 'certificate', certificate: qc }), 'commit'), [[block.hash, viewOf(slot)]]);
  // After it: the same closing block, by a certificate later than all that.
  lost.final(closing, later, epochEntry(1));
  assert.deepEqual(votesForAnother(lost, story), []);
});

test('[5-lost-vote-state] a silence that ended in one epoch begins again in the next, if that may be one of before the loss', () => {
  const story = afterLoss();
  const { lost, closing, later, laterQc } = story;
  assert.equal(votes(lost.step({ type: 'certificate', certificate: laterQc }), 'commit').length, 0);
  assert.equal(lost.core.describe().watermark.view, laterQc.view, 'in epoch 0 it is over');
  lost.final(closing, later, epochEntry(1));
  assert.deepEqual(votesForAnother(lost, story), []);
});

test('[5-lost-vote-state] so it does after another restart, in whichever epoch', () => {
  const story = afterLoss();
  const { lost, lostAt, closing, later, laterQc } = story;
  lost.step({ type: 'certificate', certificate: laterQc });
  const slot = lost.slotLedBy(others, lostAt + again + 1);
  lost.enter(slot);
  lost.take();
  assert.equal(messages(lost.propose(closing, laterQc, viewOf(slot)), 'vote').length, 1, 'in epoch 0 it votes');
  const written: VoteState = ofType(lost.take(), 'persist').at(-1)!.vote_state;
  const back = reborn({ voteState: written, bodies: [closing] });
  back.final(closing, later, epochEntry(1));
  assert.deepEqual(votesForAnother(back, story), []);
  const base = { block: closing, certificate: later };
  const there = reborn({ voteState: written, epoch: epochEntry(1), tip: closing, tipCertificate: later, base });
  assert.deepEqual(votesForAnother(there, story), []);
  const { slot: made } = back.child(closing, lostAt + again);
  const { next_epoch } = closing;
  const late = back.child(closing, made, 0, later.view, { epoch: toEpoch(1), next_epoch });
  const of = { block: late, certificate: { ...later, epoch: toEpoch(1), block: late.hash } };
  const far = reborn({ voteState: written, epoch: epochEntry(2), tip: late, tipCertificate: of.certificate, base: of });
  assert.deepEqual(
    votesForAnother(far, { ...story, closing: late, later: of.certificate }),
    [true],
    'opened after the loss',
  );
});

test('[5-lost-vote-state] a certificate of the new epoch ends it for good', () => {
  const story = afterLoss();
  const { lost, lostAt, closing, later } = story;
  lost.final(closing, later, epochEntry(1));
  const slot = lost.slotLedBy(others, lostAt + again + 1);
  lost.enter(slot);
  const block = lost.child(closing, slot, 0, later.view);
  lost.give(block);
  const qc = lost.certificate(block, viewOf(slot), 'prepare', later.view);
  lost.step({ type: 'certificate', certificate: qc });
  const child = lost.child(block, slot, 1, qc.view);
  assert.equal(votes(lost.offer(child, qc), 'prepare').length, 1);
  const written: VoteState = ofType(lost.take(), 'persist').at(-1)!.vote_state;
  const base = { block: closing, certificate: later };
  const recovered = { epoch: epochEntry(1), tip: closing, tipCertificate: later, base, bodies: [block, child] };
  const back = reborn({ voteState: written, ...recovered });
  back.enter(slot);
  const next = back.child(child, slot, 2, viewOf(slot, 1));
  const justify = back.certificate(child, viewOf(slot, 1), 'prepare', qc.view);
  assert.equal(votes(back.offer(next, justify), 'prepare').length, 1);
});

test('[5-lost-vote-state] an epoch whose closing block was made after the loss is entered without silence', () => {
  const story = afterLoss(again - 1);
  const { lost, closing, later } = story;
  lost.final(closing, later, epochEntry(1));
  assert.equal(lost.core.describe().watermark.view, later.view);
  assert.deepEqual(votesForAnother(lost, story), [true]);
});

test('[5-lost-vote-state] what ends the second silence never lowers the watermark of the first', () => {
  const { lost, lostAt, closing, opening, laterQc } = afterLoss();
  lost.step({ type: 'certificate', certificate: laterQc });
  lost.final(closing, opening, epochEntry(1));
  const block = lost.child(closing, lostAt + 3, 0, opening.view);
  lost.give(block);
  const qc = lost.certificate(block, viewOf(lostAt + 3), 'prepare', opening.view);
  lost.step({ type: 'certificate', certificate: qc });
  const { lock, watermark } = lost.core.describe();
  assert.deepEqual([lock.block, watermark.view], [block.hash, laterQc.view]);
});
