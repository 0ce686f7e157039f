/**
 * The consensus state as the ledger sees it: entries under text keys, and the nodes of the state tree above them.
 * A block in progress is an overlay of changes on its parent; the store behind the last overlay is final state.
 */
import type { Amount, Epoch, Height, Nonce, Slot, View } from './numbers.js';
import type { Address, Hash, PublicKey } from './text.js';

/** `account/<address>` */
export interface AccountEntry {
  readonly kind: 'account';
  readonly balance: Amount;
  /** Next nonce by lane; a lane that was never used is absent. Keys are decimal lane numbers. */
  readonly nonces: { readonly [lane: string]: Nonce };
}

/** Stake on its way out. It stays slashable until it is paid. */
export interface Unbonding {
  readonly amount: Amount;
  /** The first epoch whose set leaves it out; absent while it still waits for a closing block. */
  readonly since_epoch?: Epoch;
  /** Paid by the closing block that opens this epoch or a later one; absent like `since_epoch`. */
  readonly payable_epoch?: Epoch;
  /** Nobody asked for it: the set was full, and it found no place there or lost it to more stake. Absent otherwise. */
  readonly full_set?: true;
}

/** `validator/<validator key>` */
export interface ValidatorEntry {
  readonly kind: 'validator';
  readonly key: PublicKey;
  readonly vrf_key: PublicKey;
  readonly owner: Address;
  readonly bonded: Amount;
  readonly unbonding: readonly Unbonding[];
  /** Set by evidence: leaves at the closing block and cannot bond again. */
  readonly slashed_epochs: readonly Epoch[];
}

/** `owner/<address>`: which validator an account owns. */
export interface OwnerEntry {
  readonly kind: 'owner';
  readonly validator: PublicKey;
}

/** A member of an epoch's active set. */
export interface SetMember {
  readonly key: PublicKey;
  readonly vrf_key: PublicKey;
  readonly owner: Address;
  readonly stake: Amount;
}

/** `system/epoch`: the set and nonce that govern the next block. `system/epoch/<n>` keeps each past one for evidence. */
export interface EpochEntry {
  readonly kind: 'epoch';
  readonly number: Epoch;
  readonly nonce: Hash;
  /** Sorted by key, ascending. */
  readonly validators: readonly SetMember[];
  readonly validators_hash: Hash;
}

/** `system/supply` */
export interface SupplyEntry {
  readonly kind: 'supply';
  readonly supply: Amount;
  readonly burnt: Amount;
}

/** A change of stake in the order of request. PROTOCOL section 4. */
export interface StakeRequest {
  readonly validator: PublicKey;
  /** The epoch of the blocks that asked; it counts from the closing block after that epoch's own. */
  readonly epoch: Epoch;
  /** What the epoch's requests add up to; negative: stake that leaves. */
  readonly change: number;
}

/** `system/queue`: what the next closing blocks have to do. */
export interface QueueEntry {
  readonly kind: 'queue';
  readonly requests: readonly StakeRequest[];
  /** Evidence was accepted against these; they leave at the closing block. */
  readonly offenders: readonly PublicKey[];
  /** Ascending by epoch: whose unbonding stake is paid by the closing block that opens this epoch or a later one. */
  readonly payouts: readonly { readonly epoch: Epoch; readonly validators: readonly PublicKey[] }[];
}

/** `system/nonce`: the VRF outputs of this epoch so far, folded. */
export interface NonceMaterialEntry {
  readonly kind: 'nonce_material';
  readonly digest: Hash;
}

/** `system/tip`: the place of the block that made this state. Its hash covers the state, so it cannot stand here. */
export interface TipEntry {
  readonly kind: 'tip';
  readonly index: Height;
  readonly slot: Slot;
  readonly round: number;
  /** The last slot whose VRF proof a block carried; absent until the first. */
  readonly vrf_slot?: Slot;
}

export type OtherEntry = QueueEntry | NonceMaterialEntry | TipEntry;

export type StateEntry = AccountEntry | ValidatorEntry | OwnerEntry | EpochEntry | SupplyEntry | OtherEntry;

export interface StateReader {
  /** The entry under a key, or undefined. Entries are immutable. */
  get(key: string): StateEntry | undefined;
  /** A node of the state tree by its path, or undefined. Opaque to stores. */
  node(path: string): string | undefined;
}

export interface StateChanges {
  /** null deletes. */
  readonly entries: ReadonlyMap<string, StateEntry | null>;
  readonly nodes: ReadonlyMap<string, string | null>;
}

/** What one transaction did, kept for its block. */
export interface Receipt {
  readonly id: Hash;
  readonly index: Height;
  readonly position: number;
  readonly slot: Slot;
}

/** Names the place of a final block among all certificates. */
export interface FinalTip {
  readonly index: Height;
  readonly hash: Hash;
  readonly epoch: Epoch;
  readonly slot: Slot;
  /** View of the finality certificate known for it. */
  readonly view: View;
}
