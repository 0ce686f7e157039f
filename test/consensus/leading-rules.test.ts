/** Rules 1 and 2 of PROTOCOL section 5: entering a slot, and when a leader proposes what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHeight, toSlot } from '../../ledger/values/numbers.js';
import {
  genesis,
  genesisCertificate,
  keyOf,
  LoneCore,
  me,
  messages,
  nameOf,
  ofType,
  only,
  others,
  viewOf,
} from './lone-core.js';

/** Leads a slot, builds on genesis and has proposed in round 0. */
function proposed(options: ConstructorParameters<typeof LoneCore>[0] = {}) {
  const lone = new LoneCore(options);
  const { slot, effects } = lone.lead();
  const out = lone.built(effects, genesis);
  const [proposal] = messages(out, 'proposal');
  assert.ok(proposal !== undefined);
  const block = lone.child(genesis, slot);
  assert.equal(proposal.proposal.block, block.hash);
  lone.take();
  return { lone, slot, block, out, view: viewOf(slot) };
}

test('[5-enter] every validator tells the leader of a slot its lock, and writes nothing for it', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  const effects = lone.enter(slot);
  const { to, message } = only(effects, 'send');
  assert.equal(to, lone.core.leader(slot as never));
  assert.ok(message.type === 'new_view' && message.new_view.lock.block === genesis.hash);
  assert.equal(ofType(effects, 'persist').length, 0);
});

test('[5-at-once] a leader proposes at once when the new-views of a quorum show no prepare vote above its lock', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy([me]);
  assert.equal(ofType(lone.enter(slot), 'build_block').length, 0, 'its own is not enough');
  const voted = lone.vote('v2', lone.child(genesis, slot - 1), viewOf(slot - 1));
  const above = lone.newView('v2', slot, genesisCertificate, { last_prepare: voted });
  assert.equal(ofType(lone.hear(above), 'build_block').length, 0);
  assert.equal(
    ofType(lone.hear(lone.newView('v3', slot, genesisCertificate)), 'build_block').length,
    0,
    'three, one above',
  );
  assert.equal(ofType(lone.hear(lone.newView('v4', slot, genesisCertificate)), 'build_block').length, 1);
});

test('[5-at-once] nor does it where one of that quorum names a lock above its own', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy([me], 3);
  lone.enter(slot);
  const higher = lone.certificate(lone.child(genesis, slot - 1), viewOf(slot - 1));
  const hear = (name: string, lock = genesisCertificate) => lone.hear(lone.newView(name, slot, lock));
  assert.equal(ofType([...hear('v2'), ...hear('v3', higher)], 'build_block').length, 0);
  assert.equal(ofType(hear('v4'), 'build_block').length, 1);
});

test('[5-delta] without a quorum of new-views a leader waits until delta after the start of the slot', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy([me]);
  const timer = ofType(lone.enter(slot), 'start_timer').find((effect) => effect.timer === 'delta');
  assert.equal(timer?.at, slot * lone.parameters.slot_duration_ms + lone.parameters.delta_ms);
  assert.equal(ofType(lone.step({ type: 'work_available' }), 'build_block').length, 0);
  lone.now = timer!.at - 1;
  assert.equal(ofType(lone.step({ type: 'timer_fired', timer: 'delta' }), 'build_block').length, 0);
  lone.now = timer!.at;
  assert.equal(ofType(lone.step({ type: 'timer_fired', timer: 'delta' }), 'build_block').length, 1);
});

test('a new-view that comes just before the slot counts in it', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy([me]);
  for (const name of others) lone.hear(lone.newView(name, slot, genesisCertificate));
  assert.equal(ofType(lone.enter(slot), 'build_block').length, 1);
});

test('[5-assemble] a leader makes a QC from the votes in new-views', () => {
  const lone = new LoneCore();
  const before = lone.slotLedBy(others);
  const slot = lone.slotLedBy([me], before + 1);
  const block = lone.child(genesis, before);
  lone.enter(slot);
  lone.give(block);
  for (const name of others) {
    const last_prepare = lone.vote(name, block, viewOf(before));
    lone.hear(lone.newView(name, slot, genesisCertificate, { last_prepare }));
  }
  assert.equal(lone.core.describe().lock.block, block.hash);
});

