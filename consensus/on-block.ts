/** Answers about blocks: a body came, an execution ended. */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Hash } from '../ledger/values/text.js';
import type { CoreState } from './core-state.js';
import { finalise } from './on-certificate.js';
import { reconsider } from './on-proposal.js';
import { tryPropose } from './propose.js';
import { refuse } from './send.js';

export function onBlockFetched(state: CoreState, block: HashedHeader): void {
  state.fetching.delete(block.hash);
  if (block.index <= state.tip.index) return;
  if (!state.headers.has(block.hash)) state.headers.set(block.hash, block);
  if (state.awaitingBody !== undefined) finalise(state, state.awaitingBody);
  reconsider(state);
  tryPropose(state);
}

export function onBlockValidated(state: CoreState, block: Hash, valid: boolean, reason: string | undefined): void {
  state.validity.set(block, valid ? 'valid' : 'invalid');
  // [5-executes] A block that does not execute to its stated roots gets no vote.
  if (!valid) refuse(state, '5-executes', reason ?? 'the block does not execute');
  reconsider(state);
  if (valid) tryPropose(state);
}
