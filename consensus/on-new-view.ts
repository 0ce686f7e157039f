/** A validator tells the leader what it is locked on and what it last prepared. PROTOCOL section 5, rules 1 and 2. */
import { toHeight } from '../ledger/values/numbers.js';
import type { Certificate } from '../ledger/values/vote.js';
import type { CoreState } from './core-state.js';
import type { NewView } from './messages.js';
import { onCertificate } from './on-certificate.js';
import { onVote } from './on-vote.js';
import { tryPropose } from './propose.js';
import { memberIndex } from './quorum.js';
import { emit, refuse } from './send.js';

export function onNewView(state: CoreState, newView: NewView, lock: Certificate | undefined): void {
  const { epoch, tip } = state;
  // [6-help] Whoever is behind gets the final blocks it misses; whoever is ahead is asked for them.
  if (newView.epoch < epoch.number || newView.final_index < tip.index) {
    emit(state, { type: 'help_behind', validator: newView.validator, final_index: newView.final_index });
  }
  if (newView.epoch > epoch.number || newView.final_index > tip.index) {
    emit(state, { type: 'catch_up', from_index: toHeight(tip.index + 1) });
  }
  if (newView.epoch !== epoch.number) return;
  if (memberIndex(epoch, newView.validator) < 0) {
    refuse(state, '5-member', 'the sender is not in the set', newView.validator);
    return;
  }
  if (lock !== undefined) onCertificate(state, lock);
  // [5-assemble] From the votes in new-views the leader may make a QC that nobody else has.
  if (newView.last_prepare !== undefined) onVote(state, newView.last_prepare);
  const { leadership } = state;
  if (leadership === undefined || leadership.termStart !== newView.slot) return;
  leadership.newViews.set(newView.validator, newView);
  tryPropose(state);
}
