/** Ends a step: what must be durable stands in front of everything that leaves. */
import type { CoreState } from './core-state.js';
import type { Effect } from './effect.js';
import { keptBodies } from './unfinal-blocks.js';

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
  const { lock, watermark, lastPrepare, forgottenBelow } = state;
  const vote_state = {
    version: 1,
    lock,
    watermark,
    ...(lastPrepare ? { last_prepare: lastPrepare } : {}),
    ...(forgottenBelow === undefined ? {} : { forgotten_below: forgottenBelow }),
  } as const;
  return [{ type: 'persist', vote_state, bodies: keptBodies(state) }, ...effects];
}
