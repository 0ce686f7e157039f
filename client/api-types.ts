/**
 * What the node's HTTP API answers, as it stands in docs/HTTP-API.md. Amounts are integers of the smallest unit, times
 * are Unix milliseconds.
 */
import type { Block, HashedHeader } from '../ledger/values/block.js';
import type { Genesis, Parameters } from '../ledger/values/genesis.js';
import type { MerkleProof } from '../ledger/values/merkle.js';
import type { Amount, Epoch, Height, Nonce, Slot, View } from '../ledger/values/numbers.js';
import type { AccountEntry, SetMember, Unbonding } from '../ledger/values/state.js';
import type { Address, ChainId, Hash, PublicKey } from '../ledger/values/text.js';
import type { Transaction, TransactionId } from '../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../ledger/values/vote.js';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it back to get the next page; null on the last one. */
  readonly next_cursor: string | null;
}

export interface PageRequest {
  /** 1–100, by default 20. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Token {
  readonly symbol: string;
  readonly decimals: number;
}

export interface StatusAnswer {
  readonly version: string;
  readonly uptime_ms: number;
  readonly pid: number;
  readonly memory_bytes: number;
  readonly node_id: string;
  readonly chain: ChainId;
  readonly genesis_hash: Hash;
  readonly name: string;
  readonly development: boolean;
  readonly token: Token;
  readonly address_prefix: string;
  readonly time: number;
  readonly slot: Slot;
  readonly epoch: Epoch;
  /** Leader of the current slot. */
  readonly leader: PublicKey;
  readonly slot_ends_at: number;
  readonly role: 'validator' | 'observer';
  readonly validator?: PublicKey;
  /** Why a node whose validator has, or had, stake only observes; for people. */
  readonly observer_because?: string;
  readonly final: { readonly index: Height; readonly hash: Hash; readonly slot: Slot; readonly view: View };
  /** Highest final block that is on disk. */
  readonly stored_index: Height;
  readonly sync: {
    readonly state: 'synced' | 'syncing' | 'waiting';
    readonly target_index?: Height;
    /** Why there may be later final blocks that nobody has told of; for people. */
    readonly unsure_because?: string;
  };
  readonly pending_transactions: number;
  readonly peers: number;
  /** One sentence, present when something waits that is not becoming final. */
  readonly not_final_because?: string;
}

export interface LimitsAnswer {
  readonly parameters: Parameters;
  readonly mempool: {
    readonly max_transactions: number;
    readonly max_bytes: number;
    readonly max_per_account: number;
  };
  readonly http: { readonly max_body_bytes: number; readonly max_batch: number };
}

export interface BlockListItem extends HashedHeader {
  readonly transaction_count: number;
  readonly evidence_count: number;
}

export interface BlockAnswer {
  readonly block: Block;
  /** Its own finality certificate, or that of the nearest later final block. */
  readonly certificate: Certificate;
  readonly final_index: Height;
}

export interface ReceiptAnswer {
  readonly index: Height;
  readonly position: number;
  readonly slot: Slot;
  readonly block: Hash;
}

export interface TransactionAnswer {
  readonly id: TransactionId;
  readonly status: 'pending' | 'final' | 'rejected' | 'expired';
  readonly transaction?: Transaction;
  /** Present when final. */
  readonly receipt?: ReceiptAnswer;
  /** Present when rejected or expired. */
  readonly reason?: string;
  /** While pending: why, where there is more to say than that it waits. Not of what was handed in without waiting. */
  readonly not_final_because?: string;
  /** Present where it was handed in and the node had it before, from whomever. */
  readonly known?: true;
}

/** RFC 9457. */
export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
  readonly path?: string;
}

export type BatchItem = TransactionAnswer | ProblemAnswer;

export interface AccountListItem {
  readonly address: Address;
  readonly balance: Amount;
  readonly name?: string;
}

export interface AccountAnswer {
  readonly address: Address;
  readonly name?: string;
  readonly balance: Amount;
  /** Next nonce by lane, as of the final state. */
  readonly nonces: { readonly [lane: string]: Nonce };
  /** Next nonce of lane 0 that nothing waiting in this node's mempool has taken. */
  readonly next_nonce: Nonce;
  /** Next nonce by lane, counting what waits in this node's mempool. */
  readonly pending_nonces: { readonly [lane: string]: Nonce };
  readonly bonded: Amount;
  readonly unbonding: readonly Unbonding[];
  /** The validator that this account owns. */
  readonly validator?: PublicKey;
  /** Height of the final block after which this was so. */
  readonly index: Height;
}

