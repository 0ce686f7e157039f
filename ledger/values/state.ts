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
  /** The epoch whose set first left it out; absent while it still waits for a closing block. */
  readonly since_epoch?: Epoch;
  /** Paid by the closing block that opens this epoch or a later one. */
  readonly payable_epoch?: Epoch;
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

/** Entries of other kinds (stake queue, nonce material, tip) are the ledger's own business. */
export interface OtherEntry {
  readonly kind: 'queue' | 'nonce_material' | 'tip';
  readonly [field: string]: unknown;
}

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