test('[5-lock-request] a leader asks for the bytes of a higher lock, and whoever holds them answers', () => {
  const leader = new LoneCore();
  const slot = leader.slotLedBy([me]);
  leader.enter(slot);
  const block = leader.child(genesis, slot - 1);
  const lock = leader.certificate(block, viewOf(slot - 1));
  const asked = leader.hear(leader.newView('v2', slot, lock));
  const { to, message } = only(asked, 'send');
  assert.equal(nameOf(to), 'v2');
  assert.equal(message.type, 'new_view');

  const holder = new LoneCore();
  const theirs = holder.slotLedBy(['v2']);
  holder.enter(theirs);
  const certified = holder.child(genesis, theirs);
  holder.give(certified);
  const held = holder.certificate(certified, viewOf(theirs));
  holder.step({ type: 'certificate', certificate: held });
  const answer = only(holder.hear(holder.newView('v2', theirs, genesisCertificate)), 'send');
  assert.equal(nameOf(answer.to), 'v2');
  assert.deepEqual(answer.message, { type: 'certificate', certificate: held });
});

test('[5-enter] the certificate that comes with a new-view is the lock of the leader that lacked it', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy([me], 3);
  const block = lone.child(genesis, slot - 1);
  lone.give(block);
  const lock = lone.certificate(block, viewOf(slot - 1));
  lone.enter(slot);
  lone.hear(lone.newView('v2', slot, lock), lock);
  assert.equal(lone.core.describe().lock.block, block.hash);
});

test('[5-next-round] the next round follows as soon as the QC of the round before is there, not earlier', () => {
  const { lone, block, view } = proposed();
  assert.equal(ofType(lone.step({ type: 'work_available' }), 'build_block').length, 0);
  lone.step({ type: 'vote', vote: lone.vote('v2', block, view) });
  lone.step({ type: 'vote', vote: lone.vote('v3', block, view) });
  const asked = only(lone.take(), 'build_block');
  assert.deepEqual([asked.parent, asked.round], [block.hash, 1]);
});

test('[5-slot-suffices] after round 0 only while the rest of the slot suffices for finality as it lately took', () => {
  const { lone, slot, block, view } = proposed();
  lone.now += 400;
  for (const phase of ['prepare', 'commit'] as const) {
    for (const name of ['v2', 'v3']) lone.step({ type: 'vote', vote: lone.vote(name, block, view, phase) });
  }
  const asked = only(lone.take(), 'build_block');
  lone.step({ type: 'block_built', view: asked.view });
  const empty = only(lone.final(block, lone.certificate(block, view, 'commit')), 'build_block');
  lone.step({ type: 'block_built', view: empty.view });
  lone.now = (slot + 1) * lone.parameters.slot_duration_ms - 100;
  assert.equal(ofType(lone.step({ type: 'work_available' }), 'build_block').length, 0);
  lone.now -= 200;
  assert.equal(ofType(lone.step({ type: 'work_available' }), 'build_block').length, 1);
});

test('[5-resend] without a QC a leader sends the same bytes again after 2 delta', () => {
  const { lone, out } = proposed();
  const timer = ofType(out, 'start_timer').find((effect) => effect.timer === 'again');
  assert.equal(timer?.at, lone.now + 2 * lone.parameters.delta_ms);
  lone.now = timer!.at;
  const again = lone.step({ type: 'timer_fired', timer: 'again' });
  assert.deepEqual(messages(again, 'proposal'), messages(out, 'proposal'));
  assert.deepEqual(messages(again, 'vote'), messages(out, 'vote'), 'and its own vote');
});

