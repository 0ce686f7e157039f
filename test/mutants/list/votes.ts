/** What a validator signs, once and above its lock. PROTOCOL section 5, rules 3 and 4. */
import { breaks, type Mutant, within } from '../mutant.js';

export const votes: readonly Mutant[] = [
  within(
    { roles: ['equivocating leader'], faults: ['delay'] },
    breaks('5-watermark', 'no-watermark', 'a validator votes twice in a view', [
      'consensus/safety.ts',
      'return view > watermark.view || (view === watermark.view && order[step] > order[watermark.step]);',
      'return view >= watermark.view;',
    ]),
  ),
  breaks('5-watermark', 'watermark-by-view', 'a validator that prepared may never commit in that view', [
    'consensus/safety.ts',
    'return view > watermark.view || (view === watermark.view && order[step] > order[watermark.step]);',
    'return view > watermark.view;',
  ]),
  within(
    { roles: ['equivocating leader'], faults: ['delay'] },
    breaks('5-watermark', 'prepare-forgotten', 'a prepare vote leaves no watermark: another may follow it', [
      'consensus/safety.ts',
      "raiseWatermark(state, vote.view, 'prepare');",
      'state.dirty = true;',
    ]),
  ),
  breaks('5-watermark', 'watermark-per-epoch', 'a node that comes back votes again in views of its past', [
    'consensus/core-state.ts',
    "watermark: voteState?.watermark ?? { view: toView(0), step: 'commit' },",
    "watermark: voteState?.watermark.step === 'commit' ? voteState.watermark : { view: toView(0), step: 'commit' },",
  ]),
  within(
    { roles: ['certificate hider'], faults: ['delay', 'loss'] },
    breaks('5-commit-once', 'commit-below-watermark', 'a commit vote in a view that a later vote has passed', [
      'consensus/safety.ts',
      "return maySign(state) && isAboveWatermark(state, view, 'commit');",
      "return maySign(state) && (isAboveWatermark(state, view, 'commit') || state.watermark.step !== 'commit');",
    ]),
  ),
  within(
    { faults: ['crash', 'loss', 'delay'] },
    breaks('5-commit-once', 'commit-not-noted', 'the commit vote leaves no watermark', [
      'consensus/safety.ts',
      "raiseWatermark(state, view, 'commit');",
      'state.dirty = view >= 0;',
    ]),
  ),
  within(
    { roles: ['lock ignorer', 'stale proposer'], faults: ['loss', 'delay', 'halves'] },
    breaks('5-lock', 'no-lock', 'a validator prepares below its lock: a final block can be replaced', [
      'consensus/safety.ts',
      'if (compareRanks(rank, locked) < 0) return',
      'if (compareRanks(rank, locked) < -1e9) return',
    ]),
  ),
  within(
    { roles: ['certificate hider'], faults: ['loss', 'delay', 'crash'] },
    breaks('5-lock-rises', 'lock-never-rises', 'whoever sees a QC is not locked on it', [
      'consensus/safety.ts',
      'return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;',
      "return certificate.phase === 'commit' && compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;",
    ]),
  ),
  within(
    { roles: ['epoch replayer', 'stale proposer'], faults: ['loss', 'delay'] },
    breaks('5-lock-rises', 'lock-falls', 'any certificate becomes the lock, an older one too', [
      'consensus/safety.ts',
      'return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;',
      'return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) !== 0;',
    ]),
  ),
  breaks(
    '5-justify-below-view',
    'justify-from-the-future',
    'a proposal rests on a certificate of its own or a later view',
    ['consensus/safety.ts', 'if (justify.view >= view) return', 'if (justify.view > view + 1e9) return'],
  ),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks(
      '5-extends',
      'parent-not-certified',
      'a block extends something else than what its justification certifies',
      [
        'consensus/safety.ts',
        'if (block.hash !== justify.block && block.prev_hash !== justify.block) {',
        'if (block.hash === justify.block && block.prev_hash === justify.block) {',
      ],
    ),
  ),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks('5-executes', 'unexecuted', 'blocks are voted for that do not execute to their roots', [
      'consensus/on-proposal.ts',
      "const outcome = again ? (isAtHand(state, block.hash) ? 'valid' : 'waiting') : executed(state, block.hash);",
      "const outcome = executed(state, block.hash) === 'waiting' ? 'waiting' : 'valid';",
    ]),
  ),
  breaks('5-term', 'term-never-over', 'a proposal of a past term is voted for', [
    'consensus/on-proposal.ts',
    'if (!termHolds(state, slot) && slot <= state.slot) {',
    'if (slot < 0) {',
  ]),
  breaks('7-held', 'no-holding', 'votes for proposals of slots that have not begun', [
    'consensus/on-proposal.ts',
    'if (slotOfView(state.config.parameters, proposal.view) > state.slot) {',
    'if (slotOfView(state.config.parameters, proposal.view) > state.slot + 1e6) {',
  ]),
  breaks('7-held', 'held-lost', 'a proposal that came early, or whose body was missing, is forgotten', [
    'consensus/on-proposal.ts',
    'if (other === undefined || other.proposal.view < input.proposal.view) state.held.set(slot, input);',
    'if (other !== undefined && other.proposal.view < input.proposal.view) state.held.set(slot, input);',
  ]),
  breaks('5-same-bytes', 'no-repetition', 'a lost vote is never sent again', [
    'consensus/on-proposal.ts',
    'if (lastPrepare?.view !== proposal.view || lastPrepare.block !== proposal.block) return false;',
    'if (lastPrepare?.view !== proposal.view || lastPrepare.block === proposal.block) return false;',
  ]),
  breaks('5-already-final', 'no-answer', 'a leader that missed the finality is left alone with its block', [
    'consensus/on-proposal.ts',
    'if (block.hash === state.tip.hash) {',
    'if (block.hash === state.lock.justify_view.toString()) {',
  ]),
  breaks('5-justify-first', 'justify-ignored', 'a QC that comes only with the next proposal is not learnt', [
    'consensus/on-proposal.ts',
    'onCertificate(state, input.justify);',
    'if (input.justify.view < 0) onCertificate(state, input.justify);',
  ]),
  within(
    { faults: ['clock step', 'clock offset'] },
    breaks('7-clock-suspect', 'wrong-clock-signs', 'a validator whose clock is known to be wrong goes on', [
      'consensus/safety.ts',
      'if (config.signer === undefined || state.clockSuspect) return false;',
      'if (config.signer === undefined) return false;',
    ]),
  ),
  breaks('5-executes', 'many-executions-at-once', 'a flood of proposals makes a node execute all of them at once', [
    'consensus/unfinal-blocks.ts',
    'if (state.validating === undefined) {',
    'if (state.validating !== hash) {',
  ]),
  breaks(
    '5-lock',
    'lock-not-raised-by-vote',
    'a validator does not lock on what it votes for',
    [
      'consensus/safety.ts',
      "  raiseLock(state, justify);\n  raiseWatermark(state, vote.view, 'prepare');",
      "  raiseWatermark(state, vote.view, 'prepare');",
    ],
    [
      'consensus/on-proposal.ts',
      'onCertificate(state, input.justify);',
      'if (input.justify.view < 0) onCertificate(state, input.justify);',
    ],
  ),
  breaks(
    '5-extends',
    'body-of-another-height',
    'who votes does not look at what the block hangs on, nor does who executes it',
    [
      'consensus/safety.ts',
      'if (block.hash !== justify.block && block.prev_hash !== justify.block) {',
      'if (block.hash === justify.block && block.prev_hash === justify.block) {',
    ],
    ['ledger/execute-block.ts', 'if (block.prev_hash !== parent) return', 'if (block.prev_hash === block.hash) return'],
  ),
  breaks(
    '5-lost-vote-state',
    'proposes-while-silent',
    'a validator that remembers nothing proposes in views in which it may have proposed',
    [
      'consensus/safety.ts',
      "return maySign(state) && isAboveWatermark(state, view, 'propose');",
      "return isAboveWatermark(state, view, 'propose');",
    ],
  ),
  breaks(
    '5-watermark',
    'proposes-twice',
    'a leader signs two proposals in one view',
    [
      'consensus/safety.ts',
      "export function mayPropose(state: CoreState, view: View): boolean {\n  return maySign(state) && isAboveWatermark(state, view, 'propose');",
      'export function mayPropose(state: CoreState, view: View): boolean {\n  return maySign(state) && view >= state.watermark.view;',
    ],
    [
      'consensus/propose.ts',
      'if (watermark.view >= view) view = toView(watermark.view + 1);',
      'if (watermark.view > view) view = toView(watermark.view + 1);',
    ],
  ),
];
