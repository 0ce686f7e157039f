/** Final blocks were executed, through own finality or from peers: forget what they decide, enter an epoch if they close one. */
import type { HashedHeader } from '../ledger/values/block.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { Certificate } from '../ledger/values/vote.js';
import { adoptWaiting, endSilence } from './adopt.js';
import { assert } from './assert.js';
import type { CoreState } from './core-state.js';
import { finalise } from './on-certificate.js';
import { reconsider } from './on-proposal.js';
import { enterTerm, stopLeading } from './on-slot.js';
import { tryPropose } from './propose.js';
import { didEnterEpoch, raiseLock } from './safety.js';
import { createSchedule } from './schedule.js';
import { currentTerm } from './term.js';
import { forgetDecided } from './unfinal-blocks.js';

export interface FinalAdvance {
  readonly tip: HashedHeader;
  readonly certificate: Certificate;
  readonly epoch: EpochEntry;
}

export function onFinalAdvanced(state: CoreState, { tip, certificate, epoch }: FinalAdvance): void {
  assert(tip.index > state.tip.index, 'final blocks only grow');
  state.tip = tip;
  state.tipCertificate = certificate;
  // [5-one-slot-again] Finality sets the term to one slot.
  state.lateSlots.clear();
  forgetDecided(state);
  // Also where a peer's certificate for it was of a lower view than the one that waits.
  const finalising = state.finalising && state.headers.get(state.finalising.block);
  if (finalising === undefined || finalising.index <= tip.index) state.finalising = undefined;
  if (state.validating !== undefined && !state.headers.has(state.validating)) state.validating = undefined;
  const entered = epoch.number !== state.epoch.number;
  if (entered) enterEpoch(state, epoch);
  else raiseLock(state, certificate);
  // [5-lost-vote-state] Finality learnt from peers counts as well as any certificate.
  endSilence(state, certificate);
  adoptWaiting(state);
  if (entered) {
    stopLeading(state);
    enterTerm(state, currentTerm(state));
  }
  const awaited = state.awaitingBody;
  state.awaitingBody = undefined;
  if (awaited !== undefined && awaited.epoch === state.epoch.number) finalise(state, awaited);
  reconsider(state);
  tryPropose(state);
}

/** [6-enter] The tip is the closing block, however many come from peers at once: its certificate is of the old set. From now on nothing of an earlier epoch is signed or moves the lock. */
function enterEpoch(state: CoreState, epoch: EpochEntry): void {
  const { tip, tipCertificate, config } = state;
  state.epoch = epoch;
  state.schedule = createSchedule(config.hasher, epoch);
  state.base = { block: tip, certificate: tipCertificate };
  state.votes.clear();
  state.certifiedVotes.clear();
  state.tallies.clear();
  state.commitVotes.clear();
  state.proposals.clear();
  state.reported.clear();
  state.qcs.clear();
  state.waiting.clear();
  state.earlyNewViews.clear();
  state.finalising = undefined;
  didEnterEpoch(state, tipCertificate);
}
