/** A proposal arrives: learn what it rests on, execute what it carries, vote for it once. PROTOCOL section 5, rule 3. */
import type { HashedHeader } from '../ledger/values/block.js';
import { toHeight } from '../ledger/values/numbers.js';
import { voteSigningText } from '../ledger/values/signing.js';
import type { Certificate, Proposal, Vote } from '../ledger/values/vote.js';
import { adoptWaiting, isAtHand } from './adopt.js';
import type { CoreState, ProposalInput } from './core-state.js';
import { noteProposal } from './equivocation.js';
import { help, helpClosed, isAnswered } from './help.js';
import { finalise, onCertificate } from './on-certificate.js';
import { isOfEpoch, isOpening } from './rank.js';
import { didPrepare, mayCommit, maySign, signerOf, whyNotPrepare } from './safety.js';
import { emit, refuse, sendVote, tellSelf } from './send.js';
import { noteLate, termHolds } from './term.js';
import { executed, headerOf, keepHeader, noteVotedFor } from './unfinal-blocks.js';
import { slotOfView, viewAt, voteKey } from './view.js';

export function onProposal(state: CoreState, input: ProposalInput): void {
  const { proposal, block } = input;
  const { epoch, config } = state;
  const slot = slotOfView(config.parameters, proposal.view);
  if (proposal.epoch < epoch.number) {
    helpClosed(state, proposal.validator, proposal.view);
    return;
  }
  // Also of whoever does not lead: signing two is as much against the rules.
  noteProposal(state, proposal);
  // [5-leader] Only the leader of the view's slot proposes.
  if (state.schedule.leader(slot) !== proposal.validator) {
    refuse(state, '5-leader', `${proposal.validator} does not lead slot ${slot}`, proposal.validator);
    return;
  }
  const flaw = flawOf(state, input);
  if (flaw !== undefined) {
    refuse(state, flaw[0], flaw[1], proposal.validator);
    return;
  }
  // [5-justify-first] A QC learnt from a justification is handled before its proposal is voted on.
  onCertificate(state, input.justify);
  if (block.index <= state.tip.index) {
    answerFinal(state, input);
    return;
  }
  // [7-held] A proposal for a slot that has not begun is held until it begins, or refused when it is far ahead.
  if (slot > state.slot + config.parameters.max_term_slots) {
    refuse(state, '7-held', `slot ${slot} is far ahead`, proposal.validator);
    return;
  }
  keepHeader(state, block);
  adoptWaiting(state);
  if (state.awaitingBody !== undefined) finalise(state, state.awaitingBody);
  if (!termHolds(state, slot) && slot <= state.slot) {
    noteLate(state, slot);
    refuse(state, '5-term', `the term of slot ${slot} is over`, proposal.validator);
    return;
  }
  consider(state, input);
}

/** [5-proposal] What came with a proposal in place of what it names: it is signed alone, block and certificate beside it. */
export function swappedIn(
  proposal: Proposal,
  block: Pick<HashedHeader, 'hash'>,
  justify: Certificate,
): string | undefined {
  if (block.hash !== proposal.block) return 'the block is not the one proposed';
  const { phase, epoch, view, block: certified } = proposal.justify;
  const isNamed =
    justify.phase === phase && justify.epoch === epoch && justify.view === view && justify.block === certified;
  return isNamed ? undefined : 'the justification is not the one signed';
}

/** What is wrong with a proposal whatever this node remembers. */
function flawOf(state: CoreState, { proposal, block, justify }: ProposalInput): readonly [string, string] | undefined {
  const { parameters } = state.config;
  const swapped = swappedIn(proposal, block, justify);
  if (swapped !== undefined) return ['5-proposal', swapped];
  if (block.epoch !== proposal.epoch) return ['6-block-epoch', `the block is of epoch ${block.epoch}`];
  if (!isOfEpoch(state, justify)) return ['6-finality-justifies', 'the justification is of another epoch'];
  // [5-again] Proposing again: the very block that the justification certifies.
  if (block.hash === justify.block) return undefined;
  if (viewAt(parameters, block.slot, block.round) !== proposal.view) {
    return ['5-new-block', "a new block's slot and round are the view's"];
  }
  if (block.proposer !== proposal.validator) return ['5-new-block', 'a new block names its proposer'];
  if (block.justify_view !== justify.view) return ['5-new-block', "a new block's justify_view is the justification's"];
  const parent = headerOf(state, justify.block);
  if (parent !== undefined) {
    if (block.index !== parent.index + 1) return ['5-new-block', "a new block's index is its parent's + 1"];
    // [6-closing-last] Nothing of the old epoch extends a closing block.
    if (parent.next_epoch !== undefined && parent.epoch === block.epoch) {
      return ['6-closing-last', 'nothing of its epoch extends a closing block'];
    }
  }
  // [6-later-slot] The first block of an epoch comes after the slot in which its closing block became final.
  if (isOpening(state, justify) && justify.view > 0 && block.slot <= slotOfView(parameters, justify.view)) {
    return ['6-later-slot', 'the epoch begins in a later slot'];
  }
  return undefined;
}

