/** A slot begins: a term may begin with it, and its leader hears what everyone is locked on. PROTOCOL section 5, rule 1. */
import type { Slot } from '../ledger/values/numbers.js';
import { referenceTo } from './certificate.js';
import type { CoreState } from './core-state.js';
import type { NewView } from './messages.js';
import { newViewSigningText } from './new-view.js';
import { onNewView } from './on-new-view.js';
import { reconsider } from './on-proposal.js';
import { tryPropose } from './propose.js';
import { maySign } from './safety.js';
import { emit } from './send.js';
import { currentTerm, delta, slotStart } from './term.js';

export function onSlotStarted(state: CoreState, slot: Slot): void {
  if (slot < state.slot) return;
  state.slot = slot;
  const term = currentTerm(state);
  if (state.leadership !== undefined && state.leadership.termStart !== term) stopLeading(state);
  if (term === slot || state.leadership === undefined) enterTerm(state, term);
  reconsider(state);
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
  const newView = makeNewView(state, slot);
  if (newView === undefined) return;
  if (leader === self) onNewView(state, newView, undefined);
  else {
    const unfinal = state.lock.block !== state.tip.hash;
    const message = { type: 'new_view', new_view: newView, ...(unfinal ? { lock: state.lock } : {}) } as const;
    emit(state, { type: 'send', to: leader, message });
  }
}

export function stopLeading(state: CoreState): void {
  if (state.leadership === undefined) return;
  state.leadership = undefined;
  emit(state, { type: 'stop_timer', timer: 'delta' });
  emit(state, { type: 'stop_timer', timer: 'again' });
}

function makeNewView(state: CoreState, slot: Slot): NewView | undefined {
  const { signer, chain } = state.config;
  if (signer === undefined || !maySign(state)) return undefined;
  if (!state.epoch.validators.some(({ key }) => key === signer.publicKey)) return undefined;
  const body = {
    chain,
    epoch: state.epoch.number,
    slot,
    lock: referenceTo(state.lock),
    ...(state.lastPrepare === undefined ? {} : { last_prepare: state.lastPrepare }),
    final_index: state.tip.index,
  };
  return { ...body, validator: signer.publicKey, signature: signer.sign(newViewSigningText(body)) };
}

/** delta has passed since the term began: the leader need not hear from more validators. */
export function onDeltaTimer(state: CoreState): void {
  if (state.leadership === undefined) return;
  state.leadership.waited = true;
  tryPropose(state);
}