test('[5-again] with nothing to add, a lock that is not final is proposed again: first in a term, or 2 delta after', () => {
  const { lone, slot, block, view } = proposed();
  for (const name of ['v2', 'v3']) lone.step({ type: 'vote', vote: lone.vote(name, block, view) });
  const asked = only(lone.take(), 'build_block');
  const nothing = lone.step({ type: 'block_built', view: asked.view });
  assert.deepEqual(messages(nothing, 'proposal'), []);
  lone.now += 2 * lone.parameters.delta_ms;
  const built = only(lone.step({ type: 'timer_fired', timer: 'again' }), 'build_block');
  const [again] = messages(lone.step({ type: 'block_built', view: built.view }), 'proposal');
  assert.equal(again?.proposal.block, block.hash);
  assert.ok(again.proposal.view > view);
  const next = lone.lead(slot + 1);
  lone.now += lone.parameters.delta_ms;
  const first =
    ofType(lone.step({ type: 'timer_fired', timer: 'delta' }), 'build_block')[0] ?? only(next.effects, 'build_block');
  const [third] = messages(lone.step({ type: 'block_built', view: first.view }), 'proposal');
  assert.equal(third?.proposal.block, block.hash);
});

test('[5-idle] with nothing to add and all final, a leader proposes nothing and writes nothing', () => {
  const lone = new LoneCore();
  const { effects } = lone.lead();
  const asked = only(effects, 'build_block');
  lone.step({ type: 'block_built', view: asked.view });
  assert.equal(ofType(lone.take(), 'persist').length, 0);
});

test('a block built on what is no longer the lock is not proposed', () => {
  const lone = new LoneCore();
  const { slot, effects } = lone.lead();
  const other = lone.child(genesis, slot - 1);
  lone.give(other);
  lone.step({ type: 'certificate', certificate: lone.certificate(other, viewOf(slot - 1)) });
  assert.deepEqual(messages(lone.built(effects, genesis), 'proposal'), []);
});

test('a leader persists before it proposes, and votes for its own proposal', () => {
  const { out, block, view } = proposed();
  const [first] = out;
  assert.ok(first?.type === 'persist');
  assert.deepEqual(first.vote_state.watermark, { view, step: 'prepare' });
  assert.deepEqual(first.bodies, [block.hash]);
  assert.equal(messages(out, 'vote')[0]?.vote.block, block.hash);
});

test('[5-watermark] a leader that comes back within its slot goes on above what it signed', () => {
  const { out, slot, block, view } = proposed();
  const { vote_state } = ofType(out, 'persist')[0]!;
  const again = new LoneCore({ recovered: { voteState: vote_state, bodies: [block] } });
  again.enter(slot);
  again.now += again.parameters.delta_ms;
  const asked = only(again.step({ type: 'timer_fired', timer: 'delta' }), 'build_block');
  assert.ok(asked.view > view);
});

test('[8-unwritten] with 64 final blocks unwritten a leader stops proposing until the disk follows', () => {
  const lone = new LoneCore();
  const before = lone.slotLedBy(others);
  const tip = lone.child(genesis, before, 64, 0, { index: toHeight(64) });
  lone.enter(before);
  lone.final(tip, lone.certificate(tip, viewOf(before, 64), 'commit'));
  const slot = lone.slotLedBy([me], before + 1);
  lone.enter(slot);
  lone.now += lone.parameters.delta_ms;
  assert.equal(ofType(lone.step({ type: 'timer_fired', timer: 'delta' }), 'build_block').length, 0);
  assert.equal(ofType(lone.step({ type: 'final_stored', index: toHeight(1) }), 'build_block').length, 1);
});

test('[5-longer-terms] 3, 6 and 12 late slots make terms of 2, 4 and 8; delta grows with them', () => {
  const lone = new LoneCore();
  lone.enter(100);
  const seen: number[] = [];
  for (let slot = 84; slot < 96; slot += 1) {
    if (nameOf(lone.core.leader(slot as never)) === me) {
      const block = lone.child(genesis, slot);
      lone.propose(block, genesisCertificate, viewOf(slot), me);
    } else lone.propose(lone.child(genesis, slot), genesisCertificate);
    seen.push(lone.core.describe().term_slots);
  }
  assert.deepEqual(seen, [1, 1, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8]);
  // [5-term-views] All views of a term belong to its first slot.
  let start = 104;
  while (nameOf(lone.core.leader(start as never)) !== me) start += 8;
  const timer = ofType(lone.enter(start), 'start_timer').find((effect) => effect.timer === 'delta');
  assert.equal(timer?.at, start * lone.parameters.slot_duration_ms + 8 * lone.parameters.delta_ms);
  lone.enter(start + 5);
  assert.equal(lone.core.describe().leader, keyOf(me));
});

