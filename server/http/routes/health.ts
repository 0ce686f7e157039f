/** /livez: the process answers. /readyz: it can serve, or why not. /healthz: the same, with figures. */
import { z } from 'zod';
import type { NodeApi } from '../node-api.js';
import type { Reply } from '../reply.js';
import { defineRoute } from '../route.js';
import { count } from '../schemas/values.js';

const check = z.strictObject({ ok: z.boolean(), detail: z.string().optional() });
const checks = z.strictObject({ database: check, clock: check, sync: check, peers: check });
const readiness = z.strictObject({ ready: z.boolean(), checks }).meta({ id: 'Readiness' });
const health = z
  .strictObject({
    ready: z.boolean(),
    checks,
    final_index: count,
    slot: count,
    peers: count,
    pending_transactions: count,
    not_final_because: z.string().optional(),
  })
  .meta({ id: 'Health' });

/**
 * @param faults of the node's parts: a part without a sentence is well
 * @param unsure why there may be later final blocks, of a node that is well
 */
export function readinessOf(faults: ReturnType<NodeApi['health']>, unsure?: string) {
  const well = (detail: string | undefined) => (detail === undefined ? { ok: true } : { ok: true, detail });
  const part = (fault: string | undefined, doubt?: string) =>
    fault === undefined ? well(doubt) : { ok: false, detail: fault };
  const all = {
    database: part(faults.database),
    clock: part(faults.clock),
    sync: part(faults.sync, unsure),
    peers: part(faults.peers),
  };
  return { ready: Object.values(all).every((one) => one.ok), checks: all };
}

const statusReply = (ready: boolean, body: unknown): Reply => ({
  status: ready ? 200 : 503,
  body,
  caching: 'never',
  headers: {},
  problem: false,
});

export const healthRoutes = [
  defineRoute({
    method: 'get',
    path: '/livez',
    tag: 'operations',
    id: 'getLiveness',
    summary: 'Whether the process answers',
    answers: { 200: { description: 'It does', schema: z.strictObject({ live: z.literal(true) }) } },
    problems: [],
    handle: () => statusReply(true, { live: true }),
  }),
  defineRoute({
    method: 'get',
    path: '/readyz',
    tag: 'operations',
    id: 'getReadiness',
    summary: 'Whether the node can serve, part by part',
    answers: {
      200: { description: 'Ready', schema: readiness },
      503: { description: 'Not ready; `detail` of a part says why', schema: readiness },
    },
    problems: [],
    handle: ({ node }) => {
      const body = readinessOf(node.health(), node.status().sync.unsure_because);
      return statusReply(body.ready, body);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/healthz',
    tag: 'operations',
    id: 'getHealth',
    summary: 'Readiness with figures',
    answers: {
      200: { description: 'Ready', schema: health },
      503: { description: 'Not ready; `detail` of a part says why', schema: health },
    },
    problems: [],
    handle: ({ node }) => {
      const { final, slot, sync, peers, pending_transactions, not_final_because } = node.status();
      const body = readinessOf(node.health(), sync.unsure_because);
      const because = not_final_because === undefined ? {} : { not_final_because };
      return statusReply(body.ready, {
        ...body,
        final_index: final.index,
        slot,
        peers,
        pending_transactions,
        ...because,
      });
    },
  }),
] as const;
