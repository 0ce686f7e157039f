/** The genesis file: what all nodes of a chain agree on before the first block. PROTOCOL section 1. */
import type { Amount } from './numbers.js';
import type { Address, PublicKey, Signature } from './text.js';

/** Bounds and starting values stand in ledger/parameters.ts. Times in ms. */
export interface Parameters {
  readonly slot_duration_ms: number;
  readonly rounds_per_slot: number;
  readonly slots_per_epoch: number;
  readonly delta_ms: number;
  readonly network_delay_ms: number;
  readonly max_clock_offset_ms: number;
  readonly max_term_slots: number;
  /** 0: none. */
  readonly heartbeat_slots: number;
  readonly unbonding_epochs: number;
  /** Parts per million of the total stake that may change hands at one epoch change. */
  readonly max_stake_change_ppm: number;
  /** Parts per million of a validator's stake that evidence burns. */
  readonly slash_fraction_ppm: number;
  readonly max_validators: number;
  readonly max_block_bytes: number;
  readonly max_outputs: number;
  readonly max_memo_bytes: number;
  readonly min_fee: number;
  readonly min_fee_per_output: number;
  readonly min_fee_per_memo_byte: number;
  readonly difficulty: number;
  /** How votes travel: to everyone, or to the leader alone. */
  readonly vote_routing: 'everyone' | 'leader';
}

export interface GenesisAccount {
  readonly address: Address;
  readonly balance: Amount;
  /** A readable alias, shown by tools; unique. */
  readonly name?: string;
}

export interface GenesisValidator {
  readonly key: PublicKey;
  readonly vrf_key: PublicKey;
  readonly owner: Address;
  readonly stake: Amount;
  readonly key_proof: Signature;
  readonly vrf_key_proof: Signature;
  readonly name?: string;
}

export interface Genesis {
  readonly version: 1;
  /** Lower-case letters, digits and `-`, 1–32 characters. */
  readonly name: string;
  /** Unix time in ms of the start of slot 0. */
  readonly genesis_time: number;
  /** Human-readable part of addresses. */
  readonly address_prefix: string;
  readonly token: { readonly symbol: string; readonly decimals: number };
  /** Marks a development chain: faucet allowed, no cap on stake change. */
  readonly development: boolean;
  readonly parameters: Parameters;
  readonly accounts: readonly GenesisAccount[];
  readonly validators: readonly GenesisValidator[];
}
