/**
 * Helping whoever is behind: one node that knows the closing block final is enough to bring all others along. At most
 * once a slot for each validator. PROTOCOL section 6.
 */
import { type Height, type Slot, toHeight, type View } from '../ledger/values/numbers.js';
import type { PublicKey } from '../ledger/values/text.js';
import type { CoreState } from './core-state.js';
import { emit } from './send.js';
import { slotOfView } from './view.js';

/**
 * [6-help] Whether what was signed in this slot is answered: not longer ago than the longest term. Anybody can say it again, and
 * an answer is a page of blocks.
 */
export const isAnswered = (state: CoreState, slot: Slot): boolean =>
  slot + state.config.parameters.max_term_slots >= state.slot;

/** [6-help] Sends the final blocks after `finalIndex` to a validator that does not know them, by what it signed in `slot`. */
export function help(state: CoreState, validator: PublicKey, finalIndex: Height, slot: Slot): void {
  if (!isAnswered(state, slot)) return;
  if (validator === state.config.signer?.publicKey || state.helped.has(validator)) return;
  if (state.helped.size >= 2 * state.epoch.validators.length + 64) return;
  state.helped.add(validator);
  emit(state, { type: 'help_behind', validator, final_index: finalIndex });
}

/**
 * [6-help] A proposal or vote of an epoch that is closed. A view that is not above the closing block's finality is
 * only late: its sender will hear of the finality as everyone did.
 */
export function helpClosed(state: CoreState, validator: PublicKey, view: View): void {
  const { base } = state;
  if (view <= base.certificate.view) return;
  help(state, validator, toHeight(Math.max(0, base.block.index - 1)), slotOfView(state.config.parameters, view));
}
