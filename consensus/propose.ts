/** What a leader does in its term. PROTOCOL section 5, rule 2. */
import type { HashedHeader } from '../ledger/values/block.js';
import { toView, type View } from '../ledger/values/numbers.js';
import { proposalSigningText } from '../ledger/values/signing.js';
import type { Proposal } from '../ledger/values/vote.js';
import { referenceTo } from './certificate.js';
import type { CoreState, Leadership, ProposalInput } from './core-state.js';
import { isQuorum, stakeOf, totalStake } from './quorum.js';
import { compareRanks, isOpening, rankOf } from './rank.js';
import { didPropose, mayPropose, signerOf } from './safety.js';
import { emit, tellSelf } from './send.js';
import { currentTerm, delta, slotStart, termLength } from './term.js';
import { executed, fetch, headerOf, keepHeader } from './unfinal-blocks.js';
import { roundOfView, slotOfView, viewAt } from './view.js';

/** Proposes, or asks for a block to propose, if this node leads now and the rules let it. */
export function tryPropose(state: CoreState): void {
  const { leadership } = state;
  if (leadership === undefined || leadership.termStart !== currentTerm(state)) return;
  if (leadership.building !== undefined || isWaitingForQuorum(state, leadership)) return;
  if (state.finalising !== undefined || !knowsHighestLock(state, leadership)) return;
  // [8-unwritten] Never far ahead of the disk.
  if (state.tip.index - state.storedIndex >= state.limits.unstored) return;
  const view = nextView(state, leadership);
  if (view === undefined || !mayPropose(state, view) || !slotSuffices(state, leadership)) return;
  const parent = headerOf(state, state.lock.block);
  if (parent === undefined) {
    fetch(state, state.lock.block);
    return;
  }
  if (isClosingUnfinal(state, parent) || parent.index - state.tip.index >= state.limits.unfinalDepth) {
    proposeAgain(state, leadership);
    return;
  }
  // Nothing is built on a block that was not executed here.
  if (executed(state, parent.hash) !== 'valid') return;
  leadership.building = view;
  emit(state, {
    type: 'build_block',
    parent: parent.hash,
    slot: leadership.termStart,
    round: roundOfView(state.config.parameters, view),
    view,
    justify_view: state.lock.view,
  });
}

/** The answer to `build_block`. Without a block there is nothing to add. */
export function onBlockBuilt(state: CoreState, view: View, block: HashedHeader | undefined): void {
  const { leadership } = state;
  if (leadership === undefined || leadership.building !== view) return;
  leadership.building = undefined;
  if (leadership.termStart !== currentTerm(state)) return;
  if (block === undefined) {
    proposeAgain(state, leadership);
    return;
  }
  // The lock or the watermark may have risen while the block was built: then it is not the one to propose.
  const extendsLock = block.prev_hash === state.lock.block && block.justify_view === state.lock.view;
  if (!extendsLock || view !== nextView(state, leadership)) {
    tryPropose(state);
    return;
  }
  keepHeader(state, block);
  state.validity.set(block.hash, 'valid');
  propose(state, leadership, block);
}

/** [5-again] That very block, as the first proposal of a term or 2 delta after the last: no filler blocks. */
function proposeAgain(state: CoreState, leadership: Leadership): void {
  const block = headerOf(state, state.lock.block);
  if (block === undefined || block.hash === state.tip.hash) return;
  if (leadership.last !== undefined && state.now < leadership.last.at + 2 * delta(state)) {
    emit(state, { type: 'start_timer', timer: 'again', at: leadership.last.at + 2 * delta(state) });
    return;
  }
  propose(state, leadership, block);
}

