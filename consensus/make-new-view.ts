/** What a validator tells a slot's leader. PROTOCOL section 5, rule 1. */
import type { Slot } from '../ledger/values/numbers.js';
import { referenceTo } from './certificate.js';
import type { CoreState } from './core-state.js';
import type { NewView } from './messages.js';
import { newViewSigningText } from './new-view.js';
import { maySign } from './safety.js';

/** @returns undefined when this node signs nothing now */
export function makeNewView(state: CoreState, slot: Slot): NewView | undefined {
  const { signer, chain } = state.config;
  if (signer === undefined || !maySign(state)) return undefined;
  const { lastPrepare } = state;
  const body = {
    chain,
    epoch: state.epoch.number,
    slot,
    lock: referenceTo(state.lock),
    ...(lastPrepare?.epoch === state.epoch.number ? { last_prepare: lastPrepare } : {}),
    final_index: state.tip.index,
  };
  return { ...body, validator: signer.publicKey, signature: signer.sign(newViewSigningText(body)) };
}
