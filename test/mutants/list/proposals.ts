/** What a proposal must be, and when a leader makes one. PROTOCOL section 5, rules 1 and 2. */
import { breaks, type Mutant, within } from '../mutant.js';

export const proposals: readonly Mutant[] = [
  within(
    { roles: ['stale proposer', 'equivocating leader'], faults: ['delay'] },
    breaks('5-leader', 'anyone-leads', 'whoever likes proposes in the slot of another', [
      'consensus/on-proposal.ts',
      'if (state.schedule.leader(slot) !== proposal.validator) {',
      'if (state.schedule.leader(slot) === undefined) {',
    ]),
  ),
  within(
    { faults: ['loss', 'delay', 'crash'] },
    breaks(
      '5-again',
      'again-unjustified',
      'a block proposed again is checked as if it were new: nothing uncertain is ever finished',
      [
        'consensus/on-proposal.ts',
        'if (block.hash === justify.block) return undefined;',
        'if (block.hash === state.tip.hash) return undefined;',
      ],
    ),
  ),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks('5-new-block', 'any-round', 'a new block claims a slot or round that is not of its view', [
      'consensus/on-proposal.ts',
      'if (viewAt(parameters, block.slot, block.round) !== proposal.view) {',
      'if (viewAt(parameters, block.slot, block.round) > proposal.view + 1e9) {',
    ]),
  ),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks('5-new-block', 'any-justify-view', 'a block states a justification that it does not have', [
      'consensus/on-proposal.ts',
      'if (block.justify_view !== justify.view) return',
      'if (block.justify_view > justify.view + 1e9) return',
    ]),
  ),
  within(
    { roles: ['misfit proposer'], faults: ['delay'] },
    breaks('5-new-block', 'any-index', 'a block skips heights', [
      'consensus/on-proposal.ts',
      'if (block.index !== parent.index + 1) return',
      'if (block.index < parent.index) return',
    ]),
  ),
  within(
    { roles: ['gate crasher'], faults: ['delay'] },
    breaks('5-proposal', 'another-block', 'a proposal for one block is taken with another', [
      'consensus/on-proposal.ts',
      'if (block.hash !== proposal.block) return',
      'if (block.hash === undefined) return',
    ]),
  ),
  breaks('5-next-round', 'waits-for-the-slot', 'a leader does not go on when the certificate of its round is there', [
    'consensus/on-certificate.ts',
    "else if (state.leadership !== undefined) tellSelf(state, { type: 'work_available' });",
    "else if (state.slot < 0) tellSelf(state, { type: 'work_available' });",
  ]),
  breaks('5-next-round', 'stays-on-a-lost-proposal', 'a leader whose lock rises waits for votes that nobody gives', [
    'consensus/propose.ts',
    'return compareRanks(rankOf(state, state.lock), rankOf(state, proposal.justify)) <= 0;',
    'return compareRanks(rankOf(state, state.lock), rankOf(state, proposal.justify)) <= 1e9;',
  ]),
  breaks('5-at-once', 'never-waits', 'a leader proposes before it knows the highest lock', [
    'consensus/propose.ts',
    'if (leadership.waited || leadership.last !== undefined) return true;',
    'if (leadership.termStart >= 0) return true;',
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
  breaks('5-slot-suffices', 'rounds-to-the-end', 'a proposal at the end of a slot that cannot be finished in it', [
    'consensus/propose.ts',
    'return end - state.now > state.finalityMs;',
    'return end - state.now > -1e9;',
  ]),
  within(
    { faults: ['crash', 'loss'] },
    breaks('5-delta', 'waits-for-ever', 'a leader without new-views of a quorum never proposes', [
      'consensus/on-slot.ts',
      'leadership.waited = true;',
      'leadership.waited = state.now < 0;',
    ]),
  ),
  breaks('5-enter', 'leader-not-told', 'nobody tells the leader of a slot what it is locked on', [
    'consensus/on-slot.ts',
    "emit(state, { type: 'send', to: leader, message });",
    "if (slot < 0) emit(state, { type: 'send', to: leader, message });",
  ]),
  breaks('5-idle', 'empty-blocks', 'blocks without anything to add are made and accepted', [
    'ledger/has-work.ts',
    'if (transactions > 0 || evidence > 0) return true;',
    'if (transactions >= 0 || evidence > 0) return true;',
  ]),
  breaks('5-resend', 'proposal-not-repeated', 'a leader whose proposal got lost waits for its next slot', [
    'consensus/propose.ts',
    'if (isWaitingForQuorum(state, leadership)) {',
    'if (isWaitingForQuorum(state, leadership) && state.now >= 0) {\n    return;\n  }\n  if (isWaitingForQuorum(state, leadership)) {',
  ]),
  breaks('5-no-room', 'no-room-for-two', 'proposals that have room for one are fetched in turn for ever', [
    'consensus/unfinal-blocks.ts',
    'if (line.includes(evicted)) state.held.delete(slot);',
    'if (line.includes(evicted)) state.held.has(slot);',
  ]),
  breaks(
    '5-no-room',
    'no-room-for-two-locks',
    'blocks of certificates that have room for one are fetched in turn for ever',
    [
      'consensus/unfinal-blocks.ts',
      'if (line.includes(evicted)) state.waiting.delete(block);',
      'if (line.includes(evicted)) state.waiting.has(block);',
    ],
  ),
  breaks('5-no-room', 'lower-lock-first', 'a lower certificate takes the room of the highest', [
    'consensus/unfinal-blocks.ts',
    '?? spare.find((hash) => !isInFirst(hash)) ?? spare[0]',
    '?? spare.find((hash) => isInFirst(hash)) ?? spare[0]',
  ]),
];
