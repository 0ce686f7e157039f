/**
 * What makes two signed messages evidence: that no honest validator signs both. Signatures are checked elsewhere.
 * PROTOCOL section 5, equivocation.
 */
import type { Evidence, Proposal, Vote } from './vote.js';

/** Why this pair shows nothing, as a sentence; undefined if it does show misbehaviour. */
export function evidenceFault({ kind, first, second }: Evidence): string | undefined {
  if (first.validator !== second.validator) return 'The two messages are by different validators.';
  if (first.chain !== second.chain) return 'The two messages are of different chains.';
  // A member of two sets may honestly sign in both epochs in views of one number.
  if (first.epoch !== second.epoch) return 'The two messages are of different epochs.';
  switch (kind) {
    case 'double_proposal':
      return doubleFault(first, second);
    case 'double_vote':
      if ((first as Vote).phase !== (second as Vote).phase) return 'The two votes are of different phases.';
      return doubleFault(first, second);
    case 'lock_violation':
      return lockFault(first as Vote, second as Vote);
  }
}

function doubleFault(first: Proposal | Vote, second: Proposal | Vote): string | undefined {
  if (first.view !== second.view) return 'The two messages are of different views.';
  return first.block === second.block ? 'The two messages are for the same block.' : undefined;
}

function lockFault(commit: Vote, prepare: Vote): string | undefined {
  if (commit.phase !== 'commit' || prepare.phase !== 'prepare') {
    return 'A lock violation is a commit vote followed by a prepare vote.';
  }
  if (prepare.view <= commit.view) return 'The prepare vote is not of a later view than the commit vote.';
  if (prepare.justify_view >= commit.view) return 'The prepare vote respects the lock of the commit vote.';
  return undefined;
}
