/** Epochs: who may lead and vote, and who leads which slot. */
import { z } from 'zod';
import { type Epoch, toEpoch, toSlot } from '../../../ledger/values/numbers.js';
import type { EpochEntry } from '../../../ledger/values/state.js';
import { lastingByNumber } from '../lasting.js';
import { answer, problem, type Reply } from '../reply.js';
import { defineRoute, type RouteContext } from '../route.js';
import { address, amount, count, decimal, hash, publicKey } from '../schemas/values.js';

/** Leaders in one answer: each costs a hash. */
const maxScheduleSlots = 1000;
const defaultScheduleSlots = 20;

const member = z.strictObject({
  key: publicKey,
  vrf_key: publicKey,
  owner: address,
  stake: amount,
  name: z.string().optional().meta({ description: 'From genesis' }),
});

const epochAnswer = z
  .strictObject({
    number: count,
    nonce: hash,
    first_slot: count,
    last_slot: count,
    total_stake: amount,
    validators: z.array(member).meta({ description: 'Sorted by key' }),
    validators_hash: hash,
  })
  .meta({ id: 'Epoch' });

const epochParams = z.object({
  epoch: z
    .string()
    .regex(/^(current|0|[1-9][0-9]{0,15})$/, 'a number or `current` is expected.')
    .meta({ description: 'Number or `current`', example: 'current' }),
});

export const epochRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/epochs/{epoch}',
    tag: 'consensus',
    id: 'getEpoch',
    summary: 'Validators and nonce of an epoch',
    params: epochParams,
    answers: { 200: { description: 'The epoch', schema: epochAnswer } },
    problems: ['epoch_not_found'],
    handle: (context, { params }) => {
      const entry = findEpoch(context, params.epoch);
      if (entry === undefined) return notFound(params.epoch);
      const slots = context.node.genesis.parameters.slots_per_epoch;
      const validators = entry.validators.map((validator) => {
        const name = context.names.get(validator.key);
        return name === undefined ? validator : { ...validator, name };
      });
      return answer(
        {
          number: entry.number,
          nonce: entry.nonce,
          first_slot: entry.number * slots,
          last_slot: (entry.number + 1) * slots - 1,
          total_stake: entry.validators.reduce((sum, { stake }) => sum + stake, 0),
          validators,
          validators_hash: entry.validators_hash,
        },
        params.epoch === 'current' ? 'revalidate' : lastingByNumber(context.node),
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/epochs/{epoch}/schedule',
    tag: 'consensus',
    id: 'getSchedule',
    summary: 'Leaders of slots by the schedule of an epoch',
    description: 'A schedule goes on past the end of its epoch, because the epoch does when no block closes it.',
    params: epochParams,
    query: z.object({
      from_slot: decimal(
        0,
        Number.MAX_SAFE_INTEGER - maxScheduleSlots,
        'First slot; the first of the epoch, or the current slot of the current epoch, if left out',
      ).optional(),
      count: decimal(1, maxScheduleSlots, `Number of slots; ${defaultScheduleSlots} if left out`).optional(),
    }),
    answers: {
      200: {
        description: 'Slots in order',
        schema: z.strictObject({ items: z.array(z.strictObject({ slot: count, leader: publicKey })) }),
      },
    },
    problems: ['epoch_not_found'],
    handle: (context, { params, query }) => {
      const entry = findEpoch(context, params.epoch);
      if (entry === undefined) return notFound(params.epoch);
      const first = entry.number * context.node.genesis.parameters.slots_per_epoch;
      const current = params.epoch === 'current';
      const from = query.from_slot ?? (current ? Math.max(first, context.node.status().slot) : first);
      if (from < first) {
        const detail = `The schedule of epoch ${entry.number} begins with slot ${first}.`;
        return problem('invalid_parameter', detail, { path: 'from_slot' });
      }
      const items = context.node.schedule(entry.number, toSlot(from), query.count ?? defaultScheduleSlots);
      if (items === undefined) return notFound(params.epoch);
      return answer({ items }, current ? 'revalidate' : lastingByNumber(context.node));
    },
  }),
] as const;

function findEpoch({ node }: RouteContext, asked: string): EpochEntry | undefined {
  const number: Epoch | 'current' = asked === 'current' ? 'current' : toEpoch(Number(asked));
  if (typeof number === 'number' && !Number.isSafeInteger(number)) return undefined;
  return node.queries.epoch(number);
}

const notFound = (asked: string): Reply =>
  problem('epoch_not_found', `No validator set is known for epoch ${asked}.`, { path: 'epoch' });
