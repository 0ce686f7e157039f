/**
 * Two signed things where the protocol allows one, within one epoch: a member of two sets may honestly vote in both in
 * views that a careless check would call equal. PROTOCOL section 5, equivocation.
 */
import type { Evidence, Proposal, Vote } from '../ledger/values/vote.js';
import type { CoreState } from './core-state.js';
import { emit } from './send.js';

/** Once per offender and epoch is enough: the ledger takes no more. */
function report(state: CoreState, evidence: Evidence): void {
  if (state.reported.has(evidence.first.validator)) return;
  state.reported.add(evidence.first.validator);
  emit(state, { type: 'report_evidence', evidence });
}

/** [5-double-proposal] Remembers the first proposal of a view. */
export function noteProposal(state: CoreState, proposal: Proposal): void {
  const first = state.proposals.get(proposal.view);
  if (first === undefined) {
    state.proposals.set(proposal.view, proposal);
    if (state.proposals.size > 1024) state.proposals.delete(state.proposals.keys().next().value!);
  } else if (first.block !== proposal.block && first.validator === proposal.validator) {
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
