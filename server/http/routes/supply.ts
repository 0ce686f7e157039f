/** GET /v1/supply: genesis minus what was burnt, exactly, at every height. */
import { z } from 'zod';
import { answer } from '../reply.js';
import { defineRoute } from '../route.js';
import { amount } from '../schemas/values.js';

export const supplyRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/supply',
    tag: 'chain',
    id: 'getSupply',
    summary: 'Supply, burnt, bonded and unbonding tokens',
    answers: {
      200: {
        description: 'As of the latest final block',
        schema: z
          .strictObject({ genesis: amount, burnt: amount, supply: amount, bonded: amount, unbonding: amount })
          .meta({ id: 'Supply' }),
      },
    },
    problems: [],
    handle: ({ node }) => {
      const { supply, burnt, bonded, unbonding } = node.queries.supply();
      return answer({ genesis: supply + burnt, burnt, supply, bonded, unbonding });
    },
  }),
] as const;