export interface AccountTransaction {
  readonly id: TransactionId;
  readonly index: Height;
  readonly slot: Slot;
  readonly position: number;
  readonly direction: 'in' | 'out' | 'self';
  /** What left or reached the account, without the fee. */
  readonly amount: Amount;
  readonly fee: Amount;
  readonly transaction: Transaction;
}

export interface EpochAnswer {
  readonly number: Epoch;
  readonly nonce: Hash;
  readonly first_slot: Slot;
  readonly last_slot: Slot;
  readonly total_stake: Amount;
  readonly validators: readonly (SetMember & { readonly name?: string })[];
  readonly validators_hash: Hash;
}

export interface ScheduleAnswer {
  readonly items: readonly { readonly slot: Slot; readonly leader: PublicKey }[];
}

export interface MempoolAnswer {
  readonly count: number;
  /** Those that blocks can take without another coming first that is not here. */
  readonly ready: number;
  readonly bytes: number;
  readonly accounts: number;
}

export interface EvidenceItem {
  readonly offender: PublicKey;
  readonly epoch: Epoch;
  readonly kind: Evidence['kind'];
  readonly evidence: Evidence;
  readonly status: 'pending' | 'final';
  readonly index?: Height;
}

export interface SupplyAnswer {
  readonly genesis: Amount;
  readonly burnt: Amount;
  readonly supply: Amount;
  readonly bonded: Amount;
  readonly unbonding: Amount;
}

export interface AccountProofAnswer {
  /** null: the account was never seen, which the proof shows as well. */
  readonly entry: AccountEntry | null;
  readonly proof: unknown;
  readonly header: HashedHeader;
  readonly certificate: Certificate;
}

export interface TransactionProofAnswer {
  readonly transaction: Transaction;
  /** RFC 6962: shows the canonical JSON of the transaction under `header.tx_root`. */
  readonly proof: MerkleProof;
  readonly header: HashedHeader;
  /** Headers of the blocks after it, up to the one that the certificate names; none where that is the block itself. */
  readonly descendants: readonly HashedHeader[];
  readonly certificate: Certificate;
}

/** A closing block's header, its finality certificate, and the validators that its `next_epoch` names. */
export interface EpochLink {
  readonly header: HashedHeader;
  readonly certificate: Certificate;
  readonly validators: readonly SetMember[];
}

export interface PeerItem {
  readonly node_id: string;
  /** Absent: it does not say where it can be reached, as a private node does not. */
  readonly address?: string;
  readonly direction: 'in' | 'out';
  readonly head: { readonly final_index: Height };
  readonly clock_offset_ms: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly since: number;
}

export interface EventData {
  readonly final: {
    readonly index: Height;
    readonly hash: Hash;
    readonly slot: Slot;
    readonly epoch: Epoch;
    readonly view: View;
    readonly proposer: PublicKey;
    readonly transactions: readonly TransactionId[];
  };
  readonly transaction: {
    readonly id: TransactionId;
    readonly index: Height;
    readonly block: Hash;
    readonly slot: Slot;
    readonly position: number;
    readonly transaction: Transaction;
  };
  readonly epoch: {
    readonly number: Epoch;
    readonly index: Height;
    readonly validators_hash: Hash;
    readonly nonce: Hash;
  };
  readonly evidence: EvidenceItem;
  readonly slot: { readonly slot: Slot; readonly leader: PublicKey };
}

export type EventType = keyof EventData;

/** One server-sent event. `id` names its place: a reader that gives it back misses nothing and sees nothing twice. */
export type LedgerEvent<Of extends EventType = EventType> = {
  readonly [Type in Of]: { readonly id?: string; readonly type: Type; readonly data: EventData[Type] };
}[Of];

export interface ReadinessAnswer {
  readonly ready: boolean;
  readonly checks: { readonly [part: string]: { readonly ok: boolean; readonly detail?: string } };
}

export type GenesisAnswer = Genesis;
