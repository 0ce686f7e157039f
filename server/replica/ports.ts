/**
 * What a replica needs from the world. The node passes clocks, sockets and disks; the simulator passes virtual ones.
 * Nothing below this line of ports knows which. Callbacks, not promises: their order is the caller's, exactly.
 */
import type { NewView } from '../../consensus/messages.js';
import type { VoteState } from '../../consensus/vote-state.js';
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { FinalTip, Receipt, StateChanges, StateReader } from '../../ledger/values/state.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate, Evidence, Proposal, Vote } from '../../ledger/values/vote.js';

export interface Clock {
  /** Unix time in ms, possibly fractional. */
  now(): number;
  /** Calls back once, not before `at` (Unix ms). @returns a function that cancels. */
  at(at: number, call: () => void): () => void;
}

/** One connected peer, for as long as the connection lives. */
export type PeerId = string;

/** A final block with its certificate, or one that a certificate later in the same page covers. */
export interface BlocksPage {
  readonly blocks: readonly Block[];
  /**
   * Finality certificate of the last block and of every closing block in the page, by ascending index. Beside no blocks: of the
   * one up to which those asked for are too many or too long for a page, and are fetched by their hashes.
   */
  readonly finality: readonly Certificate[];
}

/** Messages that a replica exchanges with peers once the connection is proved. Names are those on the wire. */
export type ReplicaMessage =
  | { readonly type: 'new_block'; readonly proposal: Proposal; readonly block: Block; readonly justify: Certificate }
  | { readonly type: 'vote'; readonly vote: Vote }
  | { readonly type: 'certificate'; readonly certificate: Certificate }
  | { readonly type: 'new_view'; readonly new_view: NewView; readonly lock?: Certificate }
  | { readonly type: 'transactions'; readonly transactions: readonly Transaction[] }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  | { readonly type: 'get_blocks'; readonly id: number; readonly from_index: Height; readonly count: number }
  | ({ readonly type: 'blocks'; readonly id: number } & BlocksPage)
  | { readonly type: 'get_block'; readonly id: number; readonly hash: Hash }
  | { readonly type: 'block'; readonly id: number; readonly block: Block | null }
  | { readonly type: 'get_certificate'; readonly id: number; readonly block: Hash }
  | { readonly type: 'certificate_answer'; readonly id: number; readonly certificate: Certificate | null }
  | { readonly type: 'ping'; readonly id: number; readonly head: Head; readonly clock: number }
  | { readonly type: 'pong'; readonly id: number; readonly head: Head; readonly clock: number };

/** What a node says of itself in hello, ping and pong. */
export interface Head {
  readonly final_index: Height;
  readonly final_hash: Hash;
  readonly epoch: number;
  /** View of the finality certificate of the final block. */
  readonly view: number;
}

export interface Network {
  /** To all peers; peers relay it once to theirs. */
  broadcast(message: ReplicaMessage): void;
  /** What came from this peer, to those that it has not told itself. */
  relay(from: PeerId, message: ReplicaMessage): void;
  /** Towards the node of one validator: directly if it is a peer, else through all peers. */
  sendToValidator(validator: PublicKey, message: ReplicaMessage): void;
  /** To one peer; silently lost if it is gone. */
  send(peer: PeerId, message: ReplicaMessage): void;
  /** Connected, proved peers in the order of connection. */
  peers(): readonly PeerId[];
  /** Bytes that have come from this peer so far, while the last of them begin a message that has not ended. Absent: messages come whole. */
  incoming?(peer: PeerId): number | undefined;
}

/** What a replica answers about a message: whether to relay it, and what to think of the peer. */
export type Verdict =
  | { readonly relay: boolean; readonly peer: 'fine' }
  | { readonly relay: false; readonly peer: 'disconnect' | 'ban'; readonly reason: string };

/** Whose vote state it is: another key, or this key on another chain, signed other things. */
export interface VoteStateNames {
  /** Absent in files of before there were names. */
  readonly key?: PublicKey;
  /** Absent there too, and where the key was made before its chain. */
  readonly genesis?: Hash;
}

export interface RecoveredVoteState extends VoteStateNames {
  readonly voteState: VoteState;
  readonly bodies: readonly Block[];
}

