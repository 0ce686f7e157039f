/**
 * The core's memory: plain data, changed only while a step runs. What must survive a crash is `lock`, `watermark` and
 * `lastPrepare`; everything else can be learnt again.
 */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Height, Slot, View } from '../ledger/values/numbers.js';
import { toHeight, toSlot, toView } from '../ledger/values/numbers.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { Hash, PublicKey } from '../ledger/values/text.js';
import type { Certificate, Proposal, Vote } from '../ledger/values/vote.js';
import { type ConsensusConfig, type CoreLimits, defaultCoreLimits, type Recovered } from './config.js';
import type { Effect } from './effect.js';
import type { Input } from './input.js';
import type { NewView } from './messages.js';
import { type Base, compareRanks, rankOf } from './rank.js';
import { createSchedule, type Schedule } from './schedule.js';
import { endsSilenceOf, isOpenSince, silenceAfterLoss } from './silence.js';
import type { Watermark } from './vote-state.js';

export type ProposalInput = Extract<Input, { type: 'proposal' }>;

/** What a leader keeps for the term it leads. */
export interface Leadership {
  readonly termStart: Slot;
  readonly newViews: Map<PublicKey, NewView>;
  /** delta has passed since the term's start. */
  waited: boolean;
  /** The next round to propose in. */
  nextRound: number;
  /** A block for this view is being built. */
  building: View | undefined;
  /** The last proposal of this term, to be sent again while it has no QC. */
  last: { readonly input: ProposalInput; readonly at: number } | undefined;
}

export interface CoreState {
  readonly config: ConsensusConfig;
  readonly limits: CoreLimits;
  now: number;
  slot: Slot;
  epoch: EpochEntry;
  schedule: Schedule;
  /** What the first block of the epoch rests on; it ranks (epoch, 0). */
  base: Base;
  tip: HashedHeader;
  tipCertificate: Certificate;
  storedIndex: number;
  lock: Certificate;
  watermark: Watermark;
  lastPrepare: Vote | undefined;
  /** Something of the three above changed since the last persist. */
  dirty: boolean;
  /** Signs nothing before a certificate of the running epoch of at least this view is known. PROTOCOL section 5, lost vote state. */
  silentBelow: View | undefined;
  /** Below this view the key may have signed what is not known here: in this epoch, or in one that it will enter again. */
  forgottenBelow: View | undefined;
  clockSuspect: boolean;
  /** Unfinal headers by hash. */
  readonly headers: Map<Hash, HashedHeader>;
  readonly validity: Map<Hash, 'valid' | 'invalid'>;
  /** The one execution that was asked for; the next waits, so that a flood of proposals costs one at a time. */
  validating: Hash | undefined;
  readonly fetching: Set<Hash>;
  /** Every vote of the epoch still of interest that came alone: by validator, then by `voteKey`. */
  readonly votes: Map<PublicKey, Map<number, Vote>>;
  /** What certificates carried, in the same order: for evidence only. */
  readonly certifiedVotes: Map<PublicKey, Map<number, Vote>>;
  /** Stake behind each thing that is voted for, over all of `votes`. */
  readonly tallies: Map<string, number>;
  /** Highest commit vote of each validator in this epoch that came alone. */
  readonly commitVotes: Map<PublicKey, Vote>;
  /** The first proposal seen of each view, by who signed it: the latest views to arrive. */
  readonly proposals: Map<PublicKey, Map<View, Proposal>>;
  readonly reported: Set<PublicKey>;
  /** Certificates of highest view by block, for justifying and for answering. */
  readonly qcs: Map<Hash, Certificate>;
  /** Blocks whose certificate would be the lock if they were at hand; also some of which that was so. */
  waiting: Set<Hash>;
  /** Unfinal blocks that got a prepare vote of this node, oldest first: their bodies are kept with the vote state. */
  readonly votedFor: Set<Hash>;
  /** Handed to the driver and not executed yet. */
  finalising: Certificate | undefined;
  /** A finality certificate for a block that is not at hand yet. */
  awaitingBody: Certificate | undefined;
  /** Proposals that wait for a body, an execution or their slot: one a slot, the highest view. */
  readonly held: Map<Slot, ProposalInput>;
  /** The latest new-view of each validator for a term that has not begun here. */
  readonly earlyNewViews: Map<PublicKey, NewView>;
  /** Whom this node helped, or asked for its lock, in this slot. */
  readonly helped: Set<PublicKey>;
  readonly asked: Set<PublicKey>;
  /** Who was sent a proposal in this slot because it voted for another. */
  readonly shown: Set<PublicKey>;
  /** Final index as of the last slot and as of the one before: whoever is below the latter is behind, not just slow. */
  finalAtSlot: readonly [last: Height, before: Height];
  /** Highest final index that a new-view claimed in this slot. */
  claimedFinal: Height;
  leadership: Leadership | undefined;
  /** Distinct slots whose proposal came too late since the last finality. */
  readonly lateSlots: Set<Slot>;
  /** How long finality lately took from proposal to certificate, in ms. */
  finalityMs: number;
  readonly proposedAt: Map<Hash, number>;
  outbox: Effect[];
  /** What the core has to tell itself before the step ends: its own votes and proposals, a quorum for its proposal. */
  readonly ownInputs: Input[];
}

