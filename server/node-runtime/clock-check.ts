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

/** @returns a sentence, or undefined while the clock is not in doubt */
export function clockProblem(
  validators: readonly SetMember[],
  offsets: readonly ClockOffset[],
  maxOffsetMs: number,
): string | undefined {
  const stakeByKey = new Map(validators.map(({ key, stake }) => [key, stake]));
  const total = validators.reduce((sum, { stake }) => sum + stake, 0);
  const disagreeing = (isOff: (offsetMs: number) => boolean): number => {
    const keys = new Set(offsets.filter(({ offsetMs }) => isOff(offsetMs)).map(({ validator }) => validator));
    let stake = 0;
    for (const key of keys) stake += stakeByKey.get(key) ?? 0;
    return stake;
  };
  const behind = disagreeing((offsetMs) => offsetMs > maxOffsetMs);
  const ahead = disagreeing((offsetMs) => offsetMs < -maxOffsetMs);
  const isMany = (stake: number): boolean => BigInt(stake) * 3n > BigInt(total);
  if (!isMany(behind) && !isMany(ahead)) return undefined;
  const direction = isMany(behind) ? 'behind' : 'ahead of';
  return `The clock of this machine is more than ${maxOffsetMs} ms ${direction} those of validators with over a third of the stake: set it by NTP.`;
}
