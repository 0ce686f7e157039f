/**
 * Which remembered address gives way to another when the book is full. The one rule: whoever has the most places loses
 * one, so that neither addresses of one network nor hints of one teller keep those of others out.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import { FAILURES_OF_THE_GONE } from './limits.js';
import type { HostPort } from './messages.js';

export interface AddressEntry {
  readonly address: HostPort;
  /** Whom its place counts for: the subnet of the address, or of a hint, that of who gave it. */
  account: string;
  /** The node that proved itself there, or is said to be there. */
  node: PublicKey | undefined;
  /** Its node does not say that it can be reached: others are not told of it, nor is it remembered on disk. */
  isHidden?: boolean;
  /** Unix ms of the last proof there; undefined: only a hint. */
  provedAt: number | undefined;
  failures: number;
  notBefore: number;
  readonly isBootstrap: boolean;
}

/** Those of the account with the most, the newcomer counted. */
function ofTheMost(entries: readonly AddressEntry[], newcomer: string): readonly AddressEntry[] {
  const counts = new Map([[newcomer, 1]]);
  for (const { account } of entries) counts.set(account, (counts.get(account) ?? 0) + 1);
  const most = Math.max(...entries.map(({ account }) => counts.get(account) ?? 0));
  return entries.filter(({ account }) => counts.get(account) === most);
}

const isGone = ({ failures }: AddressEntry): boolean => failures >= FAILURES_OF_THE_GONE;

/**
 * For a new hint: a hint that failed, else a known address where nobody was met for long, else the oldest hint of who told
 * the most. Hints that are never dialled, since they name this node or one that is connected, never fail: they go by age.
 */
export function leavingHint(entries: readonly AddressEntry[], newcomer: string): AddressEntry | undefined {
  const hints = entries.filter(({ provedAt }) => provedAt === undefined);
  return hints.find(({ failures }) => failures > 0) ?? entries.find(isGone) ?? ofTheMost(hints, newcomer)[0];
}

/**
 * For an address where a node proved itself: one where nobody was met for long, else one of the subnet with the most, where
 * dialling failed lately if there is such a one. Which it is cannot be foretold.
 */
export function leavingProved(
  proved: readonly AddressEntry[],
  newcomer: string,
  random: () => number,
): AddressEntry | undefined {
  const most = ofTheMost(proved, newcomer);
  const failing = most.filter(({ failures }) => failures > 0);
  const candidates = failing.length > 0 ? failing : most;
  return proved.find(isGone) ?? candidates[Math.floor(random() * candidates.length)];
}
