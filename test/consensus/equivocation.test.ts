/** What it takes that two signatures where one is allowed meet at one honest node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxVotesPerValidator } from '../../consensus/config.js';
import {
  epochEntry,
  genesis,
  genesisCertificate,
  keyOf,
  LoneCore,
  messages,
  ofType,
  others,
  viewOf,
} from './lone-core.js';

/** In a slot that someone else leads, with two blocks that its leader might propose. */
function entered(options = {}) {
  const lone = new LoneCore(options);
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  lone.take();
  const one = lone.child(genesis, slot);
  const two = lone.child(genesis, slot, 0, 0, { tx_root: genesis.hash });
  return { lone, slot, view: viewOf(slot), one, two };
}
const kinds = (lone: LoneCore): readonly string[] =>
  ofType(lone.take(), 'report_evidence').map(({ evidence }) => evidence.kind);

test('[5-certificate-votes] a vote and a certificate that carries another of the same place are evidence', () => {
  const { lone, view, one, two } = entered();
  lone.step({ type: 'vote', vote: lone.vote('v2', two, view) });
  lone.step({ type: 'certificate', certificate: lone.certificate(one, view) });
  const reported = ofType(lone.take(), 'report_evidence').map(({ evidence }) => evidence);
  assert.deepEqual(
    reported.map(({ kind, first, second }) => [kind, first.validator, first.block, second.block]),
    [['double_vote', keyOf('v2'), two.hash, one.hash]],
  );
  assert.deepEqual(reported[0]?.second, lone.vote('v2', one, view));
});

test('[5-certificate-votes] certificates that agree with the votes at hand are no evidence', () => {
  const { lone, view, one } = entered();
  for (const name of others) lone.step({ type: 'vote', vote: lone.vote(name, one, view) });
  lone.step({ type: 'certificate', certificate: lone.certificate(one, view) });
  assert.deepEqual(kinds(lone), []);
});

test('[5-certificate-votes] a certificate against an own lock is evidence, whichever of the two comes as a certificate', () => {
  const first = entered();
  first.lone.step({ type: 'vote', vote: first.lone.vote('v2', first.one, first.view, 'commit') });
  const prepare = first.lone.certificate(first.two, first.view + 3, 'prepare', first.view - 1);
  first.lone.step({ type: 'certificate', certificate: prepare });
  assert.deepEqual(kinds(first.lone), ['lock_violation']);

  const second = entered();
  const vote = second.lone.vote('v2', second.two, second.view + 3, 'prepare', second.view - 1);
  second.lone.step({ type: 'vote', vote });
  second.lone.step({ type: 'certificate', certificate: second.lone.certificate(second.one, second.view, 'commit') });
  assert.deepEqual(kinds(second.lone), ['lock_violation']);
});

test('[5-certificate-votes] what a certificate carries is held against what its signers sign later, alone or in another', () => {
  const vote = entered();
  vote.lone.step({ type: 'certificate', certificate: vote.lone.certificate(vote.one, vote.view) });
  vote.lone.step({ type: 'vote', vote: vote.lone.vote('v2', vote.two, vote.view) });
  assert.deepEqual(kinds(vote.lone), ['double_vote']);

  const lock = entered();
  lock.lone.step({ type: 'certificate', certificate: lock.lone.certificate(lock.one, lock.view, 'commit') });
  lock.lone.step({ type: 'vote', vote: lock.lone.vote('v2', lock.two, lock.view + 3, 'prepare', lock.view - 1) });
  assert.deepEqual(kinds(lock.lone), ['lock_violation']);

  const two = entered();
  two.lone.step({ type: 'certificate', certificate: two.lone.certificate(two.one, two.view) });
  two.lone.step({ type: 'certificate', certificate: two.lone.certificate(two.two, two.view) });
  assert.deepEqual(kinds(two.lone), ['double_vote', 'double_vote', 'double_vote']);
});

test('[5-certificate-votes] what certificates carry hides no lock and pushes out no vote that came alone', () => {
  const lock = entered();
  lock.lone.step({ type: 'vote', vote: lock.lone.vote('v2', lock.one, lock.view + 1, 'commit') });
  lock.lone.step({ type: 'certificate', certificate: lock.lone.certificate(lock.one, lock.view + 9, 'commit') });
  lock.lone.step({ type: 'vote', vote: lock.lone.vote('v2', lock.two, lock.view + 4, 'prepare', lock.view - 1) });
  assert.deepEqual(kinds(lock.lone), ['lock_violation']);

  const vote = entered();
  vote.lone.step({ type: 'vote', vote: vote.lone.vote('v2', vote.one, vote.view) });
  for (let later = 1; later <= 2 * maxVotesPerValidator; later += 1) {
    vote.lone.step({ type: 'certificate', certificate: vote.lone.certificate(vote.one, vote.view + later) });
  }
  vote.lone.step({ type: 'vote', vote: vote.lone.vote('v2', vote.two, vote.view) });
  assert.deepEqual(kinds(vote.lone), ['double_vote']);
});

