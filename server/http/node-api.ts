/** What the HTTP floor sees of a running node. The Server class passes it; HTTP never reaches further inside. */
import type { EventEmitter } from 'node:events';
import type { HashedHeader } from '../../ledger/values/block.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { MerkleProof } from '../../ledger/values/merkle.js';
import type { Epoch, Height, Slot, View } from '../../ledger/values/numbers.js';
import type { AccountEntry, Receipt } from '../../ledger/values/state.js';
import type { Address, ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import type { PeerNetworkStats } from '../p2p/peer-network.js';
import type { LedgerQueries } from '../storage/ledger-queries.js';

export interface NodeStatus {
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

/** Why a transaction was not taken. The order of precedence stands beside the ledger's refusal list. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export type TransactionStatus =
  | { readonly id: TransactionId; readonly status: 'pending'; readonly transaction: Transaction }
  | {
      readonly id: TransactionId;
      readonly status: 'final';
      readonly transaction: Transaction;
      readonly receipt: Receipt;
      readonly block: Hash;
    }
  | { readonly id: TransactionId; readonly status: 'rejected' | 'expired'; readonly reason: string };

export type SubmitOutcome =
  /** Durable in the mempool, or already final. `known`: it had been seen before. */
  | { readonly kind: 'accepted'; readonly known: boolean; readonly status: TransactionStatus }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Another transaction holds this nonce. */
  | { readonly kind: 'conflict'; readonly other: TransactionId }
  | { readonly kind: 'full'; readonly retry_after_s: number; readonly detail: string };

/** Emitted after the fact is on disk; evidence and slots as soon as they are noticed. */
export interface NodeEvents {
  readonly final: [
    {
      readonly index: Height;
      readonly hash: Hash;
      readonly slot: Slot;
      readonly view: View;
      readonly transactions: readonly TransactionId[];
    },
  ];
  readonly epoch: [{ readonly number: Epoch; readonly index: Height }];
  /** Noticed or heard of, once; it waits for a block. The block's own events tell of it again when it is final. */
  readonly evidence: [{ readonly offender: PublicKey; readonly evidence: Evidence }];
  readonly slot: [{ readonly slot: Slot; readonly leader: PublicKey }];
}

export interface MempoolSummary {
  readonly count: number;
  /** Those that blocks can take without another coming first that is not here. */
  readonly ready: number;
  readonly bytes: number;
  readonly accounts: number;
  readonly max_transactions: number;
  readonly max_bytes: number;
  readonly max_per_account: number;
}

export interface PeerSummary {
  readonly node_id: string;
  readonly address: string;
  /** It does not say where it can be reached, as a private node does not: its address is not for strangers. */
  readonly hidden: boolean;
  readonly direction: 'in' | 'out';
  readonly final_index: Height;
  readonly clock_offset_ms: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly since: number;
}

/** An account's entry in the final state, or its absence, with all that it takes to believe it. */
export interface AccountProof {
  /** null: the account was never seen. */
  readonly entry: AccountEntry | null;
  /** Texts of the state tree's nodes from the root down, for key `account/<address>` under `header.state_root`. */
  readonly proof: readonly string[];
  readonly header: HashedHeader;
  /** Of the header's block. */
  readonly certificate: Certificate;
}

/** A transaction of a final block, with all that it takes to believe that it is one. */
export interface TransactionProof {
  readonly transaction: Transaction;
  /** Shows its canonical JSON under `header.tx_root`. */
  readonly proof: MerkleProof;
  readonly header: HashedHeader;
  /** Headers of the blocks after it, up to the one that the certificate names; none where that is the block itself. */
  readonly descendants: readonly HashedHeader[];
  readonly certificate: Certificate;
}

/** How often each file was brought to disk for good. */
export interface SyncCounts {
  readonly ledger: number;
  readonly mempool: number;
  readonly vote_state: number;
}

/** final blocks from being handed to the disk until they are on it; from a slot's start until its first proposal is here */
export type Timed = 'ledger_write' | 'proposal_arrival';

/** @returns ends it */
export type OnTimed = (listener: (what: Timed, ms: number) => void) => () => void;

export interface NodeApi {
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  readonly chain: ChainId;
  readonly nodeId: string;
  readonly queries: LedgerQueries;
  readonly events: EventEmitter<{ [Name in keyof NodeEvents]: NodeEvents[Name] }>;
  status(): NodeStatus;
  /** Already decoded (shape and amounts). Checks signature and state; one outcome for each, in order. */
  submit(transactions: readonly Transaction[]): Promise<readonly SubmitOutcome[]>;
  transactionStatus(id: TransactionId): TransactionStatus | undefined;
  /** Resolves with the status when it is no longer pending, or with the last one after `timeoutMs`, or when `signal` aborts. */
  waitUntilFinal(id: TransactionId, timeoutMs: number, signal?: AbortSignal): Promise<TransactionStatus | undefined>;
  /** Next nonce by lane, counting what waits in the mempool. */
  pendingNonces(address: Address): { readonly [lane: string]: number };
  /** The stake that this lane waits with for room in the queue of stakes. */
  roomWait?(address: Address, lane: number): TransactionId | undefined;
  pendingTransactions(
    limit: number,
    cursor?: string,
  ): { readonly items: readonly Transaction[]; readonly nextCursor: string | null };
  pendingEvidence(): readonly Evidence[];
  mempool(): MempoolSummary;
  schedule(
    epoch: Epoch,
    fromSlot: Slot,
    count: number,
  ): readonly { readonly slot: Slot; readonly leader: PublicKey }[] | undefined;
  peers(): readonly PeerSummary[];
  /** Absent: the node has no peers. */
  readonly networkStats?: () => PeerNetworkStats;
  /** Syncs of each file since the start. */
  readonly syncs?: () => SyncCounts;
  readonly onTimed?: OnTimed;
  /** Transactions handed in that wait to be taken in, since more than enough are ready. */
  readonly held?: () => number;
  /** Of transactions that are not final: found good, and not checked again in a block. */
  readonly knownSignatures?: () => number;
  /** As of final block `index` (default: the tip). undefined: there is no proof for that height (any more). */
  prove(address: Address, index?: Height): AccountProof | undefined;
  /** undefined: it is in no final block. */
  proveTransaction(id: TransactionId): TransactionProof | undefined;
  /** Development chains only: signs with the treasury key; undefined elsewhere. */
  readonly faucet?: (to: Address, amount: number) => Promise<SubmitOutcome>;
  /** Health of parts: undefined is well, a sentence says what is wrong. */
  health(): { readonly database?: string; readonly clock?: string; readonly sync?: string; readonly peers?: string };
}
