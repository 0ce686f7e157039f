/** A proposal arrives: learn what it rests on, execute what it carries, vote for it once. PROTOCOL section 5, rule 3. */
import { toHeight } from '../ledger/values/numbers.js';
import { voteSigningText } from '../ledger/values/signing.js';
import type { Vote } from '../ledger/values/vote.js';
import { maxHeld, maxUnfinalHeaders } from './config.js';
import { type CoreState, headerOf, type ProposalInput } from './core-state.js';
import { noteProposal } from './equivocation.js';
import { fetch, onCertificate } from './on-certificate.js';
import { rankIn } from './rank.js';
import { didPrepare, whyNotPrepare } from './safety.js';
import { emit, refuse, sendVote, tellSelf } from './send.js';
import { noteLate, termHolds } from './term.js';
import { slotOfView, viewAt } from './view.js';

export function onProposal(state: CoreState, input: ProposalInput): void {
  const { proposal, block } = input;
  const { epoch, config } = state;
  const slot = slotOfView(config.parameters, proposal.view);
  if (proposal.epoch < epoch.number) {
    // [6-help] The proposer does not know that its epoch is closed.
    emit(state, { type: 'help_behind', validator: proposal.validator, final_index: toHeight(block.index - 1) });
    return;
  }
  if (proposal.epoch > epoch.number) {
    emit(state, { type: 'catch_up', from_index: toHeight(state.tip.index + 1) });
    hold(state, input);
    return;
  }
  // [5-leader] Only the leader of the view's slot proposes.
  if (state.schedule.leader(slot) !== proposal.validator) {
    refuse(state, '5-leader', `${proposal.validator} does not lead slot ${slot}`, proposal.validator);
    return;
  }
  noteProposal(state, proposal);
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
  keepHeader(state, input);
  if (slot > state.slot) {
    if (slot <= state.slot + 2 * config.parameters.max_term_slots) hold(state, input);
    else refuse(state, '5-term', `slot ${slot} is far ahead`, proposal.validator);
    return;
  }
  if (!termHolds(state, slot)) {
    noteLate(state, slot);
    refuse(state, '5-term', `the term of slot ${slot} is over`, proposal.validator);
    return;
  }
  consider(state, input);
}

/** What is wrong with a proposal whatever this node remembers. */
function flawOf(state: CoreState, { proposal, block, justify }: ProposalInput): readonly [string, string] | undefined {
  const { parameters } = state.config;
  if (block.hash !== proposal.block) return ['5-proposal', 'the block is not the one proposed'];
  if (block.epoch !== proposal.epoch) return ['6-block-epoch', `the block is of epoch ${block.epoch}`];
  const { phase, epoch, view, block: certified } = proposal.justify;
  if (justify.phase !== phase || justify.epoch !== epoch || justify.view !== view || justify.block !== certified) {
    return ['5-proposal', 'the justification is not the one signed'];
  }
  if (rankIn(state, justify) === undefined) return ['6-finality-justifies', 'the justification is of another epoch'];
  // [5-again] Proposing again: the very block that the justification certifies.
  if (block.hash === justify.block) return undefined;
  if (viewAt(parameters, block.slot, block.round) !== proposal.view) {
    return ['5-new-block', "a new block's slot and round are the view's"];
  }
  if (block.proposer !== proposal.validator) return ['5-new-block', 'a new block names its proposer'];
  if (block.justify_view !== justify.view) return ['5-new-block', "a new block's justify_view is the justification's"];
  if (block.prev_hash !== justify.block) return ['5-extends', 'the block does not extend what is certified'];
  const parent = headerOf(state, justify.block);
  if (parent !== undefined) {
    if (block.index !== parent.index + 1) return ['5-new-block', "a new block's index is its parent's + 1"];
    // [6-closing-last] Nothing of the old epoch extends a closing block.
    if (parent.next_epoch !== undefined && parent.epoch === block.epoch) {
      return ['6-closing-last', 'nothing of its epoch extends a closing block'];
    }
  }
  // [6-later-slot] The first block of an epoch comes after the slot in which its closing block became final.
  if (
    justify.block === state.base.block.hash &&
    block.slot <= slotOfView(parameters, justify.view) &&
    block.index > 1
  ) {
    return ['6-later-slot', 'the epoch begins in a later slot'];
  }
  return undefined;
}

