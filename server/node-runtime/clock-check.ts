/**
 * Whether this machine's clock can be trusted: not when validators with more than a third of the stake agree that it is
 * off, all in one direction. Fewer may be lying. PROTOCOL section 5, clocks.
 */
import type { SetMember } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';

/** A validator's clock minus ours, in ms, as its node's pongs tell. */
export interface ClockOffset {
  readonly validator: PublicKey;
  readonly offsetMs: number;
}

/** A set of validators, as looks at the clock need it. */
export interface Stakes {
  readonly total: number;
  readonly byKey: ReadonlyMap<PublicKey, number>;
}

export function stakesOf(validators: readonly SetMember[]): Stakes {
  const byKey = new Map(validators.map(({ key, stake }) => [key, stake]));
  return { byKey, total: validators.reduce((sum, { stake }) => sum + stake, 0) };
}

export const isOverThird = (stake: number, { total }: Stakes): boolean => BigInt(stake) * 3n > BigInt(total);

/** Of these validators together, each counted once. */
export function stakeOf(validators: Iterable<PublicKey>, { byKey }: Stakes): number {
  let sum = 0;
  for (const key of new Set(validators)) sum += byKey.get(key) ?? 0;
  return sum;
}

/** @returns a sentence, or undefined while the clock is not in doubt */
export function clockProblem(stakes: Stakes, offsets: readonly ClockOffset[], maxOffsetMs: number): string | undefined {
  const off = offsets.filter(({ offsetMs }) => Math.abs(offsetMs) > maxOffsetMs);
  if (off.length === 0) return undefined;
  const disagree = (sign: number): boolean => {
    const validators = off.filter(({ offsetMs }) => Math.sign(offsetMs) === sign).map(({ validator }) => validator);
    return isOverThird(stakeOf(validators, stakes), stakes);
  };
  const isBehind = disagree(1);
  if (!isBehind && !disagree(-1)) return undefined;
  const direction = isBehind ? 'behind' : 'ahead of';
  return `The clock of this machine is more than ${maxOffsetMs} ms ${direction} those of validators with over a third of the stake: set it by NTP.`;
}
