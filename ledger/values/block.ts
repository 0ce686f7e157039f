/** Blocks travel flat: header fields and `hash` at the top level. PROTOCOL section 3. */
import type { Epoch, Height, Slot, View } from './numbers.js';
import type { ChainId, Hash, PublicKey, VrfProof } from './text.js';
import type { Transaction } from './transaction.js';
import type { Evidence } from './vote.js';

/** Stated by a closing block: the epoch that follows it. PROTOCOL section 6. */
export interface NextEpoch {
  readonly number: Epoch;
  readonly validators_hash: Hash;
  readonly nonce: Hash;
}

export interface BlockHeader {
  readonly version: 1;
  readonly chain: ChainId;
  readonly index: Height;
  /** The set that elects and certifies this block. */
  readonly epoch: Epoch;
  readonly slot: Slot;
  readonly round: number;
  readonly prev_hash: Hash;
  readonly justify_view: View;
  /** Validator key of leader(slot). */
  readonly proposer: PublicKey;
  readonly tx_root: Hash;
  readonly evidence_root: Hash;
  readonly state_root: Hash;
  readonly validators_hash: Hash;
  readonly next_epoch?: NextEpoch;
  /** On the leader's first block of a slot in its chain. PROTOCOL section 4. */
  readonly vrf?: VrfProof;
  /** Only where genesis sets difficulty > 0. */
  readonly work?: number;
}

/** A header with its own hash, recomputed by whoever received it. */
export interface HashedHeader extends BlockHeader {
  readonly hash: Hash;
}

export interface Block extends HashedHeader {
  readonly transactions: readonly Transaction[];
  readonly evidence: readonly Evidence[];
}
