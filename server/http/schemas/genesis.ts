/** The genesis file and the parameters of a chain. */
import { z } from 'zod';
import { address, amount, count, milliseconds, publicKey, signature } from './values.js';

export const parameters = z
  .strictObject({
    slot_duration_ms: count,
    rounds_per_slot: count,
    slots_per_epoch: count,
    delta_ms: count,
    network_delay_ms: count,
    max_clock_offset_ms: count,
    max_term_slots: count,
    heartbeat_slots: count,
    unbonding_epochs: count,
    max_stake_change_ppm: count,
    slash_fraction_ppm: count,
    max_validators: count,
    max_block_bytes: count,
    max_outputs: count,
    max_memo_bytes: count,
    min_fee: count,
    min_fee_per_output: count,
    min_fee_per_memo_byte: count,
    difficulty: count,
    vote_routing: z.enum(['everyone', 'leader']),
  })
  .meta({ id: 'Parameters' });

export const token = z.strictObject({ symbol: z.string(), decimals: count });

export const genesis = z
  .strictObject({
    version: z.literal(1),
    name: z.string(),
    genesis_time: milliseconds,
    address_prefix: z.string(),
    token,
    development: z.boolean(),
    parameters,
    accounts: z.array(z.strictObject({ address, balance: amount, name: z.string().optional() })),
    validators: z.array(
      z.strictObject({
        key: publicKey,
        vrf_key: publicKey,
        owner: address,
        stake: amount,
        key_proof: signature,
        vrf_key_proof: signature,
        name: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Genesis' });
