/**
 * The votes of the epoch that are held, each counted once, whether it came alone or inside a certificate. PROTOCOL section 5,
 * equivocation.
 */
import { voteSigningText } from '../ledger/values/signing.js';
import type { Certificate, Vote } from '../ledger/values/vote.js';
import { maxVotesPerValidator } from './config.js';
import type { CoreState } from './core-state.js';
import { noteDoubleVote, noteLockViolation } from './equivocation.js';
import { stakeOf } from './quorum.js';
import { slotOfView, voteKey } from './view.js';

/** @returns false for a vote that is known or that contradicts one that is */
export function remember(state: CoreState, vote: Vote): boolean {
  const own = state.votes.get(vote.validator) ?? new Map<number, Vote>();
  state.votes.set(vote.validator, own);
  const name = voteKey(vote.view, vote.phase);
  const known = own.get(name);
  if (known?.signature === vote.signature) return false;
  const highest = state.commitVotes.get(vote.validator);
  if (vote.phase === 'commit') {
    for (const other of own.values()) if (other.phase === 'prepare') noteLockViolation(state, vote, other);
  } else if (highest !== undefined) noteLockViolation(state, highest, vote);
  if (known !== undefined) {
    noteDoubleVote(state, known, vote);
    return false;
  }
  own.set(name, vote);
  count(state, vote, 1);
  if (own.size > maxVotesPerValidator) forgetFurthest(state, own);
  const isHighest = highest === undefined || highest.view < vote.view;
  if (vote.phase === 'commit' && isHighest) state.commitVotes.set(vote.validator, vote);
  return true;
}

/** [5-certificate-votes] What a certificate carries are votes too, held against what their signers sign before and after. */
export function rememberVotesOf(state: CoreState, certificate: Certificate): void {
  const { phase, epoch, view, block, justify_view, signers, signatures } = certificate;
  const { chain } = state.config;
  for (const [at, index] of signers.entries()) {
    const validator = state.epoch.validators[index]!.key;
    const signature = signatures[at]!;
    remember(state, { chain, epoch, view, block, phase, justify_view, validator, signature });
  }
}

/** Votes for slots to come go first, or a flood of them would push out those of today. Else the oldest goes. */
function forgetFurthest(state: CoreState, votes: Map<number, Vote>): void {
  let [first, last]: (Vote | undefined)[] = [];
  for (const vote of votes.values()) {
    if (first === undefined || vote.view < first.view) first = vote;
    if (last === undefined || vote.view >= last.view) last = vote;
  }
  if (first === undefined || last === undefined) return;
  const isToCome = slotOfView(state.config.parameters, last.view) > state.slot;
  const furthest = isToCome ? last : first;
  votes.delete(voteKey(furthest.view, furthest.phase));
  count(state, furthest, -1);
}

/** Equal for votes for the same thing; kept with the vote, where it was checked against the signature. */
const tallyName = (vote: Vote): string => voteSigningText(vote);

/** Stake behind what a vote is for, over all that is held. */
export const stakeBehind = (state: CoreState, vote: Vote): number => state.tallies.get(tallyName(vote)) ?? 0;

/** Keeps the stake of what is held for one thing, so that a vote costs the same whatever the number of validators. */
function count(state: CoreState, vote: Vote, sign: 1 | -1): void {
  const name = tallyName(vote);
  const stake = (state.tallies.get(name) ?? 0) + sign * stakeOf(state.epoch, [vote.validator]);
  if (stake > 0) state.tallies.set(name, stake);
  else state.tallies.delete(name);
}

export function sameVotes(state: CoreState, vote: Vote): readonly Vote[] {
  const name = voteKey(vote.view, vote.phase);
  const same: Vote[] = [];
  for (const { key } of state.epoch.validators) {
    const other = state.votes.get(key)?.get(name);
    if (other?.block === vote.block && other.justify_view === vote.justify_view) same.push(other);
  }
  return same;
}
