/** GET /v1/peers: who this node is connected to. */
import { z } from 'zod';
import type { PeerSummary } from '../node-api.js';
import { answer } from '../reply.js';
import { defineRoute } from '../route.js';
import { count, milliseconds } from '../schemas/values.js';

const peer = z
  .strictObject({
    node_id: z.string(),
    address: z.string().optional().meta({
      description: 'Absent: it does not say where it can be reached, as a private node does not',
      example: '127.0.0.1:9001',
    }),
    direction: z.enum(['in', 'out']),
    head: z.strictObject({ final_index: count }),
    clock_offset_ms: z.number(),
    bytes_in: count,
    bytes_out: count,
    since: milliseconds,
  })
  .meta({ id: 'Peer' });

/** Whoever may read here need not be told where a node is that hides behind this one. */
const itemOf = ({ final_index, hidden, address, ...rest }: PeerSummary) => ({
  ...rest,
  ...(hidden ? {} : { address }),
  head: { final_index },
});

export const peerRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/peers',
    tag: 'operations',
    id: 'listPeers',
    summary: 'Connected peers',
    answers: { 200: { description: 'All of them', schema: z.strictObject({ items: z.array(peer) }) } },
    problems: [],
    handle: ({ node }) => answer({ items: node.peers().map(itemOf) }, 'never'),
  }),
] as const;
