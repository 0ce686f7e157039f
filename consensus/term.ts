/**
 * Terms: how many slots one leader gets. One, unless proposals keep arriving after their slot; then 2, 4 or 8, until
 * the next finality. Nodes may differ: that costs time, never safety. PROTOCOL section 5, longer terms.
 */
import type { Slot } from '../ledger/values/numbers.js';
import type { CoreState } from './core-state.js';
import { termStart } from './view.js';

/** [5-longer-terms] Late slots since the last finality, and the term from there on. */
const steps: readonly (readonly [late: number, slots: number])[] = [
  [12, 8],
  [6, 4],
  [3, 2],
];

export function termLength(state: CoreState): number {
  const late = state.lateSlots.size;
  const slots = steps.find(([from]) => late >= from)?.[1] ?? 1;
  return Math.min(slots, state.config.parameters.max_term_slots);
}

export const currentTerm = (state: CoreState): Slot => termStart(state.slot, termLength(state));

/** Whether the term of a view in `slot` has begun and is not over. */
export function termHolds(state: CoreState, slot: Slot): boolean {
  return slot <= state.slot && state.slot < slot + termLength(state);
}

/** Counts a proposal whose term is over, if it is not older than any term can be. */
export function noteLate(state: CoreState, slot: Slot): void {
  const { max_term_slots } = state.config.parameters;
  if (state.slot - slot <= 2 * max_term_slots && state.lateSlots.size < 64) state.lateSlots.add(slot);
}

/** Unix ms at which a slot starts. */
export const slotStart = (state: CoreState, slot: Slot): number =>
  state.config.genesisTime + slot * state.config.parameters.slot_duration_ms;

/** delta, multiplied by the term's length. */
export const delta = (state: CoreState): number => state.config.parameters.delta_ms * termLength(state);
