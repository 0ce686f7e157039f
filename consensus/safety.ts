/**
 * Every stateful safety check of a validator, in pairs: may I, and I did. Nothing else may change lock or watermark.
 * PROTOCOL section 5: the argument for safety rests on this file.
 */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Signer } from '../ledger/values/crypto.js';
import type { View } from '../ledger/values/numbers.js';
import type { Certificate, Vote } from '../ledger/values/vote.js';
import { assert } from './assert.js';
import type { CoreState } from './core-state.js';
import { memberIndex } from './quorum.js';
import { compareRanks, isOfEpoch, rankOf } from './rank.js';
import { isOpenSince } from './silence.js';
import type { Step } from './vote-state.js';

const order: Readonly<Record<Step, number>> = { propose: 0, prepare: 1, commit: 2 };

/** [5-watermark] One signature per (view, step), in ascending order, for all epochs together. */
function isAboveWatermark(state: CoreState, view: View, step: Step): boolean {
  const { watermark } = state;
  return view > watermark.view || (view === watermark.view && order[step] > order[watermark.step]);
}

function raiseWatermark(state: CoreState, view: View, step: Step): void {
  assert(isAboveWatermark(state, view, step), 'a watermark never falls');
  state.watermark = { view, step };
  state.dirty = true;
}

/** Whether this node signs anything at all now: it holds a key of a member, lost nothing, and its clock is good. */
export function maySign(state: CoreState): boolean {
  const { config, epoch } = state;
  if (config.signer === undefined || state.clockSuspect) return false;
  // [5-lost-vote-state] Nothing before a certificate that is later than anything this key can have signed.
  if (state.silentBelow !== undefined) return false;
  // [6-old-epoch] A lock of a later epoch than the ledger knows: that epoch was entered, nothing earlier is signed.
  if (rankOf(state, state.lock).epoch > epoch.number) return false;
  return memberIndex(epoch, config.signer.publicKey) >= 0;
}

/** Who may sign has a key to sign with. */
export function signerOf({ config }: CoreState): Signer {
  assert(config.signer !== undefined, 'an observer signs nothing');
  return config.signer;
}

export function mayPropose(state: CoreState, view: View): boolean {
  return maySign(state) && isAboveWatermark(state, view, 'propose');
}

export function didPropose(state: CoreState, view: View): void {
  raiseWatermark(state, view, 'propose');
}

/** Rule 3, all that depends on what was signed before. @returns the reason against it, or undefined */
export function whyNotPrepare(
  state: CoreState,
  view: View,
  block: HashedHeader,
  justify: Certificate,
): string | undefined {
  if (!maySign(state)) return 'this node signs nothing now';
  if (!isAboveWatermark(state, view, 'prepare')) return `view ${view} is not above the watermark`;
  // [5-justify-below-view] A proposal rests on what was certified before it.
  if (justify.view >= view) return `the justification's view ${justify.view} is not below view ${view}`;
  // [6-old-epoch] Only what is of this epoch, or opened it, counts.
  if (!isOfEpoch(state, justify)) return 'the justification is of another epoch';
  // [5-lock] Never vote on less than what is locked.
  const rank = rankOf(state, justify);
  const locked = rankOf(state, state.lock);
  if (compareRanks(rank, locked) < 0) return `the justification ranks at view ${rank.view}, the lock at ${locked.view}`;
  // [5-extends] The block extends exactly what the justification certifies, or is that very block.
  if (block.hash !== justify.block && block.prev_hash !== justify.block) {
    return 'the block neither is nor extends what the justification certifies';
  }
  return undefined;
}

export function didPrepare(state: CoreState, vote: Vote, justify: Certificate): void {
  raiseLock(state, justify);
  raiseWatermark(state, vote.view, 'prepare');
  state.lastPrepare = vote;
}

/** [5-commit-once] Rule 4: not below the watermark's view, and at most one commit vote in a view. */
export function mayCommit(state: CoreState, view: View): boolean {
  return maySign(state) && isAboveWatermark(state, view, 'commit');
}

export function didCommit(state: CoreState, view: View): void {
  raiseWatermark(state, view, 'commit');
}

/** [5-lock-rises] A verified certificate of this epoch that ranks above the lock becomes the lock. */
export function mayRaiseLock(state: CoreState, certificate: Certificate): boolean {
  if (!isOfEpoch(state, certificate)) return false;
  return compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0;
}

export function raiseLock(state: CoreState, certificate: Certificate): void {
  if (!mayRaiseLock(state, certificate)) return;
  state.lock = certificate;
  state.dirty = true;
}

/**
 * [6-enter] Entering an epoch sets the lock to what it begins with, unless this node voted in that epoch before a crash
 * and its ledger comes back only now: such a lock stays. The watermark stays always: it is one for all epochs.
 */
export function didEnterEpoch(state: CoreState, certificate: Certificate): void {
  if (compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0) state.lock = certificate;
  if (state.lastPrepare !== undefined && state.lastPrepare.epoch < state.epoch.number) state.lastPrepare = undefined;
  state.dirty = true;
  if (state.forgottenBelow === undefined) return;
  // [5-lost-vote-state] In an epoch that was opened before the loss the key may have voted: silence, until a certificate of it.
  if (isOpenSince(state.config.parameters, state.base, state.forgottenBelow)) {
    state.silentBelow = state.forgottenBelow;
    return;
  }
  state.forgottenBelow = undefined;
  if (state.silentBelow !== undefined) didLearnAfterLoss(state, certificate);
}

/** [5-lost-vote-state] The certificate that ends the silence becomes lock and watermark. */
export function didLearnAfterLoss(state: CoreState, certificate: Certificate): void {
  state.silentBelow = undefined;
  if (compareRanks(rankOf(state, certificate), rankOf(state, state.lock)) > 0) state.lock = certificate;
  const { view } = certificate;
  if (isAboveWatermark(state, view, 'commit')) state.watermark = { view, step: 'commit' };
  state.dirty = true;
}
