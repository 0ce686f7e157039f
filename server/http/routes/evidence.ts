/** Proofs of misbehaviour: those that wait for a block first, then the final ones, newest first. */
import { z } from 'zod';
import type { Evidence } from '../../../ledger/values/vote.js';
import type { NodeApi } from '../node-api.js';
import { type InnerPage, pageReply } from '../paging.js';
import { defineRoute } from '../route.js';
import { evidence } from '../schemas/ledger.js';
import { count, pageOf, pageQuery, publicKey } from '../schemas/values.js';

const evidenceItem = z
  .strictObject({
    offender: publicKey,
    epoch: count,
    kind: z.enum(['double_proposal', 'double_vote', 'lock_violation']),
    evidence,
    status: z.enum(['pending', 'final']),
    index: count.optional().meta({ description: 'The block that holds it, when final' }),
  })
  .meta({ id: 'EvidenceItem' });

export const evidenceRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/evidence',
    tag: 'consensus',
    id: 'listEvidence',
    summary: 'Evidence against validators, pending first, then newest first',
    query: pageQuery,
    answers: { 200: { description: 'One page', schema: pageOf(evidenceItem) } },
    problems: ['invalid_cursor'],
    handle: ({ node }, { query }) => pageReply('evidence', query, (limit, cursor) => evidencePage(node, limit, cursor)),
  }),
] as const;

const pendingItem = (found: Evidence) => ({
  offender: found.first.validator,
  epoch: found.first.epoch,
  kind: found.kind,
  evidence: found,
  status: 'pending' as const,
});

const nameOf = ({ first: { epoch, validator } }: Evidence): string => `${epoch}.${validator}`;

/**
 * Inner cursors: `p<name>` after a pending one, `f` before the first final one, `f<cursor>` within the final ones. Blocks take
 * the oldest of what is pending: where a name is not among it any more, what came before it is not either.
 */
function evidencePage(node: NodeApi, limit: number, cursor = 'p'): InnerPage<unknown> {
  if (cursor.startsWith('p')) {
    const pending = node.pendingEvidence();
    const from = pending.findIndex((one) => nameOf(one) === cursor.slice(1)) + 1;
    const shown = pending.slice(from, from + limit);
    const items = shown.map(pendingItem);
    if (from + limit < pending.length) return { items, nextCursor: `p${nameOf(shown.at(-1)!)}` };
    if (items.length === limit) return { items, nextCursor: 'f' };
    const rest = evidencePage(node, limit - items.length, 'f');
    return { items: [...items, ...rest.items], nextCursor: rest.nextCursor };
  }
  const inner = cursor.slice(1);
  const page = inner === '' ? node.queries.evidence(limit) : node.queries.evidence(limit, inner);
  const items = page.items.map((stored) => ({
    offender: stored.offender,
    epoch: stored.epoch,
    kind: stored.evidence.kind,
    evidence: stored.evidence,
    status: 'final' as const,
    index: stored.index,
  }));
  return { items, nextCursor: page.nextCursor === null ? null : `f${page.nextCursor}` };
}