/** [5-already-final] Who knows that block final answers with the certificate, not with a vote. */
function answerFinal(state: CoreState, { proposal, block }: ProposalInput): void {
  const slot = slotOfView(state.config.parameters, proposal.view);
  if (proposal.validator === state.config.signer?.publicKey || !isAnswered(state, slot)) return;
  if (block.hash === state.tip.hash) {
    const message = { type: 'certificate', certificate: state.tipCertificate } as const;
    emit(state, { type: 'send', to: proposal.validator, message });
  } else {
    help(state, proposal.validator, toHeight(block.index - 1), slot);
  }
}

/** Keeps a proposal for later: one for each slot, that of the highest view. */
function hold(state: CoreState, input: ProposalInput): void {
  const slot = slotOfView(state.config.parameters, input.proposal.view);
  const other = state.held.get(slot);
  if (other === undefined || other.proposal.view < input.proposal.view) state.held.set(slot, input);
}

/** Takes up what was held: its slot has begun, its body or its execution is there. What is over by now is dropped. */
export function reconsider(state: CoreState): void {
  for (const [slot, input] of [...state.held]) {
    state.held.delete(slot);
    const { proposal, block } = input;
    if (proposal.epoch !== state.epoch.number || block.index <= state.tip.index) continue;
    if (slot <= state.slot && !termHolds(state, slot)) continue;
    if (flawOf(state, input) === undefined) consider(state, input);
  }
}

/** Votes if nothing is missing; asks for what is. */
function consider(state: CoreState, input: ProposalInput): void {
  const { proposal, block, justify } = input;
  if (slotOfView(state.config.parameters, proposal.view) > state.slot) {
    hold(state, input);
    return;
  }
  const reason = whyNotPrepare(state, proposal.view, block, justify);
  if (reason !== undefined) {
    // Who signs nothing now, an observer for one, has nothing to refuse.
    if (maySign(state) && !repeatVote(state, input)) refuse(state, '5-prepare', reason, proposal.validator);
    return;
  }
  // [5-executes] A new block executes to its stated roots; one that a quorum has prepared was executed by it.
  // [5-lock-at-hand] What is proposed again becomes the lock of whoever votes for it.
  const again = block.hash === justify.block;
  const outcome = again ? (isAtHand(state, block.hash) ? 'valid' : 'waiting') : executed(state, block.hash);
  if (outcome === 'waiting') hold(state, input);
  else if (outcome === 'invalid') refuse(state, '5-executes', 'the block does not execute', proposal.validator);
  else prepare(state, input);
}

/** [5-same-bytes] The leader asks again in this view: the same vote may be sent again. @returns whether one was */
function repeatVote(state: CoreState, { proposal }: ProposalInput): boolean {
  const { lastPrepare, config } = state;
  if (lastPrepare?.view !== proposal.view || lastPrepare.block !== proposal.block) return false;
  const slot = slotOfView(config.parameters, proposal.view);
  sendVote(state, { type: 'vote', vote: lastPrepare }, slot);
  const own = state.votes.get(lastPrepare.validator)?.get(voteKey(proposal.view, 'commit'));
  // A vote under this key that this node did not sign, a twin's perhaps, is not its to send.
  if (own !== undefined && !mayCommit(state, proposal.view)) sendVote(state, { type: 'vote', vote: own }, slot);
  return true;
}

function prepare(state: CoreState, { proposal, block, justify }: ProposalInput): void {
  const { config } = state;
  const signer = signerOf(state);
  const body = {
    chain: config.chain,
    epoch: proposal.epoch,
    view: proposal.view,
    block: block.hash,
    phase: 'prepare',
    justify_view: justify.view,
  } as const;
  const vote: Vote = {
    ...body,
    validator: signer.publicKey,
    signature: signer.sign(voteSigningText(body)),
  };
  didPrepare(state, vote, justify);
  noteVotedFor(state, block.hash);
  sendVote(state, { type: 'vote', vote }, slotOfView(config.parameters, proposal.view));
  tellSelf(state, { type: 'vote', vote });
}
