/** Whether a block would have anything to carry: one without is invalid. PROTOCOL section 5, idle. */
import type { LedgerContext } from './context.js';
import { epochOfSlot, hasDuePayouts, hasPendingSetChange } from './epoch-transition.js';
import { readEpoch, readTip } from './state-keys.js';
import type { Slot } from './values/numbers.js';
import type { StateReader } from './values/state.js';

/** @param transactions how many the block could carry. @param evidence how many proofs of misbehaviour it could. */
export function hasWork(
  context: LedgerContext,
  state: StateReader,
  slot: Slot,
  transactions: number,
  evidence: number,
): boolean {
  if (transactions > 0 || evidence > 0) return true;
  const { heartbeat_slots } = context.genesis.parameters;
  if (heartbeat_slots > 0 && slot - readTip(state).slot >= heartbeat_slots) return true;
  const number = epochOfSlot(context, slot);
  if (number <= readEpoch(state).number) return false;
  return hasDuePayouts(state, number) || hasPendingSetChange(context, state, number);
}
