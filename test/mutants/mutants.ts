/**
 * The list of deliberate breakages, one line of source each. One rule: the simulator or the fast tests notice every one
 * of them, and a text that is no longer in the sources fails the run.
 */
import type { Mutant, Unbroken } from './mutant.js';

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
  breaks('5-watermark', 'proposal-forgotten', 'a leader that crashed proposes a second block in its view', [
    safety,
    "raiseWatermark(state, view, 'propose');",
    'state.dirty = view >= 0;',
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
  breaks(
    '5-extends',
    'parent-not-certified',
    'a block extends something else than what its justification certifies',
    [
      safety,
      'if (block.hash !== justify.block && block.prev_hash !== justify.block) {',
      'if (block.hash === justify.block && block.prev_hash === justify.block) {',
    ],
    [
      proposal,
      'if (block.prev_hash !== justify.block) return',
      'if (block.prev_hash === justify.block && block.hash === justify.block) return',
    ],
  ),
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
];

export const unbroken: readonly Unbroken[] = [];
