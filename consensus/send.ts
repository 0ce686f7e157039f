/** How the core speaks: effects are collected in order; a step ends with what must be durable put in front of them. */
import type { Slot } from '../ledger/values/numbers.js';
import type { PublicKey } from '../ledger/values/text.js';
import { maxKeptBodies } from './config.js';
import { type CoreState, pathFromTip } from './core-state.js';
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
export const tellSelf = (state: CoreState, input: OwnInput): void => void state.todo.push({ ...input, now: state.now });

export function refuse(state: CoreState, rule: string, reason: string, by?: PublicKey): void {
  emit(state, { type: 'refused', rule, reason, ...(by === undefined ? {} : { by }) });
}

/** To everyone, or to the leader of `slot` alone who spreads what comes of it: both are the same rules. */
export function sendVote(state: CoreState, message: ConsensusMessage, slot: Slot): void {
  const leader = state.schedule.leader(slot);
  if (state.config.parameters.vote_routing === 'everyone') emit(state, { type: 'broadcast', message });
  else if (leader !== state.config.signer?.publicKey) emit(state, { type: 'send', to: leader, message });
}

/**
 * Ends a step. [5-persist-first] Whatever was signed in it depends on the vote state, so the vote state goes first.
 * Nothing is written when nothing leaves.
 */
export function takeEffects(state: CoreState): readonly Effect[] {
  const effects = state.outbox;
  state.outbox = [];
  const leaves = effects.some(({ type }) => type === 'broadcast' || type === 'send' || type === 'finalise');
  if (!state.dirty || !leaves || state.config.signer === undefined || state.silentBelow !== undefined) return effects;
  state.dirty = false;
  const { lock, watermark, lastPrepare } = state;
  const vote_state = { version: 1, lock, watermark, ...(lastPrepare ? { last_prepare: lastPrepare } : {}) } as const;
  return [{ type: 'persist', vote_state, bodies: keptBodies(state) }, ...effects];
}

/** The blocks voted for and their ancestors that are not final. */
function keptBodies(state: CoreState) {
  const bodies = new Set<`0x${string}`>();
  for (const block of [...state.votedFor].slice(-maxKeptBodies)) {
    for (const header of pathFromTip(state, block) ?? []) bodies.add(header.hash);
  }
  return [...bodies];
}
