/** What a place in the set takes, and whether there is any, for those who tell people. What a closing block does stands in epoch-transition.ts. */
import { partsPerMillion } from './ppm.js';
import type { Parameters } from './values/genesis.js';
import type { SetMember } from './values/state.js';

/**
 * @returns the stake, in units, that a join has to have more of: 0 where a place is free. undefined: none takes a place,
 * since max_stake_change lets in no more than the least member has. PROTOCOL section 4
 */
export function placePrice(
  validators: readonly Pick<SetMember, 'stake'>[],
  parameters: Pick<Parameters, 'max_validators' | 'max_stake_change_ppm'>,
): number | undefined {
  if (validators.length < parameters.max_validators) return 0;
  let total = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const { stake } of validators) {
    total += stake;
    least = Math.min(least, stake);
  }
  return partsPerMillion(total, parameters.max_stake_change_ppm) - least > least ? least : undefined;
}

/**
 * Whether no stake ever comes into this set or leaves it but by punishment: max_stake_change of its total is less than one unit, and
 * the total cannot grow. Stake that a full set has no place for is sent back; what is bonded beside waits for ever.
 */
export function isSetFixed(
  validators: readonly Pick<SetMember, 'stake'>[],
  { max_stake_change_ppm }: Pick<Parameters, 'max_stake_change_ppm'>,
): boolean {
  let total = 0;
  for (const { stake } of validators) total += stake;
  return partsPerMillion(total, max_stake_change_ppm) === 0;
}
