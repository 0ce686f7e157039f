/** What must not be forgotten, and is on disk before anything leaves. PROTOCOL sections 5 and 8. */
import { breaks, type Mutant, within } from '../mutant.js';

export const voteState: readonly Mutant[] = [
  within(
    { faults: ['crash in a write'] },
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
  ),
  within(
    { faults: ['crash', 'crash of all'] },
    breaks('5-persist-first', 'never-persisted', 'a restarted validator remembers nothing it signed', [
      'consensus/take-effects.ts',
      'if (!state.dirty || !leaves ||',
      'if (state.dirty || !leaves ||',
    ]),
  ),
  within(
    { faults: ['crash of all', 'loss', 'delay'] },
    breaks('5-bodies', 'bodies-dropped', 'a crash of all leaves everyone locked on a block that nobody holds', [
      'consensus/take-effects.ts',
      'bodies: keptBodies(state)',
      'bodies: keptBodies(state).slice(1)',
    ]),
  ),
  breaks('5-bodies', 'lock-not-kept', 'who votes for much forgets the block that it is locked on', [
    'consensus/unfinal-blocks.ts',
    'for (const block of [state.lock.block, ...state.votedFor]) {',
    'for (const block of state.votedFor) {',
  ]),
  within(
    { roles: ['body burier'] },
    breaks('5-lock-at-hand', 'locked-on-nothing', 'everyone is locked on a block that nobody honest has any more', [
      'consensus/adopt.ts',
      'if (!isAtHand(state, certificate.block)) {',
      'if (!isAtHand(state, certificate.block) && state.slot < 0) {',
    ]),
  ),
  breaks('5-lock-at-hand', 'voted-into-nothing', 'a vote for a block proposed again locks on what is not here', [
    'consensus/on-proposal.ts',
    "(isAtHand(state, block.hash) ? 'valid' : 'waiting')",
    "(isAtHand(state, block.hash) ? 'valid' : 'valid')",
  ]),
  breaks('5-lock-at-hand', 'never-taken-up', 'a certificate whose block comes later never becomes the lock', [
    'consensus/adopt.ts',
    'if (found !== undefined) adopt(state, found);',
    'if (found === undefined) adopt(state, state.lock);',
  ]),
  breaks(
    '5-lock-at-hand',
    'lost-under-check',
    'what had no room while its transactions were checked counts as being at hand',
    [
      'server/replica/receive.ts',
      "      keepBody(block);\n      feed({ type: 'proposal'",
      "      feed({ type: 'proposal'",
    ],
  ),
  breaks('5-lock-at-hand', 'lack-untold', 'the core takes a block for being at hand that had no room', [
    'server/replica/block-tree.ts',
    '      onForgotten(block.hash);\n',
    '',
  ]),
  within(
    { faults: ['crash', 'crash of all', 'delay'] },
    breaks('8-higher-lock', 'lower-lock-at-start', 'a restarted validator takes the lower of its two locks', [
      'consensus/core-state.ts',
      'compareRanks(rank(voteState.lock), rank(lock)) > 0) lock = voteState.lock;',
      'compareRanks(rank(voteState.lock), rank(lock)) < 0) lock = voteState.lock;',
    ]),
  ),
  breaks(
    '5-lost-vote-state',
    'no-silence',
    'a validator without its vote state signs at once, perhaps what it had signed otherwise',
    [
      'consensus/core-state.ts',
      'silentBelow: isOver ? undefined : forgottenBelow,',
      'silentBelow: isOver || forgottenBelow !== undefined ? undefined : forgottenBelow,',
    ],
  ),
  breaks('5-lost-vote-state', 'silence-never-ends', 'a validator that lost its vote state never votes again', [
    'consensus/silence.ts',
    'return below !== undefined && epoch === context.epoch.number && view >= below;',
    'return below !== undefined && epoch === context.epoch.number && view < 0;',
  ]),
  breaks(
    '5-lost-vote-state',
    'opening-ends-silence',
    'what opened an epoch, certified again, counts as later than a vote in that epoch',
    [
      'consensus/silence.ts',
      'return below !== undefined && epoch === context.epoch.number && view >= below;',
      'return below !== undefined && certificate.view + 0 * view + 0 * epoch >= below;',
    ],
  ),
  breaks(
    '5-lost-vote-state',
    'silent-in-one-epoch',
    'a silence that is over in one epoch does not come back in the next',
    ['consensus/safety.ts', 'state.silentBelow = state.forgottenBelow;', 'state.dirty = true;'],
  ),
  breaks('5-lost-vote-state', 'silent-in-one-process', 'a restart forgets that the vote state was lost once', [
    'consensus/take-effects.ts',
    '...(forgottenBelow === undefined ? {} : { forgotten_below: forgottenBelow }),',
    '',
  ]),
  breaks('5-lost-vote-state', 'silent-in-every-epoch', 'an epoch that began after the loss is entered in silence', [
    'consensus/silence.ts',
    'return viewAt(parameters, block.slot, block.round) < view;',
    'return viewAt(parameters, block.slot, block.round) >= 0 && view > 0;',
  ]),
  breaks('8-unwritten', 'ahead-of-the-disk', 'proposals go on while the disk does not keep up', [
    'consensus/propose.ts',
    'if (state.tip.index - state.storedIndex >= state.limits.unstored) return;',
    'if (state.tip.index - state.storedIndex >= 1e9) return;',
  ]),
  breaks(
    '5-lost-vote-state',
    'no-slot-margin',
    'a validator without its vote state believes a certificate of the slot in which it stopped',
    [
      'consensus/silence.ts',
      'const margin = Math.ceil(max_clock_offset_ms / slot_duration_ms) + 1;',
      'const margin = Math.ceil(max_clock_offset_ms / slot_duration_ms);',
    ],
  ),
  breaks('5-lost-vote-state', 'no-offset-margin', 'the clock may have been ahead by the offset limit when it signed', [
    'consensus/silence.ts',
    'const margin = Math.ceil(max_clock_offset_ms / slot_duration_ms) + 1;',
    'const margin = 1;',
  ]),
  breaks('5-lost-vote-state', 'no-watermark-after-loss', 'after the silence a validator signs below what ended it', [
    'consensus/safety.ts',
    "if (isAboveWatermark(state, view, 'commit')) state.watermark = { view, step: 'commit' };",
    "if (view < 0) state.watermark = { view, step: 'commit' };",
  ]),
  breaks(
    '5-lost-vote-state',
    'silence-not-ended-by-peers',
    'a validator that is brought along by final blocks stays silent',
    [
      'consensus/on-final-advanced.ts',
      'endSilence(state, certificate);',
      'if (certificate.view < 0) endSilence(state, certificate);',
    ],
  ),
  breaks('5-old-vote-state', 'old-copy-believed', 'a validator signs again below what an older vote state forgot', [
    'server/replica/recover.ts',
    'if (certificate.signers.some((signer) => members[signer]?.key === ownKey)) return true;',
    'if (certificate.signers.some((signer) => members[signer]?.key === ownKey)) return false;',
  ]),
  breaks('5-whose-vote-state', 'another-key-believed', 'a key put beside a fresh vote state signs as if it never had', [
    'server/replica/recover.ts',
    'return (key ?? ownKey) !== ownKey ||',
    'return (key ?? ownKey) === undefined ||',
  ]),
  breaks(
    '5-whose-vote-state',
    'vote-of-another-key',
    'a new-view carries the last vote of another key, and is banned for it',
    [
      'server/replica/recover.ts',
      '(voteState.last_prepare?.validator ?? ownKey) !== ownKey;',
      '(voteState.last_prepare?.validator ?? ownKey) === undefined;',
    ],
  ),
  breaks(
    '5-whose-vote-state',
    'another-chain-believed',
    'a lock of another chain keeps a validator from voting for ever',
    [
      'server/storage/vote-state-file.ts',
      'if (is === undefined || expected === undefined || is === expected) return;',
      'if (is === undefined || expected === undefined || is.length === expected.length) return;',
    ],
  ),
  breaks('8-higher-lock', 'lock-of-the-ledger-alone', 'what was locked and not final is forgotten at a restart', [
    'consensus/core-state.ts',
    'if (voteState !== undefined && compareRanks(rank(voteState.lock), rank(lock)) > 0) lock = voteState.lock;',
    'if (voteState !== undefined && compareRanks(rank(voteState.lock), rank(lock)) > 1e12) lock = voteState.lock;',
  ]),
  breaks(
    '5-same-bytes',
    'last-vote-forgotten',
    'after a restart the last vote is neither named in new-views nor sent again',
    ['consensus/core-state.ts', 'lastPrepare: voteState?.last_prepare,', 'lastPrepare: undefined,'],
  ),
];
