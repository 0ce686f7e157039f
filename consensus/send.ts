/** How the core speaks: effects are collected in order, and its own messages come back to it before the step ends. */
import type { Slot } from '../ledger/values/numbers.js';
import type { PublicKey } from '../ledger/values/text.js';
import type { CoreState } from './core-state.js';
import type { Effect } from './effect.js';
import type { Input } from './input.js';
import type { ConsensusMessage } from './messages.js';

type OwnInput =
  | Omit<Extract<Input, { type: 'vote' }>, 'now'>
  | Omit<Extract<Input, { type: 'proposal' }>, 'now'>
  | Omit<Extract<Input, { type: 'certificate' }>, 'now'>
  | Omit<Extract<Input, { type: 'work_available' }>, 'now'>;

export const emit = (state: CoreState, effect: Effect): void => void state.outbox.push(effect);

/** The core's own messages are inputs like those of others, taken before the step ends. */
export function tellSelf(state: CoreState, input: OwnInput): void {
  // Nothing is signed that does not come by here, also where it is sent to nobody: a leader's own vote.
  const signed = input.type === 'vote' ? input.vote : input.type === 'proposal' ? input.proposal : undefined;
  if (signed !== undefined) state.config.onSigned?.(signed.view, signed.signature);
  state.ownInputs.push({ ...input, now: state.now });
}

export function refuse(state: CoreState, rule: string, reason: string, by?: PublicKey): void {
  emit(state, { type: 'refused', rule, reason, ...(by === undefined ? {} : { by }) });
}

/** To everyone, or to the leader of `slot` alone who spreads what comes of it: both are the same rules. */
export function sendVote(state: CoreState, message: ConsensusMessage, slot: Slot): void {
  const leader = state.schedule.leader(slot);
  if (state.config.parameters.vote_routing === 'everyone') emit(state, { type: 'broadcast', message });
  else if (leader !== state.config.signer?.publicKey) emit(state, { type: 'send', to: leader, message });
}