function keepHeader(state: CoreState, { block }: ProposalInput): void {
  if (state.headers.has(block.hash)) return;
  if (state.headers.size >= maxUnfinalHeaders) {
    for (const hash of state.headers.keys()) {
      if (hash === state.lock.block || state.votedFor.has(hash)) continue;
      state.headers.delete(hash);
      state.validity.delete(hash);
      break;
    }
  }
  state.headers.set(block.hash, block);
  state.fetching.delete(block.hash);
}

/** [5-already-final] Who knows that block final answers with the certificate, not with a vote. */
function answerFinal(state: CoreState, { proposal, block }: ProposalInput): void {
  if (proposal.validator === state.config.signer?.publicKey) return;
  if (block.hash === state.tip.hash) {
    const message = { type: 'certificate', certificate: state.tipCertificate } as const;
    emit(state, { type: 'send', to: proposal.validator, message });
  } else {
    emit(state, { type: 'help_behind', validator: proposal.validator, final_index: toHeight(block.index - 1) });
  }
}

/** Keeps a proposal for later; the oldest view goes first when there are too many. */
function hold(state: CoreState, input: ProposalInput): void {
  if (state.held.some(({ proposal }) => proposal.signature === input.proposal.signature)) return;
  state.held.push(input);
  if (state.held.length > maxHeld) state.held.shift();
}

/** Takes up what was held: its slot has begun, its body or its execution is there, or its epoch. */
export function reconsider(state: CoreState): void {
  const held = state.held.splice(0);
  for (const input of held) onProposal(state, input);
}

/** Votes if nothing is missing; asks for what is. */
function consider(state: CoreState, input: ProposalInput): void {
  const { proposal, block, justify } = input;
  const reason = whyNotPrepare(state, proposal.view, block, justify);
  if (reason !== undefined) {
    repeatVote(state, input);
    if (state.lastPrepare?.view !== proposal.view) refuse(state, '5-prepare', reason, proposal.validator);
    return;
  }
  if (headerOf(state, block.prev_hash) === undefined) {
    fetch(state, block.prev_hash);
    hold(state, input);
    return;
  }
  const validity = state.validity.get(block.hash);
  if (validity === 'invalid') {
    refuse(state, '5-executes', 'the block does not execute to its roots', proposal.validator);
    return;
  }
  if (validity !== 'valid') {
    hold(state, input);
    if (validity === undefined) {
      state.validity.set(block.hash, 'asked');
      emit(state, { type: 'validate_block', block: block.hash });
    }
    return;
  }
  prepare(state, input);
}

/** [5-same-bytes] The leader asks again in this view: the same vote may be sent again. */
function repeatVote(state: CoreState, { proposal }: ProposalInput): void {
  const { lastPrepare, config } = state;
  if (lastPrepare?.view !== proposal.view || lastPrepare.block !== proposal.block) return;
  const slot = slotOfView(config.parameters, proposal.view);
  sendVote(state, { type: 'vote', vote: lastPrepare }, slot);
  const own = state.votes.get(lastPrepare.validator)?.get(`${proposal.view}/commit`);
  if (own !== undefined) sendVote(state, { type: 'vote', vote: own }, slot);
}

function prepare(state: CoreState, { proposal, block, justify }: ProposalInput): void {
  const { config } = state;
  if (config.signer === undefined) return;
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
    validator: config.signer.publicKey,
    signature: config.signer.sign(voteSigningText(body)),
  };
  didPrepare(state, vote, justify);
  state.votedFor.add(block.hash);
  sendVote(state, { type: 'vote', vote }, slotOfView(config.parameters, proposal.view));
  tellSelf(state, { type: 'vote', vote });
}
