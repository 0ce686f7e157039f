/** A slot begins: a term may begin with it, and its leader hears what everyone is locked on. PROTOCOL section 5, rule 1. */
import { type Slot, toHeight } from '../ledger/values/numbers.js';
import { adoptWaiting } from './adopt.js';
import type { CoreState } from './core-state.js';
import { makeNewView } from './make-new-view.js';
import { finalise } from './on-certificate.js';
import { onNewView } from './on-new-view.js';
import { reconsider } from './on-proposal.js';
import { tryPropose } from './propose.js';
import { compareRanks, rankOf } from './rank.js';
import { emit } from './send.js';
import { currentTerm, delta, slotStart } from './term.js';

export function onSlotStarted(state: CoreState, slot: Slot): void {
  // [7-set-back] Also back, where the clock was ahead: what was signed until then binds by the watermark, as after a restart.
  if (slot !== state.slot) newSlot(state, slot);
  adoptWaiting(state);
  const term = currentTerm(state);
  if (state.leadership !== undefined && state.leadership.termStart !== term) stopLeading(state);
  if (term === slot || state.leadership === undefined) enterTerm(state, term);
  if (state.awaitingBody !== undefined) finalise(state, state.awaitingBody);
  reconsider(state);
  tryPropose(state);
}

/** What is counted by the slot begins anew; what was asked and not answered is asked again. */
function newSlot(state: CoreState, slot: Slot): void {
  state.slot = slot;
  state.helped.clear();
  state.asked.clear();
  state.shown.clear();
  state.fetching.clear();
  state.validating = undefined;
  if (state.claimedFinal > state.tip.index) {
    emit(state, { type: 'catch_up', from_index: toHeight(state.tip.index + 1) });
  }
  state.claimedFinal = toHeight(0);
  state.finalAtSlot = [state.tip.index, state.finalAtSlot[0]];
}

/** Starts the term of `slot` as far as this node is concerned. Also called when the epoch changes within a slot. */
export function enterTerm(state: CoreState, slot: Slot): void {
  const leader = state.schedule.leader(slot);
  const self = state.config.signer?.publicKey;
  if (leader === self && state.leadership?.termStart !== slot) {
    const leadership = { termStart: slot, newViews: new Map(), waited: false, nextRound: 0 } as const;
    state.leadership = { ...leadership, building: undefined, last: undefined };
    emit(state, { type: 'start_timer', timer: 'delta', at: slotStart(state, slot) + delta(state) });
  }
  takeEarlyNewViews(state, slot);
  const newView = makeNewView(state, slot);
  if (newView === undefined) return;
  if (leader === self) onNewView(state, newView, undefined);
  else {
    const unfinal = state.lock.block !== state.tip.hash;
    const message = { type: 'new_view', new_view: newView, ...(unfinal ? { lock: state.lock } : {}) } as const;
    emit(state, { type: 'send', to: leader, message });
  }
}

function takeEarlyNewViews(state: CoreState, slot: Slot): void {
  for (const [validator, newView] of [...state.earlyNewViews]) {
    if (newView.slot > slot) continue;
    state.earlyNewViews.delete(validator);
    if (newView.slot === slot) state.leadership?.newViews.set(validator, newView);
  }
}

export function stopLeading(state: CoreState): void {
  if (state.leadership === undefined) return;
  state.leadership = undefined;
  emit(state, { type: 'stop_timer', timer: 'delta' });
  emit(state, { type: 'stop_timer', timer: 'again' });
}

/** delta has passed since the term began: the leader need not hear from more validators. */
export function onDeltaTimer(state: CoreState): void {
  const { leadership } = state;
  if (leadership === undefined || leadership.waited) return;
  let due = slotStart(state, leadership.termStart) + delta(state);
  // [5-lock-request] A lock above this one was named: its bytes were asked for and may take a round trip more.
  const above = [...leadership.newViews.values()].some(
    ({ lock }) => compareRanks(rankOf(state, lock), rankOf(state, state.lock)) > 0,
  );
  if (above) due += 2 * state.config.parameters.network_delay_ms;
  if (state.now < due) {
    emit(state, { type: 'start_timer', timer: 'delta', at: due });
    return;
  }
  leadership.waited = true;
  tryPropose(state);
}