export function createCoreState(config: ConsensusConfig, recovered: Recovered): CoreState {
  const { epoch, tip, tipCertificate, base, voteState } = recovered;
  // [8-higher-lock] The higher of the vote state's lock and the tip's certificate, by (epoch, view).
  const rank = (certificate: Certificate) => rankOf({ epoch, base }, certificate);
  let lock = tip.hash === base.block.hash ? base.certificate : tipCertificate;
  if (voteState !== undefined && compareRanks(rank(voteState.lock), rank(lock)) > 0) lock = voteState.lock;
  const lost = recovered.voteStateLost;
  const before = voteState?.forgotten_below;
  const forgottenBelow =
    lost !== undefined
      ? silenceAfterLoss(config.parameters, lost.clockSlot)
      : before !== undefined && isOpenSince(config.parameters, base, before)
        ? before
        : undefined;
  // After a restart as well, in an epoch in which no certificate has ended the silence yet.
  const isOver = lost === undefined && endsSilenceOf({ epoch, base }, lock, forgottenBelow);
  // Bodies were kept before what is final now became so.
  const unfinal = recovered.bodies.filter(({ index }) => index > tip.index);
  return {
    config,
    limits: config.limits ?? defaultCoreLimits,
    now: config.genesisTime,
    slot: toSlot(0),
    epoch,
    schedule: createSchedule(config.hasher, epoch),
    base,
    tip,
    tipCertificate,
    storedIndex: tip.index,
    lock,
    watermark: voteState?.watermark ?? { view: toView(0), step: 'commit' },
    lastPrepare: voteState?.last_prepare,
    dirty: voteState !== undefined && lock !== voteState.lock,
    silentBelow: isOver ? undefined : forgottenBelow,
    forgottenBelow,
    clockSuspect: false,
    headers: new Map(unfinal.map((header) => [header.hash, header])),
    validity: new Map(),
    validating: undefined,
    fetching: new Set(),
    votes: new Map(),
    tallies: new Map(),
    certifiedVotes: new Map(),
    commitVotes: new Map(),
    proposals: new Map(),
    reported: new Set(),
    qcs: new Map([[lock.block, lock]]),
    waiting: new Set(),
    votedFor: new Set(unfinal.map((header) => header.hash)),
    finalising: undefined,
    awaitingBody: undefined,
    held: new Map(),
    earlyNewViews: new Map(),
    helped: new Set(),
    asked: new Set(),
    shown: new Set(),
    finalAtSlot: [tip.index, tip.index],
    claimedFinal: toHeight(0),
    leadership: undefined,
    lateSlots: new Set(),
    finalityMs: 0,
    proposedAt: new Map(),
    outbox: [],
    ownInputs: [],
  };
}
