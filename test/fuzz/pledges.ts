/**
 * What was signed with the validator's key. The one rule: until `break`, nothing is signed that would be evidence
 * together with something signed before, since evidence costs the validator its seat at the end of the epoch.
 */
import { evidenceFault } from '../../ledger/values/evidence.js';
import type { Evidence, Proposal, Vote } from '../../ledger/values/vote.js';

export interface Pledges {
  mayVote(vote: Vote): boolean;
  mayPropose(proposal: Proposal): boolean;
  /** Views before this one are another's: the key's own process may have signed in them. */
  begin(view: number): void;
  /** From now on everything may be signed. */
  break(): void;
}

/** Older ones are forgotten; nobody is slashed for an epoch that is long over. */
const kept = 2_000;

export function createPledges(): Pledges {
  const votes: Vote[] = [];
  const proposals: Proposal[] = [];
  let firstView = 0;
  let broken = false;
  const incriminates = (kind: Evidence['kind'], first: unknown, second: unknown): boolean =>
    evidenceFault({ kind, first, second } as Evidence) === undefined;

  return {
    mayVote(vote) {
      if (broken) return true;
      if (!(vote.view >= firstView)) return false;
      const bad = votes.some(
        (other) =>
          incriminates('double_vote', vote, other) ||
          incriminates('lock_violation', vote, other) ||
          incriminates('lock_violation', other, vote),
      );
      if (!bad) votes.push(vote);
      if (votes.length > kept) votes.shift();
      return !bad;
    },
    mayPropose(proposal) {
      if (broken) return true;
      if (!(proposal.view >= firstView)) return false;
      const bad = proposals.some((other) => incriminates('double_proposal', proposal, other));
      if (!bad) proposals.push(proposal);
      if (proposals.length > kept) proposals.shift();
      return !bad;
    },
    begin(view) {
      firstView = view;
    },
    break() {
      broken = true;
    },
  };
}
