/** A vote arrives: it is counted once, and more than 2/3 of the stake makes a certificate. PROTOCOL section 5. */
import { toSlot } from '../ledger/values/numbers.js';
import { voteSigningText } from '../ledger/values/signing.js';
import type { Vote } from '../ledger/values/vote.js';
import { assembleCertificate } from './certificate.js';
import { maxVotesPerValidator } from './config.js';
import type { CoreState } from './core-state.js';
import { noteDoubleVote, noteLockViolation, showProposal } from './equivocation.js';
import { helpClosed } from './help.js';
import { isQuorum, memberIndex, stakeOf, totalStake } from './quorum.js';
import { emit, refuse, tellSelf } from './send.js';
import { slotOfView, voteKey } from './view.js';

export function onVote(state: CoreState, vote: Vote): void {
  const { epoch, config } = state;
  if (vote.epoch !== epoch.number) {
    helpClosed(state, vote.validator, vote.view);
    return;
  }
  if (memberIndex(epoch, vote.validator) < 0) {
    refuse(state, '5-member', 'the voter is not in the set', vote.validator);
    return;
  }
  const slot = slotOfView(config.parameters, vote.view);
  if (slot > toSlot(state.slot + 2 * config.parameters.max_term_slots)) {
    refuse(state, '5-future-view', `slot ${slot} is far ahead`, vote.validator);
    return;
  }
  if (!remember(state, vote)) return;
  showProposal(state, vote, [vote.validator]);
  const stake = state.tallies.get(tallyName(vote)) ?? 0;
  // [5-quorum] Strictly more than 2/3.
  const total = totalStake(epoch);
  if (!isQuorum(stake, total) || isQuorum(stake - stakeOf(epoch, [vote.validator]), total)) return;
  const certificate = assembleCertificate(epoch, sameVotes(state, vote));
  const leads = state.schedule.leader(slot) === config.signer?.publicKey;
  if (config.parameters.vote_routing === 'leader' && leads) {
    emit(state, { type: 'broadcast', message: { type: 'certificate', certificate } });
  }
  tellSelf(state, { type: 'certificate', certificate });
}

/** @returns false for a vote that is known or that contradicts one that is */
function remember(state: CoreState, vote: Vote): boolean {
  const own = state.votes.get(vote.validator) ?? new Map<number, Vote>();
  state.votes.set(vote.validator, own);
  const name = voteKey(vote.view, vote.phase);
  const known = own.get(name);
  if (known !== undefined) {
    noteDoubleVote(state, known, vote);
    return false;
  }
  own.set(name, vote);
  count(state, vote, 1);
  if (own.size > maxVotesPerValidator) forgetFurthest(state, own);
  if (vote.phase === 'commit') {
    for (const other of own.values()) if (other.phase === 'prepare') noteLockViolation(state, vote, other);
    const highest = state.commitVotes.get(vote.validator);
    if (highest === undefined || highest.view < vote.view) state.commitVotes.set(vote.validator, vote);
  } else {
    const commit = state.commitVotes.get(vote.validator);
    if (commit !== undefined) noteLockViolation(state, commit, vote);
  }
  return true;
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

/** Keeps the stake of what is held for one thing, so that a vote costs the same whatever the number of validators. */
function count(state: CoreState, vote: Vote, sign: 1 | -1): void {
  const name = tallyName(vote);
  const stake = (state.tallies.get(name) ?? 0) + sign * stakeOf(state.epoch, [vote.validator]);
  if (stake > 0) state.tallies.set(name, stake);
  else state.tallies.delete(name);
}

function sameVotes(state: CoreState, vote: Vote): readonly Vote[] {
  const name = voteKey(vote.view, vote.phase);
  const same: Vote[] = [];
  for (const { key } of state.epoch.validators) {
    const other = state.votes.get(key)?.get(name);
    if (other?.block === vote.block && other.justify_view === vote.justify_view) same.push(other);
  }
  return same;
}
