/** Answers about blocks: a body came, an execution ended. */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Hash } from '../ledger/values/text.js';
import { adoptWaiting } from './adopt.js';
import type { CoreState } from './core-state.js';
import { finalise } from './on-certificate.js';
import { reconsider } from './on-proposal.js';
import { tryPropose } from './propose.js';
import { refuse } from './send.js';
import { keepHeader } from './unfinal-blocks.js';

export function onBlockFetched(state: CoreState, block: HashedHeader): void {
  state.fetching.delete(block.hash);
  keepHeader(state, block);
  adoptWaiting(state);
  if (state.awaitingBody !== undefined) finalise(state, state.awaitingBody);
  reconsider(state);
  tryPropose(state);
}

/** @param problem why it does not execute; undefined: it does */
export function onBlockValidated(state: CoreState, block: Hash, problem: string | undefined): void {
  if (state.validating === block) state.validating = undefined;
  if (state.headers.has(block)) state.validity.set(block, problem === undefined ? 'valid' : 'invalid');
  // [5-executes] A block that does not execute to its stated roots gets no vote.
  if (problem !== undefined) refuse(state, '5-executes', problem);
  reconsider(state);
  tryPropose(state);
}