test('[5-late] only what is late by at most twice the longest term counts', () => {
  const lone = new LoneCore();
  lone.enter(100);
  for (const slot of [50, 60, 70, 83]) lone.propose(lone.child(genesis, slot), genesisCertificate);
  assert.equal(lone.core.describe().term_slots, 1);
});

test('[5-one-slot-again] finality sets the term to one slot', () => {
  const lone = new LoneCore();
  lone.enter(100);
  for (const slot of [95, 96, 97]) lone.propose(lone.child(genesis, slot), genesisCertificate);
  assert.equal(lone.core.describe().term_slots, 2);
  const block = lone.child(genesis, 99);
  lone.final(block, lone.certificate(block, viewOf(99), 'commit'));
  assert.equal(lone.core.describe().term_slots, 1);
});

test('votes go to the leader alone where the parameter says so, and the leader spreads the certificate', () => {
  const { lone, block, view, out } = proposed({ parameters: { vote_routing: 'leader' } });
  assert.deepEqual(messages(out, 'vote'), []);
  lone.step({ type: 'vote', vote: lone.vote('v2', block, view) });
  lone.step({ type: 'vote', vote: lone.vote('v3', block, view) });
  lone.step({ type: 'vote', vote: lone.vote('v4', block, view) });
  const spread = messages(lone.take(), 'certificate');
  assert.equal(spread.length, 1);
  assert.equal(spread[0]?.certificate.block, block.hash);
  // [5-two-processes] Proposal, prepare and commit vote: also what leaves in a certificate only.
  assert.deepEqual(lone.signed, [view, view, view]);
});

test('a core says in one sentence what it waits for', () => {
  const { lone } = proposed();
  assert.match(lone.core.describe().waiting_for ?? '', /prepare votes of 1 of 4 validators \(25% of the stake/);
});

test('a leader goes on after what it was making final came with a certificate of a lower view from a peer', () => {
  for (const early of [true, false]) {
    const lone = new LoneCore();
    const slot = lone.slotLedBy(others);
    lone.enter(slot);
    const block = lone.child(genesis, slot);
    lone.offer(block, genesisCertificate);
    const qc = lone.certificate(block, viewOf(slot));
    lone.step({ type: 'certificate', certificate: qc });
    const again = lone.slotLedBy(others, slot + 1);
    lone.enter(again);
    lone.offer(block, qc, viewOf(again));
    const finality = lone.certificate(block, viewOf(again), 'commit', viewOf(slot));
    assert.equal(ofType(lone.step({ type: 'certificate', certificate: finality }), 'finalise').length, 1);
    lone.final(block, lone.certificate(block, viewOf(early ? slot : again), 'commit'));
    const mine = lone.slotLedBy([me], again + 1);
    const effects = [...lone.enter(mine)];
    for (const name of others) effects.push(...lone.hear(lone.newView(name, mine, finality)));
    assert.equal(only(effects, 'build_block').parent, block.hash);
  }
});

test('[5-lost-vote-state] [7-clock-suspect] who may sign nothing proposes nothing, though it leads and knows what all are locked on', () => {
  const slot = new LoneCore().slotLedBy([me], 3);
  const hearAll = (lone: LoneCore) => [
    ...lone.enter(slot),
    ...others.flatMap((name) => lone.hear(lone.newView(name, slot, genesisCertificate))),
  ];
  const lost = { voteState: undefined as never, voteStateLost: { clockSlot: toSlot(slot) } };
  assert.equal(ofType(hearAll(new LoneCore({ recovered: lost })), 'build_block').length, 0);
  const doubting = new LoneCore();
  doubting.step({ type: 'clock_suspect', suspect: true });
  assert.equal(ofType(hearAll(doubting), 'build_block').length, 0);
  for (const suspect of [true, false]) {
    const lone = new LoneCore();
    const effects = hearAll(lone);
    // It comes to doubt its clock while its block is built.
    lone.step({ type: 'clock_suspect', suspect });
    assert.equal(messages(lone.built(effects, genesis), 'proposal').length, suspect ? 0 : 1);
  }
});
