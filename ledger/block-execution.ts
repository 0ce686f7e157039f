/**
 * The one order in which a block changes the state, for those who make blocks and those who check them: evidence,
 * transactions, fees, nonce material, epoch change, tip, state tree.
 */
import { credit } from './apply-transaction.js';
import type { LedgerContext } from './context.js';
import { countsForNonce, withVrfOutput } from './epoch-nonce.js';
import { closeEpoch, epochOfSlot } from './epoch-transition.js';
import type { Overlay } from './overlay.js';
import { nonceMaterialKey, readEpoch, readNonceMaterial, readTip, tipKey } from './state-keys.js';
import { updateTree } from './state-tree/update-tree.js';
import { assert } from './values/assertion.js';
import type { NextEpoch } from './values/block.js';
import { type Slot, toHeight } from './values/numbers.js';
import type { EpochEntry, Receipt, StateChanges } from './values/state.js';
import type { Hash, PublicKey } from './values/text.js';

/** What a block came to. */
export interface Executed {
  readonly changes: StateChanges;
  readonly receipts: readonly Receipt[];
  /** The epoch that governs the next block. */
  readonly epoch: EpochEntry;
  /** The block was closing. */
  readonly epochChanged: boolean;
  /** Burnt by this block's evidence. */
  readonly burnt: number;
}

export interface Finish {
  readonly slot: Slot;
  readonly round: number;
  readonly proposer: PublicKey;
  readonly fees: number;
  /** The output of the block's VRF proof, where it carries one. */
  readonly vrfOutput: string | undefined;
}

export interface Finished {
  readonly epoch: EpochEntry;
  readonly nextEpoch: NextEpoch | undefined;
}

/** All that comes after the last transaction, but for the state tree. */
export function finishBlock(context: LedgerContext, overlay: Overlay, finish: Finish): Finished {
  const { slot, round, vrfOutput } = finish;
  const epoch = readEpoch(overlay);
  const proposer = epoch.validators.find(({ key }) => key === finish.proposer);
  assert(proposer !== undefined, 'the proposer is a member of the set');
  credit(overlay, proposer.owner, finish.fees);
  if (vrfOutput !== undefined && countsForNonce(slot, epoch.number, context.genesis.parameters.slots_per_epoch)) {
    const digest = withVrfOutput(context.crypto, readNonceMaterial(overlay).digest, vrfOutput);
    overlay.set(nonceMaterialKey, { kind: 'nonce_material', digest });
  }
  const number = epochOfSlot(context, slot);
  const next = number > epoch.number ? closeEpoch(context, overlay, number) : undefined;
  const tip = readTip(overlay);
  const vrfSlot = vrfOutput === undefined ? tip.vrf_slot : slot;
  overlay.set(tipKey, {
    kind: 'tip',
    index: toHeight(tip.index + 1),
    slot,
    round,
    ...(vrfSlot === undefined ? {} : { vrf_slot: vrfSlot }),
  });
  return {
    epoch: next ?? epoch,
    nextEpoch: next && { number: next.number, validators_hash: next.validators_hash, nonce: next.nonce },
  };
}

/** Brings the state tree up to date with all that the overlay changed. @returns its root */
export function finishTree(context: LedgerContext, overlay: Overlay): Hash {
  const tree = updateTree(context.crypto, overlay, overlay.changes().entries);
  for (const [path, text] of tree.nodes) overlay.setNode(path, text);
  return tree.root;
}
