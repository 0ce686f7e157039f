/** Answers about blocks: a body came, an execution ended. */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Hash } from '../ledger/values/text.js';
import type { CoreState } from './core-state.js';
import { finalise } from './on-certificate.js';
import { reconsider } from './on-proposal.js';
import { tryPropose } from './propose.js';
import { refuse } from './send.js';
import { keepHeader } from './unfinal-blocks.js';

export function onBlockFetched(state: CoreState, block: HashedHeader): void {
  state.fetching.delete(block.hash);
  keepHeader(state, block);
  if (state.awaitingBody !== undefined) finalise(state, state.awaitingBody);
  reconsider(state);
  tryPropose(state);
}

export function onBlockValidated(state: CoreState, block: Hash, valid: boolean, reason: string | undefined): void {
  if (state.validating === block) state.validating = undefined;
  if (state.headers.has(block)) state.validity.set(block, valid ? 'valid' : 'invalid');
  // [5-executes] A block that does not execute to its stated roots gets no vote.
  if (!valid) refuse(state, '5-executes', reason ?? 'the block does not execute');
  reconsider(state);
  tryPropose(state);
}
