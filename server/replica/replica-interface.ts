/** A replica as its owner sees it: what it needs, what it can be told and asked, and what it reports by itself. */
import type { createConsensus } from '../../consensus/consensus.js';
import type { Description } from '../../consensus/describe.js';
import type { LedgerContext } from '../../ledger/context.js';
import type { Crypto, Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { Slot, View } from '../../ledger/values/numbers.js';
import type { ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';
import type { SyncOptions, SyncProgress } from '../sync/sync-interface.js';
import type { Execute } from './block-tree.js';
import type { Checkpoint } from './checkpoint.js';
import type { createOwnSignatures } from './own-signatures.js';
import type {
  Admission,
  Clock,
  FinalBlock,
  Head,
  LedgerStore,
  Mempool,
  Network,
  PeerId,
  ReplicaMessage,
  Verdict,
  VoteStateStore,
} from './ports.js';

export type ReplicaEvent =
  /** On disk now. */
  | { readonly type: 'final'; readonly final: FinalBlock; readonly view: View }
  | { readonly type: 'epoch'; readonly number: number; readonly index: number }
  /** Seen and verified; in a block later. */
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  | { readonly type: 'slot'; readonly slot: Slot; readonly leader: PublicKey }
  /** It signs nothing any more until it is started again: another process uses its key, or its vote state is too old. */
  | { readonly type: 'second_signer'; readonly sentence: string }
  /** Once in a process: validators with more than two thirds of the stake made another chain final than this node has. */
  | { readonly type: 'conflicting_finality'; readonly sentence: string }
  /** The node must stop: going on would be going on wrongly. */
  | { readonly type: 'fatal'; readonly sentence: string };

export interface ReplicaOptions {
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  readonly chain: ChainId;
  readonly crypto: Crypto;
  /** See LedgerContext. */
  readonly isKnownGood?: LedgerContext['isKnownGood'];
  /**
   * Finds out whether these signatures are good before a block with them is executed, so that `isKnownGood` answers then.
   * Calls back once, possibly at once. Absent: execution checks them. `urgent`: a vote waits for them.
   */
  readonly checkAhead?: (transactions: readonly Transaction[], urgent: boolean, then: () => void) => void;
  /** Both or neither: an observer follows and signs nothing. */
  readonly signer?: Signer;
  readonly vrf?: VrfProver;
  readonly clock: Clock;
  readonly network: Network;
  /** Needed with a signer. */
  readonly voteState?: VoteStateStore;
  readonly ledger: LedgerStore;
  readonly mempool: Mempool;
  /** The block that has to be final at its height; another one there is fatal. */
  readonly checkpoint?: Checkpoint;
  readonly onEvent: (event: ReplicaEvent) => void;
  /** A peer that proved to be of no use. */
  readonly blame?: (peer: PeerId, verdict: 'disconnect' | 'ban', reason: string) => void;
  /** See SyncOptions. */
  readonly isVouchedFor?: SyncOptions['isVouchedFor'];
  readonly isAgreed?: SyncOptions['isAgreed'];
  /** The ledger's own unless a simulation shares outcomes between its nodes. */
  readonly execute?: Execute;
  /** Starting value: `createConsensus` itself; a recorder wraps it. */
  readonly createCore?: typeof createConsensus;
  /** Starting value: `createOwnSignatures` itself; a simulation remembers less, so that forgetting happens in it. */
  readonly createOwnSignatures?: typeof createOwnSignatures;
  /** Which rule refused what; for traces. */
  readonly log?: (text: string, fields: object) => void;
}

export interface ReplicaStatus {
  readonly slot: Slot;
  readonly slotEndsAt: number;
  readonly leader: PublicKey;
  readonly epoch: number;
  readonly head: Head;
  readonly storedIndex: number;
  readonly pending: number;
  readonly unfinalBlocks: number;
  readonly sync: SyncProgress;
  /** Whether the clock is not to be trusted, or not known yet to be right; nothing is signed then. */
  readonly clockSuspect: boolean;
  /** Whether something waits, and all of it for earlier nonces of its senders. */
  readonly onlyGaps: boolean;
  /** Lock, watermark and what is waited for. */
  readonly consensus: Description;
  /** One sentence, present when something waits that is not becoming final. */
  readonly notFinalBecause?: string;
}

export interface Replica {
  start(): void;
  /** Proposes, votes and answers nothing from now on. */
  stop(): void;
  receive(peer: PeerId, message: ReplicaMessage): Verdict;
  onPeer(peer: PeerId, head: Head): void;
  onPeerGone(peer: PeerId): void;
  /** One admission for each, in order, when what was accepted is durable; then peers and leaders hear of it. */
  submit(transactions: readonly Transaction[], done: (admissions: readonly Admission[]) => void): void;
  /** The clock differs from validators with more than 1/3 of the stake, or agrees again. */
  setClockSuspect(suspect: boolean): void;
  head(): Head;
  status(): ReplicaStatus;
  pendingEvidence(): readonly Evidence[];
}
