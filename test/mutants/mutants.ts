/**
 * The list of deliberate breakages, one line of source each. One rule: the simulator or the fast tests notice every one
 * of them, and a text that is no longer in the sources fails the run.
 */
import type { Mutant, Setting, Unbroken } from './mutant.js';

type Lines = readonly [file: string, find: string, replace: string];

const breaks = (rule: string, name: string, why: string, ...lines: readonly Lines[]): Mutant => ({
  name,
  rule,
  why,
  edits: lines.map(([file, find, replace]) => ({ file, find, replace })),
});

const safety = 'consensus/safety.ts';
const proposal = 'consensus/on-proposal.ts';
const propose = 'consensus/propose.ts';
const certificate = 'consensus/on-certificate.ts';

export const mutants: readonly Mutant[] = [
  breaks('5-quorum', 'half-quorum', 'two halves of a partition each make blocks final', [
    'consensus/quorum.ts',
    'return 3n * BigInt(stake) > 2n * BigInt(total);',
    'return 2n * BigInt(stake) >= BigInt(total);',
  ]),
  breaks('5-quorum', 'whole-quorum', 'one crashed validator halts the chain', [
    'consensus/quorum.ts',
    'return 3n * BigInt(stake) > 2n * BigInt(total);',
    'return BigInt(stake) >= BigInt(total);',
  ]),
  breaks('5-quorum', 'votes-for-anything', 'votes for different blocks are added up', [
    'consensus/on-vote.ts',
    'if (other?.block === vote.block && other.justify_view === vote.justify_view) same.push(other);',
    'if (other !== undefined) same.push(other);',
  ]),
  breaks('5-watermark', 'no-watermark', 'a validator votes twice in a view', [
    safety,
    'return view > watermark.view || (view === watermark.view && order[step] > order[watermark.step]);',
    'return view >= watermark.view;',
  ]),
  breaks('5-watermark', 'watermark-by-view', 'a validator that prepared may never commit in that view', [
    safety,
    'return view > watermark.view || (view === watermark.view && order[step] > order[watermark.step]);',
    'return view > watermark.view;',
  ]),
  breaks('5-watermark', 'prepare-forgotten', 'a prepare vote leaves no watermark: another may follow it', [
    safety,
    "raiseWatermark(state, vote.view, 'prepare');",
    'state.dirty = true;',
  ]),
  breaks('5-watermark', 'watermark-per-epoch', 'a node that comes back votes again in views of its past', [
    'consensus/core-state.ts',
    "watermark: voteState?.watermark ?? { view: toView(0), step: 'commit' },",
    "watermark: voteState?.watermark.step === 'commit' ? voteState.watermark : { view: toView(0), step: 'commit' },",
  ]),
  breaks('5-commit-once', 'commit-below-watermark', 'a commit vote in a view that a later vote has passed', [
    safety,
    "return maySign(state) && isAboveWatermark(state, view, 'commit');",
    "return maySign(state) && (isAboveWatermark(state, view, 'commit') || state.watermark.step !== 'commit');",
  ]),
  breaks('5-commit-once', 'commit-not-noted', 'the commit vote leaves no watermark', [
    safety,
    "raiseWatermark(state, view, 'commit');",
    'state.dirty = view >= 0;',
  ]),
  breaks('5-lock', 'no-lock', 'a validator prepares below its lock: a final block can be replaced', [
    safety,
    'if (compareRanks(rank, locked) < 0) return',
    'if (compareRanks(rank, locked) < -1e9) return',
  ]),
  breaks('5-lock-rises', 'lock-never-rises', 'whoever sees a QC is not locked on it', [
    safety,
    'return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;',
    "return certificate.phase === 'commit' && compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;",
  ]),
  breaks('5-lock-rises', 'lock-falls', 'any certificate becomes the lock, an older one too', [
    safety,
    'return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;',
    'return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) !== 0;',
  ]),
  breaks(
    '5-justify-below-view',
    'justify-from-the-future',
    'a proposal rests on a certificate of its own or a later view',
    [safety, 'if (justify.view >= view) return', 'if (justify.view > view + 1e9) return'],
  ),
  breaks('5-extends', 'parent-not-certified', 'a block extends something else than what its justification certifies', [
    safety,
    'if (block.hash !== justify.block && block.prev_hash !== justify.block) {',
    'if (block.hash === justify.block && block.prev_hash === justify.block) {',
  ]),
  breaks('5-leader', 'anyone-leads', 'whoever likes proposes in the slot of another', [
    proposal,
    'if (state.schedule.leader(slot) !== proposal.validator) {',
    'if (state.schedule.leader(slot) === undefined) {',
  ]),
  breaks('5-executes', 'unexecuted', 'blocks are voted for that do not execute to their roots', [
    proposal,
    "const outcome = block.hash === justify.block ? 'valid' : executed(state, block.hash);",
    "const outcome = executed(state, block.hash) === 'waiting' ? 'waiting' : 'valid';",
  ]),
  breaks(
    '5-again',
    'again-unjustified',
    'a block proposed again is checked as if it were new: nothing uncertain is ever finished',
    [
      proposal,
      'if (block.hash === justify.block) return undefined;',
      'if (block.hash === state.tip.hash) return undefined;',
    ],
  ),
  breaks('5-new-block', 'any-round', 'a new block claims a slot or round that is not of its view', [
    proposal,
    'if (viewAt(parameters, block.slot, block.round) !== proposal.view) {',
    'if (viewAt(parameters, block.slot, block.round) > proposal.view + 1e9) {',
  ]),
  breaks('5-new-block', 'any-justify-view', 'a block states a justification that it does not have', [
    proposal,
    'if (block.justify_view !== justify.view) return',
    'if (block.justify_view > justify.view + 1e9) return',
  ]),
  breaks('5-new-block', 'any-index', 'a block skips heights', [
    proposal,
    'if (block.index !== parent.index + 1) return',
    'if (block.index < parent.index) return',
  ]),
  breaks('5-proposal', 'another-block', 'a proposal for one block is taken with another', [
    proposal,
    'if (block.hash !== proposal.block) return',
    'if (block.hash === undefined) return',
  ]),
  breaks('5-term', 'term-never-over', 'a proposal of a past term is voted for', [
    proposal,
    'if (!termHolds(state, slot) && slot <= state.slot) {',
    'if (slot < 0) {',
  ]),
  breaks('7-held', 'no-holding', 'votes for proposals of slots that have not begun', [
    proposal,
    'if (slotOfView(state.config.parameters, proposal.view) > state.slot) {',
    'if (slotOfView(state.config.parameters, proposal.view) > state.slot + 1e6) {',
  ]),
  breaks('7-held', 'held-lost', 'a proposal that came early, or whose body was missing, is forgotten', [
    proposal,
    'if (other === undefined || other.proposal.view < input.proposal.view) state.held.set(slot, input);',
    'if (other !== undefined && other.proposal.view < input.proposal.view) state.held.set(slot, input);',
  ]),
  breaks('5-same-bytes', 'no-repetition', 'a lost vote is never sent again', [
    proposal,
    'if (lastPrepare?.view !== proposal.view || lastPrepare.block !== proposal.block) return false;',
    'if (lastPrepare?.view !== proposal.view || lastPrepare.block === proposal.block) return false;',
  ]),
  breaks('5-already-final', 'no-answer', 'a leader that missed the finality is left alone with its block', [
    proposal,
    'if (block.hash === state.tip.hash) {',
    'if (block.hash === state.lock.justify_view.toString()) {',
  ]),
  breaks('5-justify-first', 'justify-ignored', 'a QC that comes only with the next proposal is not learnt', [
    proposal,
    'onCertificate(state, input.justify);',
    'if (input.justify.view < 0) onCertificate(state, input.justify);',
  ]),
  breaks('6-block-epoch', 'any-epoch', 'a block names another epoch than its proposal', [
    proposal,
    'if (block.epoch !== proposal.epoch) return',
    'if (block.epoch > proposal.epoch + 1e6) return',
  ]),
  breaks(
    '5-persist-first',
    'send-before-persist',
    'a crash after a vote and before its record: the other vote follows',
    [
      'consensus/take-effects.ts',
      "return [{ type: 'persist', vote_state, bodies: keptBodies(state) }, ...effects];",
      "return [...effects, { type: 'persist', vote_state, bodies: keptBodies(state) }];",
    ],
  ),
  breaks('5-persist-first', 'never-persisted', 'a restarted validator remembers nothing it signed', [
    'consensus/take-effects.ts',
    'if (!state.dirty || !leaves ||',
    'if (state.dirty || !leaves ||',
  ]),
  breaks('5-bodies', 'bodies-dropped', 'a crash of all leaves everyone locked on a block that nobody holds', [
    'consensus/take-effects.ts',
    'bodies: keptBodies(state)',
    'bodies: keptBodies(state).slice(1)',
  ]),
  breaks('8-higher-lock', 'lower-lock-at-start', 'a restarted validator takes the lower of its two locks', [
    'consensus/core-state.ts',
    'compareRanks(rank(voteState.lock), rank(lock)) > 0) lock = voteState.lock;',
    'compareRanks(rank(voteState.lock), rank(lock)) < 0) lock = voteState.lock;',
  ]),
  breaks(
    '5-lost-vote-state',
    'no-silence',
    'a validator without its vote state signs at once, perhaps what it had signed otherwise',
    [
      'consensus/core-state.ts',
      'silentBelow: lost === undefined ? undefined : silenceAfterLoss(config, lost.clockSlot),',
      'silentBelow: lost === undefined || silenceAfterLoss(config, lost.clockSlot) > 0 ? undefined : toView(0),',
    ],
  ),
  breaks('5-lost-vote-state', 'silence-never-ends', 'a validator that lost its vote state never votes again', [
    certificate,
    'certificate.view >= state.silentBelow) didLearnAfterLoss',
    'certificate.view < 0) didLearnAfterLoss',
  ]),
  breaks('5-rank', 'rank-by-view-alone', 'a certificate of an earlier epoch outranks the lock of this one', [
    'consensus/rank.ts',
    'left.epoch - right.epoch || left.view - right.view;',
    'left.view - right.view;',
  ]),
  breaks('6-enter', 'opening-ranks-by-its-view', 'what an epoch begins with outranks its first certificates', [
    'consensus/rank.ts',
    '? { epoch: context.epoch.number, view: 0 }',
    '? { epoch: context.epoch.number, view: certificate.view + 1e9 }',
  ]),
  breaks('6-finality-justifies', 'qc-opens-epoch', 'an epoch begins on a closing block that is not final', [
    'consensus/rank.ts',
    "certificate.block === base.block.hash && certificate.phase === 'commit';",
    'certificate.block === base.block.hash;',
  ]),
  breaks(
    '6-closing-last',
    'closing-extended',
    'the old epoch goes on after the block that ends it',
    [
      proposal,
      'if (parent.next_epoch !== undefined && parent.epoch === block.epoch) {',
      'if (parent.next_epoch !== undefined && parent.epoch > block.epoch) {',
    ],
    [
      propose,
      'return block.next_epoch !== undefined && block.epoch === state.epoch.number && block.hash !== state.tip.hash;',
      'return block.next_epoch !== undefined && block.epoch > state.epoch.number;',
    ],
  ),
  breaks('6-closing-again', 'closing-not-again', 'a leader builds on a closing block that is not final', [
    propose,
    'return block.next_epoch !== undefined && block.epoch === state.epoch.number && block.hash !== state.tip.hash;',
    'return block.next_epoch !== undefined && block.epoch > state.epoch.number;',
  ]),
  breaks('6-later-slot', 'epoch-in-the-same-slot', 'an epoch begins in the slot in which the one before ended', [
    proposal,
    'if (isOpening(state, justify) && justify.view > 0 &&',
    'if (isOpening(state, justify) && justify.view < 0 &&',
  ]),
  breaks(
    '6-old-epoch',
    'old-epoch-moves-the-lock',
    'certificates of a closed epoch become locks, and commit votes follow them',
    [certificate, 'if (certificate.epoch < state.epoch.number) return;', 'if (certificate.epoch < 0) return;'],
    [safety, 'if (!isOfEpoch(state, certificate)) return false;', 'if (certificate.epoch < 0) return false;'],
  ),
  breaks('6-old-epoch', 'signs-before-it-caught-up', 'a node with an old ledger signs in an epoch it had left', [
    safety,
    'if (rankOf(state, state.lock).epoch > epoch.number) return false;',
    'if (rankOf(state, state.lock).epoch < 0) return false;',
  ]),
  breaks('6-enter', 'votes-survive-the-epoch', 'votes for an epoch that is over stay counted in the next', [
    'consensus/on-final-advanced.ts',
    'state.votes.clear();',
    'state.votes.size;',
  ]),
  breaks('6-enter', 'schedule-not-renewed', 'leaders of the old epoch go on in the new one', [
    'consensus/on-final-advanced.ts',
    'state.schedule = createSchedule(config.hasher, epoch);',
    'createSchedule(config.hasher, epoch);',
  ]),
  breaks('6-help', 'nobody-helps', 'a node that missed the closing block is never told of it', [
    'consensus/help.ts',
    "emit(state, { type: 'help_behind', validator, final_index: finalIndex });",
    "if (finalIndex < 0) emit(state, { type: 'help_behind', validator, final_index: finalIndex });",
  ]),
  breaks('6-catch-up', 'nobody-asks', 'a node that hears of a later epoch does not ask for it', [
    'consensus/on-new-view.ts',
    'if (newView.epoch > epoch.number || newView.final_index > tip.index + 8) {',
    'if (newView.epoch < 0) {',
  ]),
  breaks('5-conflicting-finality', 'fork-finalised', 'a certificate for a block beside the final chain is obeyed', [
    certificate,
    "if (path.kind === 'forked') {",
    "if (path.kind === 'forked' && path.kind.length === 0) {",
  ]),
  breaks('5-next-round', 'waits-for-the-slot', 'a leader does not go on when the certificate of its round is there', [
    certificate,
    "else if (state.leadership !== undefined) tellSelf(state, { type: 'work_available' });",
    "else if (state.slot < 0) tellSelf(state, { type: 'work_available' });",
  ]),
  breaks('5-at-once', 'never-waits', 'a leader proposes before it knows the highest lock', [
    propose,
    'if (leadership.waited || leadership.last !== undefined) return true;',
    'if (leadership.termStart >= 0) return true;',
  ]),
  breaks('5-assemble', 'new-views-not-counted', 'a QC that only new-views together hold is never made', [
    'consensus/on-new-view.ts',
    'if (newView.last_prepare !== undefined) onVote(state, newView.last_prepare);',
    'if (newView.last_prepare !== undefined && newView.slot < 0) onVote(state, newView.last_prepare);',
  ]),
  breaks(
    '5-lock-request',
    'locks-not-exchanged',
    'a leader that lacks the highest certificate proposes what nobody votes for',
    [
      'consensus/on-new-view.ts',
      'exchangeLocks(state, newView, lock);',
      'if (newView.slot < 0) exchangeLocks(state, newView, lock);',
    ],
  ),
  breaks('5-longer-terms', 'terms-never-lengthen', 'where messages take longer than a slot nothing becomes final', [
    'consensus/term.ts',
    'const slots = steps.find(([from]) => late >= from)?.[1] ?? 1;',
    'const slots = late < 0 ? 2 : 1;',
  ]),
  breaks('5-one-slot-again', 'terms-stay-long', 'after one bad hour every leader keeps eight slots', [
    'consensus/on-final-advanced.ts',
    'state.lateSlots.clear();',
    'state.lateSlots.size;',
  ]),
  breaks('5-slot-suffices', 'rounds-to-the-end', 'a proposal at the end of a slot that cannot be finished in it', [
    propose,
    'return end - state.now > state.finalityMs;',
    'return end - state.now > -1e9;',
  ]),
  breaks('8-unwritten', 'ahead-of-the-disk', 'proposals go on while the disk does not keep up', [
    propose,
    'if (state.tip.index - state.storedIndex >= maxUnstored) return;',
    'if (state.tip.index - state.storedIndex >= 1e9) return;',
  ]),
  breaks('5-certificate', 'stake-not-counted', 'a certificate of a single signer is believed', [
    'consensus/certificate.ts',
    'if (!isQuorum(stake, totalStake(set))) return',
    'if (!isQuorum(3 * stake + totalStake(set), totalStake(set))) return',
  ]),
  breaks('5-certificate', 'signer-counted-twice', 'one signer named three times makes a quorum', [
    'consensus/certificate.ts',
    'if (index <= last || member === undefined) return',
    'if (member === undefined) return',
  ]),
  breaks('5-certificate', 'signatures-unchecked', 'a certificate with invented signatures is believed', [
    'consensus/certificate.ts',
    'if (!verifier.verify(member.key, message, certificate.signatures[at]!)) {',
    'if (!verifier.verify(member.key, message, certificate.signatures[at]!) && at < 0) {',
  ]),
  breaks('5-double-vote', 'double-vote-forgiven', 'two votes in one view are no evidence', [
    'consensus/equivocation.ts',
    "if (first.block !== second.block) report(state, { kind: 'double_vote', first, second });",
    "if (first.block === second.block) report(state, { kind: 'double_vote', first, second });",
  ]),
  breaks('5-double-proposal', 'double-proposal-forgiven', 'two proposals in one view are no evidence', [
    'consensus/equivocation.ts',
    '} else if (first.block !== proposal.block && first.validator === proposal.validator) {',
    '} else if (first.block === proposal.block && first.validator !== proposal.validator) {',
  ]),
  breaks('5-lock-violation', 'lock-violation-forgiven', 'a vote below an own lock is no evidence', [
    'consensus/equivocation.ts',
    'if (prepare.view > commit.view && prepare.justify_view < commit.view) {',
    'if (prepare.view > commit.view && prepare.justify_view < -commit.view) {',
  ]),
  breaks('4-leader-unbiased', 'leaders-biased', 'the first keys lead more often than their stake says', [
    'consensus/schedule.ts',
    'if (x >= limit) continue;',
    'if (x >= limit && counter > 0) continue;',
  ]),
  breaks('4-leader-unbiased', 'leaders-by-count', 'small stakes lead as often as large ones', [
    'consensus/schedule.ts',
    'if (point < BigInt(stake)) return key;',
    'if (point < total / BigInt(epoch.validators.length)) return key;',
  ]),
  breaks('5-member', 'strangers-vote', 'a new-view of someone outside the set is heard', [
    'consensus/on-new-view.ts',
    'if (memberIndex(epoch, newView.validator) < 0) {',
    'if (memberIndex(epoch, newView.validator) < -1) {',
  ]),
  breaks('5-future-view', 'votes-of-any-time', 'votes for slots of the far future fill the memory', [
    'consensus/on-vote.ts',
    'if (slot > toSlot(state.slot + 2 * config.parameters.max_term_slots)) {',
    'if (slot > toSlot(state.slot + 1e6)) {',
  ]),
  breaks('4-epoch', 'epoch-too-soon', 'an epoch ends one slot early', [
    'ledger/epoch-transition.ts',
    'return toEpoch(Math.floor(slot / context.genesis.parameters.slots_per_epoch));',
    'return toEpoch(Math.floor((slot + 1) / context.genesis.parameters.slots_per_epoch));',
  ]),
  breaks('4-set', 'stake-counts-at-once', 'stake requested in an epoch already counts in the next', [
    'ledger/epoch-transition.ts',
    'if (epoch >= old.number || budget === 0) {',
    'if (epoch > old.number || budget === 0) {',
  ]),
  breaks('4-set', 'offenders-stay', 'a validator with final evidence against it stays in the set', [
    'ledger/epoch-transition.ts',
    'members.delete(key);\n    moving.total -= stake;',
    'moving.total -= 0 * stake;',
  ]),
  breaks(
    '4-schedule',
    'schedule-ends-with-the-epoch',
    'after a long halt there is no leader any more who could end the epoch',
    [
      'consensus/schedule.ts',
      "domainText('leader', { nonce: epoch.nonce, slot, counter })",
      "domainText('leader', { nonce: epoch.nonce, slot: 0 * slot, counter })",
    ],
  ),
  breaks('5-delta', 'waits-for-ever', 'a leader without new-views of a quorum never proposes', [
    'consensus/on-slot.ts',
    'leadership.waited = true;',
    'leadership.waited = state.now < 0;',
  ]),
  breaks('5-enter', 'leader-not-told', 'nobody tells the leader of a slot what it is locked on', [
    'consensus/on-slot.ts',
    "emit(state, { type: 'send', to: leader, message });",
    "if (slot < 0) emit(state, { type: 'send', to: leader, message });",
  ]),
  breaks('5-final', 'prepared-is-final', 'a block is called final before a quorum is locked on it', [
    certificate,
    "if (certificate.phase === 'commit') finalise(state, certificate);",
    'if (certificate.phase !== undefined) finalise(state, certificate);',
  ]),
  breaks('5-idle', 'empty-blocks', 'blocks without anything to add are made and accepted', [
    'ledger/has-work.ts',
    'if (transactions > 0 || evidence > 0) return true;',
    'if (transactions >= 0 || evidence > 0) return true;',
  ]),
  breaks('5-late', 'anything-is-late', 'proposals repeated from the distant past lengthen the terms', [
    'consensus/term.ts',
    'if (state.slot - slot <= 2 * max_term_slots && state.lateSlots.size < 64)',
    'if (state.slot - slot <= 2000 * max_term_slots && state.lateSlots.size < 64)',
  ]),
  breaks('5-resend', 'proposal-not-repeated', 'a leader whose proposal got lost waits for its next slot', [
    propose,
    'if (isWaitingForQuorum(state, leadership)) {',
    'if (isWaitingForQuorum(state, leadership) && state.now >= 0) {\n    return;\n  }\n  if (isWaitingForQuorum(state, leadership)) {',
  ]),
  breaks('5-term-views', 'views-of-every-slot', 'the views of a long term belong to several leaders', [
    'consensus/view.ts',
    'toSlot(slot - (slot % length));',
    'toSlot(slot - 0 * length);',
  ]),
  breaks('6-previous-set', 'previous-set-forgotten', 'after skipped epochs nobody can check what opens the new one', [
    'ledger/state-keys.ts',
    'return previous?.number === number ? previous : readEpochNumbered(state, number);',
    'return previous?.number === number + 1e9 ? previous : readEpochNumbered(state, number);',
  ]),
  breaks('6-skip', 'one-epoch-at-a-time', 'after a long halt every empty epoch must be closed by itself', [
    'ledger/block-execution.ts',
    'closeEpoch(context, overlay, number)',
    'closeEpoch(context, overlay, (epoch.number + 1) as typeof number)',
  ]),
  breaks('7-clock-suspect', 'wrong-clock-signs', 'a validator whose clock is known to be wrong goes on', [
    safety,
    'if (config.signer === undefined || state.clockSuspect) return false;',
    'if (config.signer === undefined) return false;',
  ]),
];

