/** A transaction as a user signs it. PROTOCOL section 3. */
import type { Amount, Nonce, Slot } from './numbers.js';
import type { Address, ChainId, Hash, PublicKey, Signature } from './text.js';

export type TransactionId = Hash;

interface Common {
  readonly chain: ChainId;
  readonly from: Address;
  /** 0–255; absent means 0 and 0 is never written. */
  readonly lane?: number;
  readonly nonce: Nonce;
  readonly fee: Amount;
  /** Last slot in whose block the transaction is valid. */
  readonly expires_slot?: Slot;
  /** At most max_memo_bytes of UTF-8. */
  readonly memo?: string;
}

export interface Output {
  readonly to: Address;
  /** At least 1. */
  readonly amount: Amount;
}

export interface Transfer extends Common {
  readonly type: 'transfer';
  /** 1 to max_outputs; the same address may occur more than once. */
  readonly outputs: readonly Output[];
}

/** The keys of a validator, with a proof that the sender holds each. */
export interface ValidatorKeys {
  readonly key: PublicKey;
  readonly vrf_key: PublicKey;
  /** Ed25519 signatures under `key` and under `vrf_key` over the proof-of-possession text. */
  readonly key_proof: Signature;
  readonly vrf_key_proof: Signature;
}

/** Bonds stake. The sender owns the validator: it receives fees and unbonded stake. One validator per owner. */
export interface Stake extends Common {
  readonly type: 'stake';
  readonly amount: Amount;
  /** Given by an owner's first stake, and only then. */
  readonly validator?: ValidatorKeys;
}

/** Asks for bonded stake back; it is paid out after the unbonding period. */
export interface Unstake extends Common {
  readonly type: 'unstake';
  readonly amount: Amount;
}

export type TransactionBody = Transfer | Stake | Unstake;
export type Transaction = TransactionBody & { readonly signature: Signature };
