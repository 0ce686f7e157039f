/** What the core is told once. */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Hasher, Signer } from '../ledger/values/crypto.js';
import type { Parameters } from '../ledger/values/genesis.js';
import type { Slot, View } from '../ledger/values/numbers.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { ChainId, Signature } from '../ledger/values/text.js';
import type { Certificate } from '../ledger/values/vote.js';
import type { VoteState } from './vote-state.js';

export interface ConsensusConfig {
  readonly chain: ChainId;
  /** Unix time in ms of slot 0. */
  readonly genesisTime: number;
  readonly parameters: Pick<
    Parameters,
    | 'slot_duration_ms'
    | 'rounds_per_slot'
    | 'delta_ms'
    | 'network_delay_ms'
    | 'max_term_slots'
    | 'max_clock_offset_ms'
    | 'slots_per_epoch'
    | 'vote_routing'
  >;
  readonly hasher: Hasher;
  /** Absent: an observer, which follows and never signs. */
  readonly signer?: Signer;
  /**
   * Told of each vote and proposal of this node before any effect of the step is carried out, also of those that leave
   * inside a certificate only; of new-views not. It may be told of one again.
   */
  readonly onSigned?: (view: View, signature: Signature) => void;
  /** Starting value: `defaultCoreLimits`. */
  readonly limits?: CoreLimits;
}

export interface Recovered {
  /** Governs the next block. */
  readonly epoch: EpochEntry;
  /** The last final block on disk, and its finality certificate. */
  readonly tip: HashedHeader;
  readonly tipCertificate: Certificate;
  /**
   * The closing block (or genesis) from which `epoch` descends, with its finality certificate: the rank (epoch, 0).
   */
  readonly base: { readonly block: HashedHeader; readonly certificate: Certificate };
  readonly voteState?: VoteState;
  /** Headers of unfinal blocks whose bodies the vote state kept. */
  readonly bodies: readonly HashedHeader[];
  /** The vote state is gone; the clock, or the ledger, had reached this slot at start. PROTOCOL section 5, lost vote state. */
  readonly voteStateLost?: { readonly clockSlot: Slot };
}

/** What the core holds, and how far it goes ahead, at most. Nodes may differ in these. */
export interface CoreLimits {
  /** Final blocks that may be on their way to disk before the node stops proposing. PROTOCOL section 8. */
  readonly unstored: number;
  /** Unfinal headers, and certificates of an epoch: several times what honest leaders ever leave unfinal. */
  readonly unfinalHeaders: number;
  /** Unfinal blocks in a row before a leader proposes the last one again instead of a new one. */
  readonly unfinalDepth: number;
}

export const defaultCoreLimits: CoreLimits = { unstored: 64, unfinalHeaders: 512, unfinalDepth: 64 };
/** Bodies of voted blocks kept beside the vote state. */
export const maxKeptBodies = 64;
/** [5-votes-kept] Votes per validator and epoch that are held: those of 32 rounds, more than a slot has. */
export const maxVotesPerValidator = 64;
/** Views per validator whose proposals are remembered: more than an honest leader proposes in several slots. */
export const maxProposalsPerValidator = 256;