function propose(state: CoreState, leadership: Leadership, block: HashedHeader): void {
  const { config, lock } = state;
  const view = nextView(state, leadership);
  if (view === undefined || !mayPropose(state, view)) return;
  const signer = signerOf(state);
  const body = { chain: config.chain, epoch: state.epoch.number, view, block: block.hash, justify: referenceTo(lock) };
  const signature = signer.sign(proposalSigningText(body));
  const proposal: Proposal = { ...body, validator: signer.publicKey, signature };
  didPropose(state, view);
  const input: ProposalInput = { type: 'proposal', now: state.now, proposal, block, justify: lock };
  leadership.last = { input, at: state.now };
  leadership.nextRound = roundOfView(config.parameters, view) + 1;
  if (!state.proposedAt.has(block.hash)) state.proposedAt.set(block.hash, state.now);
  emit(state, { type: 'broadcast', message: { type: 'proposal', proposal, justify: lock } });
  emit(state, { type: 'start_timer', timer: 'again', at: state.now + 2 * delta(state) });
  tellSelf(state, input);
}

/** 2 delta after the last proposal: the same bytes while it has no QC, else the block again if it is not final. */
export function onAgainTimer(state: CoreState): void {
  const { leadership } = state;
  if (leadership?.last === undefined || leadership.termStart !== currentTerm(state)) return;
  if (isWaitingForQuorum(state, leadership)) {
    const { proposal, justify } = leadership.last.input;
    leadership.last = { input: leadership.last.input, at: state.now };
    emit(state, { type: 'broadcast', message: { type: 'proposal', proposal, justify } });
    emit(state, { type: 'start_timer', timer: 'again', at: state.now + 2 * delta(state) });
    tellSelf(state, leadership.last.input);
    return;
  }
  tryPropose(state);
}

function isWaitingForQuorum(state: CoreState, { last }: Leadership): boolean {
  if (last === undefined) return false;
  const { proposal, block } = last.input;
  if (block.index <= state.tip.index) return false;
  const qc = state.qcs.get(block.hash);
  if (qc !== undefined && qc.epoch === proposal.epoch && qc.view >= proposal.view) return false;
  // [5-next-round] Whoever is locked above what it rests on will not vote for it.
  return compareRanks(rankOf(state, state.lock), rankOf(state, proposal.justify)) <= 0;
}

/** The next view of the term above everything signed or certified: numbers may skip. undefined: none may come. */
function nextView(state: CoreState, { termStart, nextRound }: Leadership): View | undefined {
  const { parameters } = state.config;
  const { watermark, lock } = state;
  // [6-later-slot] The first block of an epoch comes in a later slot than its closing block's finality.
  if (isOpening(state, lock) && lock.view > 0 && termStart <= slotOfView(parameters, lock.view)) return undefined;
  let view = viewAt(parameters, termStart, nextRound);
  if (watermark.view >= view) view = toView(watermark.view + 1);
  if (lock.view >= view) view = toView(lock.view + 1);
  return slotOfView(parameters, view) === termStart ? view : undefined;
}

/** [5-at-once] A quorum's new-views show no prepare vote above the lock, so nothing higher can be locked; or delta passed. */
function knowsHighestLock(state: CoreState, leadership: Leadership): boolean {
  if (leadership.waited || leadership.last !== undefined) return true;
  const locked = rankOf(state, state.lock);
  const agreeing = [...leadership.newViews.values()].filter(({ lock, last_prepare }) => {
    const prepared = last_prepare?.epoch === state.epoch.number ? last_prepare.view : 0;
    return compareRanks(rankOf(state, lock), locked) <= 0 && prepared <= locked.view;
  });
  const stake = stakeOf(
    state.epoch,
    agreeing.map(({ validator }) => validator),
  );
  return isQuorum(stake, totalStake(state.epoch));
}

/** [5-slot-suffices] After round 0 only while what is left of the slot is enough for finality as it lately took. */
function slotSuffices(state: CoreState, leadership: Leadership): boolean {
  if (leadership.last === undefined) return true;
  const end = slotStart(state, leadership.termStart) + termLength(state) * state.config.parameters.slot_duration_ms;
  return end - state.now > state.finalityMs;
}

/** [6-closing-again] Until it is final a closing block can only be proposed again. */
function isClosingUnfinal(state: CoreState, block: HashedHeader): boolean {
  return block.next_epoch !== undefined && block.epoch === state.epoch.number && block.hash !== state.tip.hash;
}