/** Where a mistake shows only against one kind of liar or fault, the hunt goes there at once. */
export const settings: Readonly<Record<string, Setting>> = {
  'half-quorum': { faults: ['halves'] },
  'votes-for-anything': { roles: ['equivocating leader', 'equivocating voter'], faults: ['loss', 'delay'] },
  'no-watermark': { roles: ['equivocating leader'], faults: ['delay'] },
  'prepare-forgotten': { roles: ['equivocating leader'], faults: ['delay'] },
  'commit-below-watermark': { roles: ['certificate hider'], faults: ['delay', 'loss'] },
  'commit-not-noted': { faults: ['crash', 'loss', 'delay'] },
  'no-lock': { roles: ['lock ignorer', 'stale proposer'], faults: ['loss', 'delay', 'halves'] },
  'lock-never-rises': { roles: ['certificate hider'], faults: ['loss', 'delay', 'crash'] },
  'lock-falls': { roles: ['epoch replayer', 'stale proposer'], faults: ['loss', 'delay'] },
  'anyone-leads': { roles: ['stale proposer', 'equivocating leader'], faults: ['delay'] },
  unexecuted: { roles: ['equivocating leader'], faults: ['delay'] },
  'another-block': { roles: ['equivocating leader'], faults: ['delay'] },
  'send-before-persist': { faults: ['crash in a write'] },
  'never-persisted': { faults: ['crash', 'crash of all'] },
  'bodies-dropped': { faults: ['crash of all', 'loss', 'delay'] },
  'lower-lock-at-start': { faults: ['crash', 'crash of all', 'delay'] },
  'rank-by-view-alone': { roles: ['epoch replayer'], faults: ['delay', 'loss'] },
  'qc-opens-epoch': { roles: ['epoch replayer'], faults: ['delay', 'halves'] },
  'old-epoch-moves-the-lock': { roles: ['epoch replayer'], faults: ['delay', 'loss'] },
  'signs-before-it-caught-up': { faults: ['old disk', 'crash'] },
  'nobody-helps': { faults: ['isolated leader', 'crash', 'halves'] },
  'nobody-asks': { faults: ['isolated leader', 'crash', 'halves'] },
  'prepared-is-final': { faults: ['halves', 'loss', 'delay'] },
  'fork-finalised': { faults: ['loss', 'delay'] },
  'waits-for-ever': { faults: ['crash', 'loss'] },
  'stake-not-counted': { roles: ['certificate forger'], faults: ['delay'] },
  'signer-counted-twice': { roles: ['certificate forger'], faults: ['delay'] },
  'signatures-unchecked': { roles: ['certificate forger'], faults: ['delay'] },
  'previous-set-forgotten': { faults: ['crash of all'] },
  'again-unjustified': { faults: ['loss', 'delay', 'crash'] },
  'terms-never-lengthen': { faults: ['delay'] },
  'votes-of-any-time': { roles: ['future flooder'], faults: ['delay'] },
};

export const unbroken: readonly Unbroken[] = [];
