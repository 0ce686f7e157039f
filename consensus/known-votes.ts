/**
 * The votes of the epoch that are held: those that came alone are counted, and those that came inside certificates are held against
 * them and against each other. PROTOCOL section 5, equivocation.
 */
import { voteSigningText } from '../ledger/values/signing.js';
import type { PublicKey } from '../ledger/values/text.js';
import type { Certificate, Vote } from '../ledger/values/vote.js';
import { maxVotesPerValidator } from './config.js';
import type { CoreState } from './core-state.js';
import { noteDoubleVote, noteLockViolation } from './equivocation.js';
import { stakeOf } from './quorum.js';
import { slotOfView, voteKey } from './view.js';

/** @returns false for a vote that is known or that contradicts one that is */
export function remember(state: CoreState, vote: Vote): boolean {
  const own = votesOf(state.votes, vote.validator);
  const known = own.get(voteKey(vote.view, vote.phase));
  if (known?.signature === vote.signature) return false;
  holdAgainstOthers(state, vote);
  if (known !== undefined) return false;
  own.set(voteKey(vote.view, vote.phase), vote);
  count(state, vote, 1);
  if (own.size > maxVotesPerValidator) count(state, forgetFurthest(state, own), -1);
  const highest = state.commitVotes.get(vote.validator);
  const isHighest = highest === undefined || highest.view < vote.view;
  if (vote.phase === 'commit' && isHighest) state.commitVotes.set(vote.validator, vote);
  return true;
}

/**
 * [5-certificate-votes] What a certificate carries are votes too, held against what their signers sign before and after. They are kept
 * apart: they are counted already, and push out none that came alone.
 */
export function rememberVotesOf(state: CoreState, certificate: Certificate): void {
  const { phase, epoch, view, block, justify_view, signers, signatures } = certificate;
  const { chain } = state.config;
  const name = voteKey(view, phase);
  for (const [at, index] of signers.entries()) {
    const validator = state.epoch.validators[index]!.key;
    const signature = signatures[at]!;
    const certified = votesOf(state.certifiedVotes, validator);
    if ([certified, state.votes.get(validator)].some((votes) => votes?.get(name)?.signature === signature)) continue;
    const vote: Vote = { chain, epoch, view, block, phase, justify_view, validator, signature };
    holdAgainstOthers(state, vote);
    if (certified.has(name)) continue;
    certified.set(name, vote);
    if (certified.size > maxVotesPerValidator) forgetFurthest(state, certified);
  }
}

function votesOf(all: Map<PublicKey, Map<number, Vote>>, validator: PublicKey): Map<number, Vote> {
  const votes = all.get(validator) ?? new Map<number, Vote>();
  all.set(validator, votes);
  return votes;
}

/** [5-double-vote] [5-lock-violation] Against all that is held of its signer, and the highest commit vote that came alone. */
function holdAgainstOthers(state: CoreState, vote: Vote): void {
  const { validator, phase } = vote;
  const name = voteKey(vote.view, phase);
  for (const votes of [state.votes.get(validator), state.certifiedVotes.get(validator)]) {
    const known = votes?.get(name);
    if (known !== undefined) noteDoubleVote(state, known, vote);
    for (const other of votes?.values() ?? []) holdAgainst(state, other, vote);
  }
  const highest = state.commitVotes.get(validator);
  if (highest !== undefined) holdAgainst(state, highest, vote);
}

function holdAgainst(state: CoreState, other: Vote, vote: Vote): void {
  if (other.phase === vote.phase) return;
  if (vote.phase === 'commit') noteLockViolation(state, vote, other);
  else noteLockViolation(state, other, vote);
}

/** Votes for slots to come go first, or a flood of them would push out those of today. Else the oldest goes. */
function forgetFurthest(state: CoreState, votes: Map<number, Vote>): Vote {
  let [first, last] = [votes.values().next().value!, votes.values().next().value!];
  for (const vote of votes.values()) {
    if (vote.view < first.view) first = vote;
    if (vote.view >= last.view) last = vote;
  }
  const isToCome = slotOfView(state.config.parameters, last.view) > state.slot;
  const furthest = isToCome ? last : first;
  votes.delete(voteKey(furthest.view, furthest.phase));
  return furthest;
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
