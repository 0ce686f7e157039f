/** A vote arrives: it is counted once, and more than 2/3 of the stake makes a certificate. PROTOCOL section 5. */
import { toSlot } from '../ledger/values/numbers.js';
import type { Vote } from '../ledger/values/vote.js';
import { assembleCertificate } from './certificate.js';
import type { CoreState } from './core-state.js';
import { showProposal } from './equivocation.js';
import { helpClosed } from './help.js';
import { remember, sameVotes, stakeBehind } from './known-votes.js';
import { isQuorum, memberIndex, stakeOf, totalStake } from './quorum.js';
import { emit, refuse, tellSelf } from './send.js';
import { slotOfView } from './view.js';

export function onVote(state: CoreState, vote: Vote): void {
  const { epoch, config } = state;
  if (vote.epoch !== epoch.number) {
    helpClosed(state, vote.validator, vote.view);
    return;
  }
  if (memberIndex(epoch, vote.validator) < 0) {
    refuse(state, '5-member', 'the voter is not in the set', vote.validator);
    return;
  }
  const slot = slotOfView(config.parameters, vote.view);
  if (slot > toSlot(state.slot + 2 * config.parameters.max_term_slots)) {
    refuse(state, '5-future-view', `slot ${slot} is far ahead`, vote.validator);
    return;
  }
  if (!remember(state, vote)) return;
  showProposal(state, vote, [vote.validator]);
  const stake = stakeBehind(state, vote);
  // [5-quorum] Strictly more than 2/3.
  const total = totalStake(epoch);
  if (!isQuorum(stake, total) || isQuorum(stake - stakeOf(epoch, [vote.validator]), total)) return;
  const certificate = assembleCertificate(epoch, sameVotes(state, vote));
  const leads = state.schedule.leader(slot) === config.signer?.publicKey;
  if (config.parameters.vote_routing === 'leader' && leads) {
    emit(state, { type: 'broadcast', message: { type: 'certificate', certificate } });
  }
  tellSelf(state, { type: 'certificate', certificate });
}
