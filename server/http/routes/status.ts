/** GET /v1/status, /v1/limits and /v1/genesis: what chain this is and how the node fares. */
import { z } from 'zod';
import { answer } from '../reply.js';
import { defineRoute } from '../route.js';
import { genesis, parameters, token } from '../schemas/genesis.js';
import { chainId, count, hash, milliseconds, publicKey } from '../schemas/values.js';

const statusAnswer = z
  .strictObject({
    version: z.string(),
    uptime_ms: milliseconds,
    pid: count,
    memory_bytes: count,
    node_id: z.string(),
    chain: chainId,
    genesis_hash: hash,
    name: z.string(),
    development: z.boolean(),
    token,
    address_prefix: z.string(),
    time: milliseconds,
    slot: count,
    epoch: count,
    leader: publicKey.meta({ description: 'Validator key of the leader of this slot' }),
    slot_ends_at: milliseconds,
    role: z.enum(['validator', 'observer']),
    validator: publicKey.optional(),
    observer_because: z
      .string()
      .optional()
      .meta({ description: 'Why a node whose validator has, or had, stake only observes; for people' }),
    final: z.strictObject({ index: count, hash, slot: count, view: count }),
    stored_index: count.meta({ description: 'Highest final block that is on disk' }),
    sync: z.strictObject({
      state: z.enum(['synced', 'syncing', 'waiting']),
      target_index: count.optional(),
      unsure_because: z
        .string()
        .optional()
        .meta({ description: 'Why there may be later final blocks that nobody has told of; for people' }),
    }),
    pending_transactions: count,
    peers: count,
    not_final_because: z
      .string()
      .optional()
      .meta({ description: 'One sentence, when something waits that is not becoming final' }),
  })
  .meta({ id: 'Status' });

const limitsAnswer = z
  .strictObject({
    parameters,
    mempool: z.strictObject({ max_transactions: count, max_bytes: count, max_per_account: count }),
    http: z.strictObject({ max_body_bytes: count, max_batch: count }),
  })
  .meta({ id: 'Limits' });

export const statusRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/status',
    tag: 'chain',
    id: 'getStatus',
    summary: 'The node and its chain at a glance',
    answers: { 200: { description: 'Now', schema: statusAnswer } },
    problems: [],
    handle: ({ node, now, version, startedAt }) => {
      const time = Math.floor(now());
      const { name, development, address_prefix } = node.genesis;
      return answer(
        {
          version,
          uptime_ms: Math.max(0, time - startedAt),
          pid: process.pid,
          memory_bytes: process.memoryUsage.rss(),
          node_id: node.nodeId,
          chain: node.chain,
          genesis_hash: node.genesisHash,
          name,
          development,
          token: node.genesis.token,
          address_prefix,
          time,
          ...node.status(),
        },
        'never',
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/limits',
    tag: 'chain',
    id: 'getLimits',
    summary: 'Protocol parameters and the limits of this node',
    answers: { 200: { description: 'Parameters and limits', schema: limitsAnswer } },
    problems: [],
    handle: ({ node, limits }) => {
      const { max_transactions, max_bytes, max_per_account } = node.mempool();
      return answer({
        parameters: node.genesis.parameters,
        mempool: { max_transactions, max_bytes, max_per_account },
        http: { max_body_bytes: limits.maxBodyBytes, max_batch: limits.maxBatch },
      });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/genesis',
    tag: 'chain',
    id: 'getGenesis',
    summary: 'The genesis file',
    answers: { 200: { description: 'The file that all nodes of the chain agree on', schema: genesis } },
    problems: [],
    handle: ({ node }) => answer(node.genesis),
  }),
] as const;