/** Files beside the validator key. Synchronous on purpose: durable when it returns; throws when the disk fails. */
export interface VoteStateStore {
  /** undefined: the file is not there, which for a validator means it was lost. */
  read(): RecoveredVoteState | undefined;
  /** Keeps `bodies` that are new, forgets those not named in `keep`. */
  write(voteState: VoteState, bodies: readonly Block[], keep: readonly Hash[]): void;
}

/** A final block on its way to disk, with everything that its execution changed. */
export interface FinalBlock {
  readonly block: Block;
  /** Present for the last block of an append and for every closing block. */
  readonly certificate?: Certificate;
  readonly changes: StateChanges;
  readonly receipts: readonly Receipt[];
}

/** Final state and blocks as they stand on disk. */
export interface LedgerStore extends StateReader {
  tip(): FinalTip;
  /** A block without its transactions and evidence: what recovery looks at, however full the blocks are. */
  header(index: Height): HashedHeader | undefined;
  blockByIndex(index: Height): Block | undefined;
  blockByHash(hash: Hash): Block | undefined;
  /** The finality certificate stored for this block, if one is. */
  certificate(block: Hash): Certificate | undefined;
  /** At most `count` blocks and about `maxBytes`, but up to the first certificate where that fits into a line; else that alone. */
  page(from: Height, count: number, maxBytes: number): BlocksPage;
  /** Where a transaction became final. */
  receipt(id: TransactionId): Receipt | undefined;
  /**
   * Appends in order; calls back, never before it returns, when it is durable. A failure never calls back:
   * it stops the node through `onFailure` given at creation.
   * @param moreFollow nobody waits for these, and others come soon: they may become durable together with those. Default: no
   */
  append(blocks: readonly FinalBlock[], stored: () => void, moreFollow?: boolean): void;
}

export interface MempoolStore {
  /** Durable when it calls back. */
  add(transactions: readonly Transaction[], stored: () => void): void;
  /**
   * @param why `dropped`: on disk they must not come back beside what took their place. `final`: they may, since the ledger
   * refuses them then.
   */
  remove(ids: readonly TransactionId[], why: 'final' | 'dropped'): void;
  all(): readonly Transaction[];
}

/** What became of one submitted transaction. `known`: it had been seen before. */
export type Admission =
  | { readonly kind: 'accepted'; readonly known: boolean }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  | { readonly kind: 'conflict'; readonly other: TransactionId }
  | { readonly kind: 'full'; readonly retry_after_s: number; readonly detail: string };

/** A transaction that waits for an earlier one of its account and lane. */
export interface NonceGap {
  readonly id: TransactionId;
  readonly lane: number;
  readonly nonce: number;
  /** The nonce that has to come first. */
  readonly missing: number;
}

/** A stake that waits for room in the queue of stakes. */
export interface RoomWait {
  readonly id: TransactionId;
  readonly queue_full: true;
}

/** Transactions that wait for a block, over a MempoolStore. It checks signatures and admits against final state. */
export interface Mempool {
  /**
   * One admission for each, in order; calls back when what was accepted is durable.
   * @param taken called at most once, as soon as it is known which of them are accepted and new here: they may be proposed and
   * passed on by then, and are on disk later, when `done` is called. Not called where none is.
   */
  add(
    transactions: readonly Transaction[],
    done: (admissions: readonly Admission[]) => void,
    taken: (fresh: readonly Transaction[]) => void,
  ): void;
  /** What a peer passed on: nobody here waits for an answer, or is promised that it is kept. @param taken as above */
  addCopies(transactions: readonly Transaction[], taken: (fresh: readonly Transaction[]) => void): void;
  /**
   * By fee, then order of arrival, nonces of one lane in sequence, as they stand on top of `state`.
   * @param takesStakes whether the queue of stakes has room where the next one is to stand; that of `state` when it is not given
   */
  candidates(state: StateReader, takesStakes?: () => boolean): Iterable<Transaction>;
  /**
   * One of those that wait, where all of them wait for earlier nonces in final state or for room in its queue of stakes; undefined
   * where that is not certain.
   */
  onlyGaps(): NonceGap | RoomWait | undefined;
  /** These are final, and `state` is the state after them: forget them and what can no longer apply. */
  forgetFinal(transactions: readonly Transaction[], state: StateReader, slot: number): void;
  /** A block could not take these on top of its parent: those that final state refuses as well are dropped. */
  review(ids: readonly TransactionId[], slot: number): void;
  readonly size: number;
}
