/** Rules 3 to 5 of PROTOCOL section 5: what a validator votes for, what it commits to, what is final. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxProposalsPerValidator } from '../../consensus/config.js';
import { toHeight, toSlot } from '../../ledger/values/numbers.js';
import {
  entered,
  genesis,
  genesisCertificate,
  keyOf,
  LoneCore,
  me,
  messages,
  ofType,
  only,
  others,
  viewOf,
  votes,
} from './lone-core.js';

test('a validator votes for the first valid proposal of a view, and persists it with the body before', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  const asked = lone.propose(block, genesisCertificate);
  assert.equal(only(asked, 'validate_block').block, block.hash);
  assert.deepEqual(votes(asked, 'prepare'), [], 'not before it is executed');
  const effects = lone.step({ type: 'block_validated', block: block.hash, valid: true });
  assert.deepEqual(votes(effects, 'prepare'), [[block.hash, view]]);
  const [first] = effects;
  assert.ok(first?.type === 'persist', '[5-persist-first]');
  assert.deepEqual(first.vote_state.watermark, { view, step: 'prepare' });
  assert.deepEqual(first.bodies, [block.hash], '[5-bodies]');
});

test('[5-persist-first] also where the vote goes to the leader alone, and a lock before a new-view names it', () => {
  const { lone, slot } = entered({ parameters: { vote_routing: 'leader' } });
  const block = lone.child(genesis, slot, 3);
  const voted = lone.offer(block, genesisCertificate).slice(-2);
  assert.deepEqual(
    voted.map(({ type }) => type),
    ['persist', 'send'],
  );
  // Below the watermark: it becomes the lock, and gets no vote.
  const lower = lone.child(genesis, slot, 1);
  lone.give(lower);
  const lock = lone.certificate(lower, viewOf(slot, 1));
  assert.deepEqual(ofType(lone.step({ type: 'certificate', certificate: lock }), 'persist'), []);
  const next = lone.enter(lone.slotLedBy(others, slot + 1));
  const [first] = next;
  assert.ok(first?.type === 'persist');
  assert.equal(first.vote_state.lock.block, lower.hash);
  assert.equal(messages(next, 'new_view')[0]?.new_view.lock.block, lower.hash);
});

test('[5-watermark] at most one prepare vote in a view, and none in a lower one', () => {
  const { lone, slot } = entered();
  const later = lone.child(genesis, slot, 1);
  assert.equal(votes(lone.offer(later, genesisCertificate), 'prepare').length, 1);
  const other = lone.child(genesis, slot, 1, 0, { tx_root: genesis.hash });
  assert.equal(votes(lone.offer(other, genesisCertificate), 'prepare').length, 0);
  const lower = lone.child(genesis, slot, 0);
  assert.equal(votes(lone.offer(lower, genesisCertificate), 'prepare').length, 0);
});

test('[5-same-bytes] asked again in a view, a validator sends the same vote again', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  const first = messages(lone.offer(block, genesisCertificate), 'vote');
  assert.deepEqual(messages(lone.offer(block, genesisCertificate), 'vote'), first);
});

test('[5-same-bytes] with the commit vote of that view, if there is one', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  lone.offer(block, genesisCertificate);
  lone.step({ type: 'certificate', certificate: lone.certificate(block, view) });
  const again = lone.propose(block, genesisCertificate);
  for (const phase of ['prepare', 'commit'] as const) assert.deepEqual(votes(again, phase), [[block.hash, view]]);
});

test('[5-justify-below-view] a proposal rests on what was certified before its view', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot, 5);
  const justify = lone.certificate(parent, viewOf(slot, 5), 'commit');
  const block = lone.child(parent, slot, 3, viewOf(slot, 5));
  lone.step({ type: 'block_fetched', block: parent });
  assert.equal(votes(lone.offer(block, justify), 'prepare').length, 0);
});

test('[5-lock] nothing is voted for that rests on less than the lock', () => {
  const { lone, slot } = entered();
  const low = lone.child(genesis, slot, 0);
  const high = lone.child(genesis, slot, 1);
  lone.offer(low, genesisCertificate);
  lone.offer(high, genesisCertificate);
  lone.step({ type: 'certificate', certificate: lone.certificate(high, viewOf(slot, 1)) });
  const onLow = lone.child(low, slot, 2, viewOf(slot, 0));
  assert.equal(votes(lone.offer(onLow, lone.certificate(low, viewOf(slot, 0))), 'prepare').length, 0);
  const onHigh = lone.child(high, slot, 3, viewOf(slot, 1));
  assert.equal(votes(lone.offer(onHigh, lone.certificate(high, viewOf(slot, 1))), 'prepare').length, 1);
});

test('[5-extends] a block extends exactly what its justification certifies, or is that very block', () => {
  const { lone, slot } = entered();
  const one = lone.child(genesis, slot, 0);
  const two = lone.child(genesis, slot, 1);
  lone.offer(one, genesisCertificate);
  lone.offer(two, genesisCertificate);
  const justify = lone.certificate(two, viewOf(slot, 1));
  const elsewhere = lone.child(one, slot, 2, viewOf(slot, 1));
  assert.equal(votes(lone.offer(elsewhere, justify), 'prepare').length, 0);
});

test('[5-again] the certified block itself may be proposed again, without executing it', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  const justify = lone.certificate(block, viewOf(slot));
  const later = lone.slotLedBy(others, slot + 1);
  lone.enter(later);
  const effects = lone.propose(block, justify, viewOf(later));
  assert.equal(ofType(effects, 'validate_block').length, 0);
  assert.deepEqual(votes(effects, 'prepare'), [[block.hash, viewOf(later)]]);
});

test('[5-leader] only the leader of the slot is heard', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot, 0, 0, { proposer: keyOf(me) });
  const effects = lone.propose(block, genesisCertificate, viewOf(slot), me);
  assert.equal(only(effects, 'refused').rule, '5-leader');
});

test("[5-new-block] a new block's slot, round, proposer, justification and index are the view's", () => {
  const { lone, slot } = entered();
  const wrong = [
    lone.child(genesis, slot, 7),
    lone.child(genesis, slot, 0, 0, { proposer: keyOf(me) }),
    lone.child(genesis, slot, 0, 3),
    lone.child(genesis, slot, 0, 0, { index: toHeight(2) }),
  ];
  for (const block of wrong) {
    const effects = lone.offer(block, genesisCertificate, viewOf(slot));
    assert.equal(ofType(effects, 'refused')[0]?.rule, '5-new-block');
    assert.deepEqual(votes(effects, 'prepare'), []);
  }
});

test('[5-term] no vote once the term of a proposal is over', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  lone.enter(slot + 1);
  assert.deepEqual(votes(lone.offer(block, genesisCertificate), 'prepare'), []);
});

test('[5-term] nor when what it waited for comes after that', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  lone.propose(block, genesisCertificate);
  lone.enter(slot + 1);
  assert.deepEqual(votes(lone.step({ type: 'block_validated', block: block.hash, valid: true }), 'prepare'), []);
});

test('[7-set-back] slots that had begun by a clock that was ahead begin again, and what was signed in them binds', () => {
  const { lone, slot } = entered();
  const next = lone.slotLedBy(others, slot + 1);
  lone.enter(next);
  lone.enter(slot);
  assert.equal(votes(lone.offer(lone.child(genesis, slot), genesisCertificate), 'prepare').length, 1);
  const rival = lone.child(genesis, slot, 0, 0, { tx_root: genesis.hash });
  lone.enter(next);
  lone.enter(slot);
  assert.deepEqual(votes(lone.offer(rival, genesisCertificate), 'prepare'), []);
});

test('[7-held] a proposal for a slot that has not begun is held until it begins, far ahead it is refused', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others, 2);
  lone.enter(slot - 1);
  assert.deepEqual(votes(lone.offer(lone.child(genesis, slot), genesisCertificate), 'prepare'), []);
  const [asked] = ofType(lone.enter(slot), 'validate_block');
  assert.ok(asked !== undefined);
  assert.equal(votes(lone.step({ type: 'block_validated', block: asked.block, valid: true }), 'prepare').length, 1);
  const far = lone.slotLedBy(others, slot + 20);
  assert.equal(only(lone.propose(lone.child(genesis, far), genesisCertificate), 'refused').rule, '7-held');
});

test('[5-executes] no vote for a block that does not execute to its roots', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  lone.propose(block, genesisCertificate);
  const effects = lone.step({ type: 'block_validated', block: block.hash, valid: false, reason: 'another state root' });
  assert.deepEqual(votes(effects, 'prepare'), []);
  assert.ok(ofType(effects, 'refused').some(({ rule }) => rule === '5-executes'));
});

test('a missing parent is fetched and executed first, then the vote follows', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot, 0);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  const effects = lone.propose(block, lone.certificate(parent, viewOf(slot)));
  assert.equal(only(effects, 'fetch_block').block, parent.hash);
  assert.equal(only(lone.step({ type: 'block_fetched', block: parent }), 'validate_block').block, parent.hash);
  const next = lone.step({ type: 'block_validated', block: parent.hash, valid: true });
  assert.equal(only(next, 'validate_block').block, block.hash);
  const last = lone.step({ type: 'block_validated', block: block.hash, valid: true });
  assert.deepEqual(votes(last, 'prepare'), [[block.hash, viewOf(slot, 1)]]);
});

test('[5-justify-first] a QC learnt from a justification is committed to before its proposal is voted on', () => {
  const { lone, slot } = entered();
  const parent = lone.child(genesis, slot, 0);
  lone.offer(parent, genesisCertificate);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  const effects = lone.offer(block, lone.certificate(parent, viewOf(slot)));
  const sent = messages(effects, 'vote').map(({ vote }) => `${vote.phase} ${vote.view}`);
  assert.deepEqual(sent, [`commit ${viewOf(slot)}`, `prepare ${viewOf(slot, 1)}`]);
});

test('[5-lock-rises] a verified certificate above the lock becomes the lock, a lower one does not', () => {
  const { lone, slot } = entered();
  const low = lone.child(genesis, slot, 0);
  const high = lone.child(genesis, slot, 4);
  lone.give(low, high);
  lone.step({ type: 'certificate', certificate: lone.certificate(high, viewOf(slot, 4)) });
  assert.equal(lone.core.describe().lock.block, high.hash);
  lone.step({ type: 'certificate', certificate: lone.certificate(low, viewOf(slot, 0)) });
  assert.equal(lone.core.describe().lock.block, high.hash);
});

test('[5-commit-once] one commit vote in a view, and none below the watermark', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot, 1);
  lone.offer(block, genesisCertificate);
  const certificate = lone.certificate(block, viewOf(slot, 1));
  assert.deepEqual(votes(lone.step({ type: 'certificate', certificate }), 'commit'), [[block.hash, viewOf(slot, 1)]]);
  assert.deepEqual(votes(lone.step({ type: 'certificate', certificate }), 'commit'), []);
  const passed = lone.child(block, slot, 9, viewOf(slot, 1));
  lone.offer(passed, certificate);
  const lower = lone.child(block, slot, 5, viewOf(slot, 1));
  lone.give(lower);
  const late = lone.certificate(lower, viewOf(slot, 5), 'prepare', viewOf(slot, 1));
  assert.deepEqual(votes(lone.step({ type: 'certificate', certificate: late }), 'commit'), []);
  assert.equal(lone.core.describe().lock.block, lower.hash, 'though it is the lock now');
});

test('[5-quorum] votes make a certificate at strictly more than 2/3 of the stake', () => {
  const { lone, slot, view } = entered({ recovered: {} });
  const block = lone.child(genesis, slot);
  lone.offer(block, genesisCertificate);
  const one = lone.step({ type: 'vote', vote: lone.vote('v2', block, view) });
  assert.deepEqual(votes(one, 'commit'), [], 'two of four');
  const again = lone.step({ type: 'vote', vote: lone.vote('v2', block, view) });
  assert.deepEqual(votes(again, 'commit'), [], 'the same vote again');
  const two = lone.step({ type: 'vote', vote: lone.vote('v3', block, view) });
  assert.deepEqual(votes(two, 'commit'), [[block.hash, view]]);
});

test('[5-quorum] only votes for the same block on the same justification add up', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  lone.offer(block, genesisCertificate);
  lone.step({ type: 'vote', vote: lone.vote('v2', block, view) });
  const other = lone.step({ type: 'vote', vote: lone.vote('v3', block, view, 'prepare', 7) });
  assert.deepEqual(votes(other, 'commit'), []);
});

test('[5-proposal] block and justification are those that the leader signed', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  const other = lone.child(genesis, slot, 0, 0, { tx_root: genesis.hash });
  const proposal = lone.proposal(block, genesisCertificate);
  const swapped = lone.step({ type: 'proposal', proposal, block: other, justify: genesisCertificate });
  assert.equal(only(swapped, 'refused').rule, '5-proposal');
  const justify = { ...genesisCertificate, phase: 'prepare' };
  assert.equal(only(lone.step({ type: 'proposal', proposal, block, justify }), 'refused').rule, '5-proposal');
});

test('a lock whose block is not at hand is fetched', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  const effects = lone.step({ type: 'certificate', certificate: lone.certificate(block, viewOf(slot)) });
  assert.equal(only(effects, 'fetch_block').block, block.hash);
});

test('[5-final] commit votes of a quorum make the block and its ancestors final', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  lone.offer(block, genesisCertificate);
  for (const name of ['v2', 'v3']) lone.step({ type: 'vote', vote: lone.vote(name, block, view) });
  lone.take();
  lone.step({ type: 'vote', vote: lone.vote('v2', block, view, 'commit') });
  assert.equal(ofType(lone.take(), 'finalise').length, 0);
  lone.step({ type: 'vote', vote: lone.vote('v3', block, view, 'commit') });
  assert.equal(only(lone.take(), 'finalise').block, block.hash);
  lone.step({ type: 'vote', vote: lone.vote('v4', block, view, 'commit') });
  lone.step({ type: 'certificate', certificate: lone.certificate(block, view, 'commit') });
  assert.equal(ofType(lone.take(), 'finalise').length, 0, 'once');
});

test('finality of a block that is not at hand fetches it, and waits', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  const effects = lone.step({ type: 'certificate', certificate: lone.certificate(block, view, 'commit') });
  assert.ok(ofType(effects, 'fetch_block').some((effect) => effect.block === block.hash));
  assert.equal(ofType(effects, 'finalise').length, 0);
  assert.equal(only(lone.step({ type: 'block_fetched', block }), 'finalise').block, block.hash);
});

test('[5-already-final] who knows a proposed block final answers with the certificate, not with a vote', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  const final = lone.certificate(block, view, 'commit');
  lone.final(block, final);
  const later = lone.slotLedBy(others, slot + 1);
  lone.enter(later);
  const effects = lone.offer(block, lone.certificate(block, view), viewOf(later));
  assert.deepEqual(messages(effects, 'certificate')[0]?.certificate, final);
  assert.deepEqual(votes(effects, 'prepare'), []);
});

test('[5-member] votes of strangers count nothing, and a stranger signs nothing', () => {
  const { lone, slot, view } = entered();
  const block = lone.child(genesis, slot);
  const effects = lone.step({ type: 'vote', vote: lone.vote('stranger', block, view) });
  assert.equal(only(effects, 'refused').rule, '5-member');
});

test('[7-clock-suspect] a validator whose clock is suspect neither votes nor proposes', () => {
  const { lone, slot } = entered();
  lone.step({ type: 'clock_suspect', suspect: true });
  const block = lone.child(genesis, slot);
  assert.deepEqual(votes(lone.offer(block, genesisCertificate), 'prepare'), []);
  lone.step({ type: 'clock_suspect', suspect: false });
  assert.equal(votes(lone.offer(block, genesisCertificate), 'prepare').length, 1);
});

test('[5-double-vote] [5-double-proposal] [5-lock-violation] contradictions of one validator are reported, once', () => {
  const kinds = (lone: LoneCore): readonly string[] =>
    ofType(lone.take(), 'report_evidence').map(({ evidence }) => evidence.kind);
  const { lone, slot, view } = entered();
  const one = lone.child(genesis, slot);
  const two = lone.child(genesis, slot, 0, 0, { tx_root: genesis.hash });
  lone.propose(one, genesisCertificate);
  lone.propose(two, genesisCertificate);
  assert.deepEqual(kinds(lone), ['double_proposal']);

  const second = entered().lone;
  second.step({ type: 'vote', vote: second.vote('v2', one, view) });
  second.step({ type: 'vote', vote: second.vote('v2', two, view) });
  second.step({ type: 'vote', vote: second.vote('v2', two, view) });
  assert.deepEqual(kinds(second), ['double_vote']);

  for (const reversed of [false, true]) {
    const third = entered().lone;
    const both = [third.vote('v2', one, view, 'commit'), third.vote('v2', two, view + 3, 'prepare', view - 1)];
    for (const vote of reversed ? both.reverse() : both) third.step({ type: 'vote', vote });
    assert.deepEqual(kinds(third), ['lock_violation']);
  }
});

test('[5-double-proposal] two proposals of one view are reported of whoever does not lead it as well', () => {
  const { lone, slot } = entered();
  const [other] = others.filter((name) => keyOf(name) !== lone.core.leader(toSlot(slot)));
  const view = viewOf(slot);
  lone.propose(lone.child(genesis, slot), genesisCertificate, view, other);
  lone.propose(lone.child(genesis, slot, 0, 0, { tx_root: genesis.hash }), genesisCertificate, view, other);
  const offenders = ofType(lone.take(), 'report_evidence').map(({ evidence }) => evidence.first.validator);
  assert.deepEqual(offenders, [keyOf(other!)]);
});

test('[5-proposals-kept] a flood of proposals by one leader hides what it signed twice itself, not what another did', () => {
  const { lone, slot } = entered();
  const [leader] = others.filter((name) => keyOf(name) === lone.core.leader(toSlot(slot)));
  const rival = lone.slotLedBy(
    others.filter((name) => name !== leader),
    slot,
  );
  const sign = (inSlot: number, round: number, more = {}) =>
    lone.propose(lone.child(genesis, inSlot, round, 0, more), genesisCertificate);
  const reported = (): readonly string[] =>
    ofType(lone.take(), 'report_evidence').map(({ evidence }) => evidence.first.validator);
  const other = { tx_root: genesis.hash };

  for (const one of [slot, rival]) sign(one, 0);
  for (let round = 1; round < maxProposalsPerValidator; round++) sign(slot, round);
  for (let round = 1; round <= maxProposalsPerValidator; round++) sign(rival, round);
  for (const one of [slot, rival]) sign(one, 0, other);
  assert.deepEqual(reported(), [keyOf(leader!)]);
  // Of the latest it is found out all the same.
  sign(rival, maxProposalsPerValidator, other);
  assert.deepEqual(reported(), [lone.core.leader(toSlot(rival))]);
});
