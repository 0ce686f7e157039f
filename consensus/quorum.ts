/** Quorums by stake: strictly more than 2/3 of the set's total. PROTOCOL section 5. */
import type { EpochEntry, SetMember } from '../ledger/values/state.js';
import type { PublicKey } from '../ledger/values/text.js';

/** Three times a stake can exceed 2^53, so products are taken in BigInt. */
export function isQuorum(stake: number, total: number): boolean {
  return 3n * BigInt(stake) > 2n * BigInt(total);
}

const totals = new WeakMap<EpochEntry['validators'], number>();

/** Added up once for each set: it is asked for with every vote. */
export function totalStake({ validators }: Pick<EpochEntry, 'validators'>): number {
  const known = totals.get(validators);
  if (known !== undefined) return known;
  let total = 0;
  for (const { stake } of validators) total += stake;
  totals.set(validators, total);
  return total;
}

/** Index of a key in the set sorted by key, or -1. */
export function memberIndex(set: Pick<EpochEntry, 'validators'>, key: PublicKey): number {
  let low = 0;
  let high = set.validators.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = set.validators[middle]!.key;
    if (found === key) return middle;
    if (found < key) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function memberOf(set: Pick<EpochEntry, 'validators'>, key: PublicKey): SetMember | undefined {
  return set.validators[memberIndex(set, key)];
}

/** Summed stake of distinct members; keys outside the set count nothing. */
export function stakeOf(set: Pick<EpochEntry, 'validators'>, keys: Iterable<PublicKey>): number {
  let stake = 0;
  for (const key of new Set(keys)) stake += memberOf(set, key)?.stake ?? 0;
  return stake;
}
