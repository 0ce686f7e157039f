/** Protocol parameters: starting values, bounds, and what they must satisfy together. PROTOCOL section 1. */
import type { Parameters } from './genesis.js';
import { maxLineBytes } from './limits.js';
import type { Amount } from './numbers.js';
import type { DecodeProblem, Result } from './result.js';
import { checked, type Decoder, type Fields, integer, oneOf, record } from './shape.js';
import { utf8Length } from './text-forms.js';
import type { TransactionBody } from './transaction.js';

export const productionParameters: Parameters = {
  slot_duration_ms: 1000,
  rounds_per_slot: 65_536,
  slots_per_epoch: 600,
  delta_ms: 200,
  network_delay_ms: 100,
  max_clock_offset_ms: 50,
  max_term_slots: 8,
  heartbeat_slots: 0,
  unbonding_epochs: 4,
  max_stake_change_ppm: 330_000,
  slash_fraction_ppm: 50_000,
  max_validators: 256,
  max_block_bytes: 196_608,
  max_outputs: 256,
  max_memo_bytes: 256,
  min_fee: 1000,
  min_fee_per_output: 100,
  min_fee_per_memo_byte: 10,
  difficulty: 0,
  vote_routing: 'everyone',
};

/** Short epochs, stake that moves at once, and fees of one unit. */
export const developmentParameters: Parameters = {
  ...productionParameters,
  slots_per_epoch: 30,
  max_stake_change_ppm: 1_000_000,
  min_fee: 1,
  min_fee_per_output: 0,
  min_fee_per_memo_byte: 0,
};

type NumberParameter = Exclude<keyof Parameters, 'vote_routing' | 'max_term_slots'>;

/** Fees are bounded so that the fee of the largest transaction is still an amount. */
const feeBound: readonly [number, number] = [0, 1_000_000_000_000];

/** Smallest and largest allowed value of each number. */
export const parameterBounds: { readonly [Name in NumberParameter]: readonly [min: number, max: number] } = {
  slot_duration_ms: [250, 60_000],
  rounds_per_slot: [1, 65_536],
  slots_per_epoch: [2, 1_000_000],
  delta_ms: [1, 60_000],
  network_delay_ms: [1, 15_000],
  max_clock_offset_ms: [0, 15_000],
  heartbeat_slots: [0, 1_000_000],
  unbonding_epochs: [1, 10_000],
  max_stake_change_ppm: [1, 1_000_000],
  slash_fraction_ppm: [0, 1_000_000],
  max_validators: [1, 400],
  max_block_bytes: [16_384, 196_608],
  max_outputs: [1, 1024],
  max_memo_bytes: [0, 4096],
  min_fee: feeBound,
  min_fee_per_output: feeBound,
  min_fee_per_memo_byte: feeBound,
  difficulty: [0, 5],
};

const bounded = (name: NumberParameter): Decoder<number> => integer(...parameterBounds[name]);

const fields: Fields<Parameters> = {
  slot_duration_ms: bounded('slot_duration_ms'),
  rounds_per_slot: bounded('rounds_per_slot'),
  slots_per_epoch: bounded('slots_per_epoch'),
  delta_ms: bounded('delta_ms'),
  network_delay_ms: bounded('network_delay_ms'),
  max_clock_offset_ms: bounded('max_clock_offset_ms'),
  /** A term doubles from 1 to 8 slots, so no other maximum can be reached. */
  max_term_slots: oneOf(1, 2, 4, 8),
  heartbeat_slots: bounded('heartbeat_slots'),
  unbonding_epochs: bounded('unbonding_epochs'),
  max_stake_change_ppm: bounded('max_stake_change_ppm'),
  slash_fraction_ppm: bounded('slash_fraction_ppm'),
  max_validators: bounded('max_validators'),
  max_block_bytes: bounded('max_block_bytes'),
  max_outputs: bounded('max_outputs'),
  max_memo_bytes: bounded('max_memo_bytes'),
  min_fee: bounded('min_fee'),
  min_fee_per_output: bounded('min_fee_per_output'),
  min_fee_per_memo_byte: bounded('min_fee_per_memo_byte'),
  difficulty: bounded('difficulty'),
  vote_routing: oneOf('everyone', 'leader'),
};

const decode = checked(record<Parameters>(fields), relationFault);

/** Every bound, and the relations between them. */
export function checkParameters(value: unknown): Result<Parameters, DecodeProblem> {
  return decode(value);
}

/** The least fee of a transaction: a base, and something for each output and each byte of memo. */
export function minimumFee(parameters: Parameters, transaction: TransactionBody): Amount {
  const outputs = transaction.type === 'transfer' ? transaction.outputs.length : 0;
  const memo = transaction.memo === undefined ? 0 : utf8Length(transaction.memo);
  const { min_fee, min_fee_per_output, min_fee_per_memo_byte } = parameters;
  return (min_fee + outputs * min_fee_per_output + memo * min_fee_per_memo_byte) as Amount;
}

/** Bytes of one signature with its signer's index in a certificate, and of all else on a proposal's line. */
const signatureBytes = 140;
const proposalBytes = 4096;
/** Bytes of one output, and of a transaction without outputs and memo, at their longest. */
const outputBytes = 128;
const bareTransactionBytes = 1024;
/** A byte of memo takes at most six in JSON: `\u0001`. */
const memoExpansion = 6;

function relationFault(p: Parameters): DecodeProblem | undefined {
  const delta = p.network_delay_ms + 2 * p.max_clock_offset_ms;
  if (p.delta_ms < delta) {
    const detail = `delta_ms must be at least network_delay_ms + 2 * max_clock_offset_ms = ${delta}.`;
    return { path: 'delta_ms', detail };
  }
  const slot = p.delta_ms + 4 * p.network_delay_ms + 2 * p.max_clock_offset_ms;
  if (p.slot_duration_ms < slot) {
    const needed = 'delta_ms + 4 * network_delay_ms + 2 * max_clock_offset_ms';
    return { path: 'slot_duration_ms', detail: `slot_duration_ms must be at least ${needed} = ${slot}.` };
  }
  const line = p.max_block_bytes + p.max_validators * signatureBytes + proposalBytes;
  if (line > maxLineBytes) {
    const detail = `A block of max_block_bytes with a certificate by max_validators must fit in ${maxLineBytes} bytes.`;
    return { path: 'max_validators', detail };
  }
  const transaction = bareTransactionBytes + p.max_outputs * outputBytes + p.max_memo_bytes * memoExpansion;
  if (transaction > p.max_block_bytes) {
    const detail = `A transaction with max_outputs and max_memo_bytes can have ${transaction} bytes: too many for a block.`;
    return { path: 'max_outputs', detail };
  }
  return undefined;
}
