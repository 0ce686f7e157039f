/** Final blocks were executed, through own finality or from peers: forget what they decide, enter an epoch if they close one. */
import type { HashedHeader } from '../ledger/values/block.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { Hash } from '../ledger/values/text.js';
import type { Certificate } from '../ledger/values/vote.js';
import { type CoreState, pathFromTip } from './core-state.js';
import { finalise } from './on-certificate.js';
import { reconsider } from './on-proposal.js';
import { enterTerm, stopLeading } from './on-slot.js';
import { tryPropose } from './propose.js';
import { didEnterEpoch, didLearnAfterLoss, raiseLock } from './safety.js';
import { createSchedule } from './schedule.js';
import { currentTerm } from './term.js';

export interface FinalAdvance {
  readonly tip: HashedHeader;
  readonly certificate: Certificate;
  readonly epoch: EpochEntry;
}

export function onFinalAdvanced(state: CoreState, { tip, certificate, epoch }: FinalAdvance): void {
  if (tip.index <= state.tip.index) return;
  state.tip = tip;
  state.tipCertificate = certificate;
  state.finalising = undefined;
  // [5-one-slot-again] Finality sets the term to one slot.
  state.lateSlots.clear();
  forgetDecided(state);
  if (epoch.number !== state.epoch.number) enterEpoch(state, epoch);
  else raiseLock(state, certificate);
  if (state.silentBelow !== undefined && certificate.view >= state.silentBelow) {
    const base = state.base.certificate === certificate;
    didLearnAfterLoss(state, certificate);
    if (base) state.lock = state.base.certificate;
  }
  const awaited = state.awaitingBody;
  if (awaited !== undefined) {
    state.awaitingBody = undefined;
    if (awaited.epoch === state.epoch.number) finalise(state, awaited);
  }
  reconsider(state);
  tryPropose(state);
}

function forgetDecided(state: CoreState): void {
  const gone: Hash[] = [];
  for (const [hash, header] of state.headers) if (header.index <= state.tip.index) gone.push(hash);
  for (const hash of gone) forget(state, hash);
  // What does not descend from the tip can never become final.
  for (const hash of [...state.headers.keys()]) {
    const header = state.headers.get(hash)!;
    const orphan = header.index === state.tip.index + 1 ? header.prev_hash !== state.tip.hash : false;
    if (orphan || (header.index > state.tip.index + 1 && isForked(state, hash))) forget(state, hash);
  }
  for (const hash of [...state.proposedAt.keys()]) if (!state.headers.has(hash)) state.proposedAt.delete(hash);
}

/** Whether a known chain of parents leads to the tip's height and misses it. */
function isForked(state: CoreState, hash: Hash): boolean {
  let header = state.headers.get(hash);
  while (header !== undefined && header.index > state.tip.index + 1) header = state.headers.get(header.prev_hash);
  return header !== undefined && pathFromTip(state, header.hash) === undefined;
}

function forget(state: CoreState, hash: Hash): void {
  state.headers.delete(hash);
  state.validity.delete(hash);
  state.votedFor.delete(hash);
  state.fetching.delete(hash);
}

/** [6-enter] From now on nothing of an earlier epoch is signed or moves the lock. */
function enterEpoch(state: CoreState, epoch: EpochEntry): void {
  state.epoch = epoch;
  state.schedule = createSchedule(state.config.hasher, epoch);
  state.base = { block: state.tip, certificate: state.tipCertificate };
  state.votes.clear();
  state.commitVotes.clear();
  state.proposals.clear();
  state.reported.clear();
  state.qcs.clear();
  state.headers.clear();
  state.validity.clear();
  state.votedFor.clear();
  state.awaitingBody = undefined;
  didEnterEpoch(state);
  stopLeading(state);
  enterTerm(state, currentTerm(state));
}
