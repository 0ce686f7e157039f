/** A view is one integer: slot * rounds_per_slot + round. PROTOCOL section 5. */
import type { Parameters } from '../ledger/values/genesis.js';
import { type Slot, toSlot, toView, type View } from '../ledger/values/numbers.js';
import type { Vote } from '../ledger/values/vote.js';

type Rounds = Pick<Parameters, 'rounds_per_slot'>;

export const viewAt = (parameters: Rounds, slot: Slot, round: number): View =>
  toView(slot * parameters.rounds_per_slot + round);

export const slotOfView = (parameters: Rounds, view: View): Slot =>
  toSlot(Math.floor(view / parameters.rounds_per_slot));

export const roundOfView = (parameters: Rounds, view: View): number => view % parameters.rounds_per_slot;

/** Names a vote among those of one validator and epoch. A number is looked up faster than a text, and views are above 0. */
export const voteKey = (view: number, phase: Vote['phase']): number => (phase === 'commit' ? -view : view);

/** First slot of the term of `length` slots that holds `slot`. All views of a term belong to its first slot. */
export const termStart = (slot: Slot, length: number): Slot => toSlot(slot - (slot % length));
