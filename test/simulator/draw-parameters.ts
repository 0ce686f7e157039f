/** What a genesis may choose and most runs leave as it is: small limits, short terms, few rounds, heartbeats. */
import { type CoreLimits, defaultCoreLimits } from '../../consensus/config.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { parameterBounds } from '../../ledger/values/parameters.js';
import type { Random } from '../../server/simulator/random.js';

/** Of a million runs, so many have each limit at another value than the usual one. */
const unusualPpm = 250_000;

/** What a core holds at most: as shipped in every other run, so little in the others that it has to let go of things. */
export function drawLimits(random: Random): CoreLimits {
  return random.chance(500_000) ? defaultCoreLimits : { unstored: 4, unfinalHeaders: 32, unfinalDepth: 3 };
}

/** @param validators those of genesis, for whom there has to be room */
export function drawParameters(random: Random, validators: number): Partial<Parameters> {
  const unusual: Partial<Parameters> = {
    heartbeat_slots: random.between(2, 10),
    max_term_slots: random.pick([1, 2, 4] as const),
    rounds_per_slot: random.pick([1, 3, 20]),
    max_validators: validators + random.between(0, 1),
    max_block_bytes: parameterBounds.max_block_bytes[0],
  };
  return {
    slots_per_epoch: random.pick([3, 10, 30, 100]),
    vote_routing: random.pick(['everyone', 'leader'] as const),
    ...Object.fromEntries(Object.entries(unusual).filter(() => random.chance(unusualPpm))),
  };
}