test('[5-show-proposal] who votes for another block is sent the proposal of that view, once a slot', () => {
  const { lone, slot, view, one, two } = entered();
  lone.propose(one, genesisCertificate);
  lone.take();
  const shown = () =>
    ofType(lone.take(), 'send').flatMap(({ to, message }) =>
      message.type === 'proposal' ? [[to, message.proposal.block, message.justify.block]] : [],
    );
  lone.step({ type: 'vote', vote: lone.vote('v3', one, view) });
  assert.deepEqual(shown(), [], 'the voter knows it');
  lone.step({ type: 'vote', vote: lone.vote('v4', two, view) });
  assert.deepEqual(shown(), [[keyOf('v4'), one.hash, genesis.hash]]);
  lone.step({ type: 'vote', vote: lone.vote('v4', two, view, 'commit') });
  assert.deepEqual(shown(), []);
  lone.enter(slot + 1);
  lone.take();
  lone.step({ type: 'vote', vote: lone.vote('v4', two, view + 1) });
  assert.deepEqual(shown(), [], 'nothing was proposed here in that view');
});

test('[5-show-proposal] a certificate for another block shows the proposal to signers with more than a third of the stake', () => {
  const { lone, view, one, two } = entered();
  lone.propose(one, genesisCertificate);
  lone.take();
  lone.step({ type: 'certificate', certificate: lone.certificate(two, view) });
  assert.equal(messages(lone.take(), 'proposal').length, 2);
});

test('[5-lock-violation] the highest own commit vote counts, whatever came after it', () => {
  const { lone, view, one, two } = entered();
  lone.step({ type: 'vote', vote: lone.vote('v2', one, view + 9, 'commit') });
  lone.step({ type: 'vote', vote: lone.vote('v2', one, view + 5, 'commit') });
  lone.step({ type: 'vote', vote: lone.vote('v2', two, view + 12, 'prepare', view + 7) });
  assert.deepEqual(kinds(lone), ['lock_violation']);
});

test('[5-lock-violation] a second vote for the same block is looked at, where only its justification breaks the lock', () => {
  const { lone, view, one, two } = entered();
  lone.step({ type: 'vote', vote: lone.vote('v2', one, view + 5, 'commit') });
  lone.step({ type: 'vote', vote: lone.vote('v2', two, view + 9, 'prepare', view + 7) });
  lone.step({ type: 'vote', vote: lone.vote('v2', two, view + 9, 'prepare', view + 3) });
  assert.deepEqual(kinds(lone), ['lock_violation']);
});

test('[6-old-epoch] what was signed in an epoch that is over contradicts nothing in the next', () => {
  const { lone, slot, view, one, two } = entered();
  lone.give(one);
  lone.propose(two, genesisCertificate, view, 'v2');
  lone.step({ type: 'vote', vote: lone.vote('v2', one, view + 9, 'commit') });
  const opening = lone.certificate(one, view, 'commit');
  lone.final(one, opening, epochEntry(1));
  lone.enter(slot + 1);
  lone.take();
  const child = lone.child(one, slot + 1, 0, view);
  lone.propose(child, opening, view, 'v2');
  lone.step({ type: 'vote', vote: lone.vote('v2', child, viewOf(slot + 1), 'prepare', view) });
  assert.deepEqual(kinds(lone), []);
});

test('[5-votes-kept] a second vote is found out after as many votes as a slot of many rounds has', () => {
  const { lone, slot, view, one, two } = entered();
  lone.step({ type: 'vote', vote: lone.vote('v2', one, view) });
  for (let round = 1; round <= 31; round += 1) {
    for (const phase of ['prepare', 'commit'] as const) {
      lone.step({ type: 'vote', vote: lone.vote('v2', one, viewOf(slot, round), phase, viewOf(slot, round - 1)) });
    }
  }
  lone.step({ type: 'vote', vote: lone.vote('v2', two, view) });
  assert.deepEqual(kinds(lone), ['double_vote']);
});

test('votes for slots to come do not push out those of today', () => {
  const { lone, slot, view, one, two } = entered();
  lone.step({ type: 'vote', vote: lone.vote('v2', one, view) });
  for (let at = 0; at < 2 * maxVotesPerValidator; at += 1) {
    lone.step({ type: 'vote', vote: lone.vote('v2', one, viewOf(slot + 1 + (at % 8), at)) });
  }
  lone.step({ type: 'vote', vote: lone.vote('v2', two, view) });
  assert.deepEqual(kinds(lone), ['double_vote']);
});
