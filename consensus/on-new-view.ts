/** A validator tells the leader what it is locked on and what it last prepared. PROTOCOL section 5, rules 1 and 2. */
import { toHeight } from '../ledger/values/numbers.js';
import type { Certificate } from '../ledger/values/vote.js';
import type { CoreState } from './core-state.js';
import { help } from './help.js';
import { makeNewView } from './make-new-view.js';
import type { NewView } from './messages.js';
import { onCertificate } from './on-certificate.js';
import { onVote } from './on-vote.js';
import { tryPropose } from './propose.js';
import { memberIndex } from './quorum.js';
import { compareRanks, isOfEpoch, rankOf } from './rank.js';
import { emit, refuse } from './send.js';

export function onNewView(state: CoreState, newView: NewView, lock: Certificate | undefined): void {
  const { epoch, tip } = state;
  // [6-help] Whoever is behind gets the final blocks it misses. One behind by what became final just now is not behind.
  if (newView.final_index < state.finalAtSlot[1] || (newView.epoch < epoch.number && newView.final_index < tip.index)) {
    help(state, newView.validator, newView.final_index, newView.slot);
  }
  // [6-catch-up] Whoever is ahead is asked, at once when far or an epoch ahead, else if it is still so at the next slot.
  if (newView.epoch > epoch.number || newView.final_index > tip.index + 8) {
    emit(state, { type: 'catch_up', from_index: toHeight(tip.index + 1) });
  }
  if (newView.final_index > state.claimedFinal) state.claimedFinal = newView.final_index;
  if (newView.epoch !== epoch.number) return;
  if (memberIndex(epoch, newView.validator) < 0) {
    refuse(state, '5-member', 'the sender is not in the set', newView.validator);
    return;
  }
  if (lock !== undefined) onCertificate(state, lock);
  // [5-assemble] From the votes in new-views the leader may make a QC that nobody else has.
  if (newView.last_prepare !== undefined) onVote(state, newView.last_prepare);
  exchangeLocks(state, newView, lock);
  const { leadership } = state;
  if (leadership !== undefined && leadership.termStart === newView.slot) {
    leadership.newViews.set(newView.validator, newView);
    tryPropose(state);
  } else if (newView.slot > state.slot) {
    // The sender's clock is ahead, within the limit or not: one new-view of each validator waits for its slot.
    state.earlyNewViews.set(newView.validator, newView);
  }
}

/**
 * A new-view names its lock; the bytes come on request. [5-lock-request] The request is the asker's own new-view of the
 * slot, the answer whatever certificate ranks above what that new-view names.
 */
function exchangeLocks(state: CoreState, newView: NewView, lock: Certificate | undefined): void {
  const self = state.config.signer?.publicKey;
  if (self === undefined || newView.validator === self || state.asked.has(newView.validator)) return;
  const difference = compareRanks(rankOf(state, newView.lock), rankOf(state, state.lock));
  const leads = state.schedule.leader(newView.slot) === self;
  if (leads && difference > 0 && lock === undefined) {
    const own = makeNewView(state, newView.slot);
    if (own === undefined) return;
    state.asked.add(newView.validator);
    emit(state, { type: 'send', to: newView.validator, message: { type: 'new_view', new_view: own } });
  } else if (!leads && difference < 0 && isOfEpoch(state, state.lock)) {
    state.asked.add(newView.validator);
    emit(state, { type: 'send', to: newView.validator, message: { type: 'certificate', certificate: state.lock } });
  }
}
