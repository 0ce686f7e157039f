/**
 * What distances alone allow. One rule: no node can know a block final before a quorum's commit votes reached it, none
 * of those could be cast before a quorum's prepare votes, and none of these before the proposal: three one-way delays,
 * each to the last of the nearest quorum.
 */
import { oneWayMs } from './regions.js';

/** Validators of equal stake that are strictly more than two thirds of `validators`. */
export const quorumOf = (validators: number): number => Math.floor((2 * validators) / 3) + 1;

/** When the `quorum`-th of the messages sent at `sentAt` arrives at `to`; its own is there at once. */
function quorumAt(to: number, live: readonly number[], sentAt: ReadonlyMap<number, number>, quorum: number): number {
  const arrivals = live.map((from) => sentAt.get(from)! + (from === to ? 0 : oneWayMs(from, to)));
  return arrivals.sort((left, right) => left - right)[quorum - 1] ?? Number.POSITIVE_INFINITY;
}

const fromLeader = (leader: number, to: number): number => (leader === to ? 0 : oneWayMs(leader, to));

/** ms from the proposal to finality at each live validator, in the order of `live`; votes go to everyone. */
export function threeDelays(leader: number, live: readonly number[], validators: number): readonly number[] {
  const quorum = quorumOf(validators);
  const proposed = new Map(live.map((node) => [node, fromLeader(leader, node)]));
  const prepared = new Map(live.map((node) => [node, quorumAt(node, live, proposed, quorum)]));
  return live.map((node) => Math.max(proposed.get(node)!, quorumAt(node, live, prepared, quorum)));
}

/** The same where votes go to the leader, which spreads the certificates: five one-way delays, four at the leader. */
export function fiveDelays(leader: number, live: readonly number[], validators: number): readonly number[] {
  const quorum = quorumOf(validators);
  const there = new Map(live.map((node) => [node, fromLeader(leader, node)]));
  const certified = quorumAt(leader, live, there, quorum);
  const committed = new Map(live.map((node) => [node, certified + there.get(node)!]));
  const final = quorumAt(leader, live, committed, quorum);
  return live.map((node) => final + there.get(node)!);
}
