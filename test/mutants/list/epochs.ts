/** One set hands over to the next. PROTOCOL section 6. */
import { breaks, type Mutant, within } from '../mutant.js';

export const epochs: readonly Mutant[] = [
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks('6-block-epoch', 'any-epoch', 'a block names another epoch than its proposal', [
      'consensus/on-proposal.ts',
      'if (block.epoch !== proposal.epoch) return',
      'if (block.epoch > proposal.epoch + 1e6) return',
    ]),
  ),
  breaks('6-enter', 'opening-ranks-by-its-view', 'what an epoch begins with outranks its first certificates', [
    'consensus/rank.ts',
    '? { epoch: context.epoch.number, view: 0 }',
    '? { epoch: context.epoch.number, view: certificate.view + 1e9 }',
  ]),
  within(
    { roles: ['epoch replayer'], faults: ['delay', 'halves'] },
    breaks('6-finality-justifies', 'qc-opens-epoch', 'an epoch begins on a closing block that is not final', [
      'consensus/rank.ts',
      "certificate.block === base.block.hash && certificate.phase === 'commit';",
      'certificate.block === base.block.hash;',
    ]),
  ),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks(
      '6-closing-last',
      'closing-extended',
      'the old epoch goes on after the block that ends it',
      [
        'consensus/on-proposal.ts',
        'if (parent.next_epoch !== undefined && parent.epoch === block.epoch) {',
        'if (parent.next_epoch !== undefined && parent.epoch > block.epoch) {',
      ],
      [
        'consensus/propose.ts',
        'return block.next_epoch !== undefined && block.epoch === state.epoch.number && block.hash !== state.tip.hash;',
        'return block.next_epoch !== undefined && block.epoch > state.epoch.number;',
      ],
    ),
  ),
  breaks('6-closing-again', 'closing-not-again', 'a leader builds on a closing block that is not final', [
    'consensus/propose.ts',
    'return block.next_epoch !== undefined && block.epoch === state.epoch.number && block.hash !== state.tip.hash;',
    'return block.next_epoch !== undefined && block.epoch > state.epoch.number;',
  ]),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks('6-later-slot', 'epoch-in-the-same-slot', 'an epoch begins in the slot in which the one before ended', [
      'consensus/on-proposal.ts',
      'if (isOpening(state, justify) && justify.view > 0 &&',
      'if (isOpening(state, justify) && justify.view < 0 &&',
    ]),
  ),
  within(
    { roles: ['epoch replayer'], faults: ['delay', 'loss'] },
    breaks(
      '6-old-epoch',
      'old-epoch-moves-the-lock',
      'certificates of a closed epoch become locks, and commit votes follow them',
      [
        'consensus/on-certificate.ts',
        'if (certificate.epoch !== state.epoch.number) return;',
        'if (certificate.epoch < 0) return;',
      ],
      [
        'consensus/safety.ts',
        'if (!isOfEpoch(state, certificate)) return false;',
        'if (certificate.epoch < 0) return false;',
      ],
    ),
  ),
  within(
    { faults: ['old disk', 'crash'] },
    breaks('6-old-epoch', 'signs-before-it-caught-up', 'a node with an old ledger signs in an epoch it had left', [
      'consensus/safety.ts',
      'if (rankOf(state, state.lock).epoch > epoch.number) return false;',
      'if (rankOf(state, state.lock).epoch < 0) return false;',
    ]),
  ),
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
  within(
    { faults: ['isolated leader', 'crash', 'halves'] },
    breaks('6-help', 'nobody-helps', 'a node that missed the closing block is never told of it', [
      'consensus/help.ts',
      "emit(state, { type: 'help_behind', validator, final_index: finalIndex });",
      "if (finalIndex < 0) emit(state, { type: 'help_behind', validator, final_index: finalIndex });",
    ]),
  ),
  within(
    { faults: ['isolated leader', 'crash', 'halves'] },
    breaks('6-catch-up', 'nobody-asks', 'a node that hears of a later epoch does not ask for it', [
      'consensus/on-new-view.ts',
      'if (newView.epoch > epoch.number || newView.final_index > tip.index + 8) {',
      'if (newView.epoch < 0) {',
    ]),
  ),
  within(
    { faults: ['crash of all'] },
    breaks('6-previous-set', 'previous-set-forgotten', 'after skipped epochs nobody can check what opens the new one', [
      'ledger/state-keys.ts',
      'return previous?.number === number ? previous : readEpochNumbered(state, number);',
      'return previous?.number === number + 1e9 ? previous : readEpochNumbered(state, number);',
    ]),
  ),
  breaks('6-skip', 'one-epoch-at-a-time', 'after a long halt every empty epoch must be closed by itself', [
    'ledger/block-execution.ts',
    'closeEpoch(context, overlay, number)',
    'closeEpoch(context, overlay, (epoch.number + 1) as typeof number)',
  ]),
  breaks('6-help', 'help-only-across-epochs', 'who is behind within an epoch, and hears nobody else, is not helped', [
    'consensus/on-new-view.ts',
    'if (newView.final_index < state.finalAtSlot[1] ||',
    'if (newView.final_index < -1 ||',
  ]),
  breaks('6-help', 'helps-the-merely-late', 'who is behind by one block gets whole pages, every slot, from everyone', [
    'consensus/on-new-view.ts',
    'if (newView.final_index < state.finalAtSlot[1] ||',
    'if (newView.final_index < tip.index ||',
  ]),
  breaks(
    '6-help',
    'helped-for-old-words',
    'whoever says again what validators signed long ago has pages sent to all of them, every slot',
    [
      'consensus/help.ts',
      'slot + state.config.parameters.max_term_slots >= state.slot;',
      'slot + state.config.parameters.max_term_slots >= 0 * state.slot;',
    ],
  ),
  breaks('6-help', 'helped-without-end', 'one lagging validator makes others send pages for every message', [
    'consensus/help.ts',
    'state.helped.has(validator)) return;',
    'state.helped.size < 0) return;',
  ]),
  breaks('6-old-epoch', 'epochs-mixed-in-votes', 'a vote of a closed epoch is counted in this one', [
    'consensus/on-vote.ts',
    'if (vote.epoch !== epoch.number) {',
    'if (vote.epoch < 0) {',
  ]),
  breaks(
    '6-enter',
    'prepare-of-the-old-epoch',
    'a new-view names a prepare vote of an epoch that is over',
    [
      'consensus/safety.ts',
      'state.lastPrepare.epoch < state.epoch.number) state.lastPrepare = undefined;',
      'state.lastPrepare.epoch < 0) state.lastPrepare = undefined;',
    ],
    [
      'consensus/make-new-view.ts',
      '...(lastPrepare?.epoch === state.epoch.number ?',
      '...(lastPrepare !== undefined ?',
    ],
  ),
  breaks(
    '6-enter',
    'lock-of-the-later-epoch-lost',
    'a node that voted in an epoch before it crashed forgets that lock when its ledger comes back',
    [
      'consensus/safety.ts',
      'export function didEnterEpoch(state: CoreState, certificate: Certificate): void {\n  if (compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0) state.lock = certificate;',
      'export function didEnterEpoch(state: CoreState, certificate: Certificate): void {\n  state.lock = certificate;',
    ],
  ),
];
