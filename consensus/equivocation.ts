/**
 * Two signed things where the protocol allows one, within one epoch: a member of two sets may honestly vote in both in
 * views that a careless check would call equal. PROTOCOL section 5, equivocation.
 */
import type { View } from '../ledger/values/numbers.js';
import type { PublicKey } from '../ledger/values/text.js';
import type { Certificate, Evidence, Proposal, Vote } from '../ledger/values/vote.js';
import { maxProposalsPerValidator } from './config.js';
import type { CoreState } from './core-state.js';
import { stakeOf, totalStake } from './quorum.js';
import { emit } from './send.js';
import { headerOf } from './unfinal-blocks.js';
import { slotOfView } from './view.js';

/** Once per offender and epoch is enough: the ledger takes no more. */
function report(state: CoreState, evidence: Evidence): void {
  if (state.reported.has(evidence.first.validator)) return;
  state.reported.add(evidence.first.validator);
  emit(state, { type: 'report_evidence', evidence });
}

/**
 * [5-double-proposal] Remembers the first proposal of a view.
 * [5-proposals-kept] Each validator's apart: who signs many pushes out its own, never those of another.
 */
export function noteProposal(state: CoreState, proposal: Proposal): void {
  const own = state.proposals.get(proposal.validator) ?? new Map<View, Proposal>();
  state.proposals.set(proposal.validator, own);
  const first = own.get(proposal.view);
  if (first === undefined) {
    own.set(proposal.view, proposal);
    if (own.size > maxProposalsPerValidator) own.delete(own.keys().next().value!);
  } else if (first.block !== proposal.block) {
    report(state, { kind: 'double_proposal', first, second: proposal });
  }
}

/** [5-double-vote] Two votes of one phase for different blocks in one view. */
export function noteDoubleVote(state: CoreState, first: Vote, second: Vote): void {
  if (first.block !== second.block) report(state, { kind: 'double_vote', first, second });
}

/** [5-lock-violation] A prepare vote in a later view whose justification lies below an own commit vote. */
export function noteLockViolation(state: CoreState, commit: Vote, prepare: Vote): void {
  if (prepare.view > commit.view && prepare.justify_view < commit.view) {
    report(state, { kind: 'lock_violation', first: commit, second: prepare });
  }
}

/**
 * [5-show-proposal] Someone voted in this view for another block than the one proposed here: whoever did is sent that
 * proposal, so that two proposals shown to two halves meet at one honest node. Once a slot for each voter.
 */
export function showProposal(state: CoreState, vote: Pick<Vote, 'view' | 'block'>, voters: readonly PublicKey[]): void {
  const leader = state.schedule.leader(slotOfView(state.config.parameters, vote.view));
  const proposal = state.proposals.get(leader)?.get(vote.view);
  if (proposal === undefined || proposal.block === vote.block) return;
  const justify = certificateNamed(state, proposal);
  if (justify === undefined || headerOf(state, proposal.block) === undefined) return;
  const message = { type: 'proposal', proposal, justify } as const;
  const told: PublicKey[] = [];
  for (const to of voters) {
    // Among more than a third of the stake one is honest, and will put the two together.
    if (3n * BigInt(stakeOf(state.epoch, told)) > BigInt(totalStake(state.epoch))) return;
    told.push(to);
    if (to === state.config.signer?.publicKey || state.shown.has(to)) continue;
    state.shown.add(to);
    emit(state, { type: 'send', to, message });
  }
}

/** The bytes that a proposal names as its justification, if they are still at hand. */
function certificateNamed(state: CoreState, { justify }: Proposal): Certificate | undefined {
  const candidates = [state.qcs.get(justify.block), state.lock, state.tipCertificate, state.base.certificate];
  return candidates.find(
    (one) => one?.block === justify.block && one.view === justify.view && one.phase === justify.phase,
  );
}
