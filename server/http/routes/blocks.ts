/** Final blocks. What is not final is not shown. */
import { z } from 'zod';
import { toHeight } from '../../../ledger/values/numbers.js';
import type { Hash } from '../../../ledger/values/text.js';
import { lastingByNumber } from '../lasting.js';
import type { NodeApi } from '../node-api.js';
import { pageReply } from '../paging.js';
import { answer, problem, type Reply } from '../reply.js';
import { defineRoute } from '../route.js';
import { block, blockListItem, certificate } from '../schemas/ledger.js';
import { count, pageOf, pageQuery } from '../schemas/values.js';

const blockAnswer = z
  .strictObject({
    block,
    certificate: certificate.meta({ description: 'Finality certificate of the block at final_index' }),
    final_index: count.meta({ description: 'The block that the certificate names: this one, or a later one' }),
  })
  .meta({ id: 'BlockAnswer' });

const at = z
  .string()
  .regex(
    /^(latest|0|[1-9][0-9]{0,15}|0x[0-9a-f]{64})$/,
    'an index, a hash (`0x` and 64 lower-case hex digits) or `latest` is expected.',
  )
  .meta({ description: 'Index, hash or `latest`', example: 'latest' });

export const blockRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/blocks',
    tag: 'chain',
    id: 'listBlocks',
    summary: 'Final blocks without their transactions, newest first',
    query: pageQuery,
    answers: { 200: { description: 'One page', schema: pageOf(blockListItem) } },
    problems: ['invalid_cursor'],
    handle: ({ node }, { query }) => pageReply('blocks', query, (limit, cursor) => node.queries.blocks(limit, cursor)),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/blocks/{at}',
    tag: 'chain',
    id: 'getBlock',
    summary: 'One final block with a finality certificate',
    params: z.object({ at }),
    answers: { 200: { description: 'The block', schema: blockAnswer } },
    problems: ['block_not_found'],
    handle: ({ node }, { params }) => blockReply(node, params.at),
  }),
] as const;

function blockReply(node: NodeApi, asked: string): Reply {
  const latest = asked === 'latest';
  const key = latest ? 'latest' : asked.startsWith('0x') ? (asked as Hash) : toHeight(Number(asked));
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return notFound(asked);
  const found = node.queries.block(key);
  if (found === undefined) return notFound(asked);
  const { block: shown, certificate: proof } = found;
  const finalIndex = proof.block === shown.hash ? shown.index : node.queries.block(proof.block)?.block.index;
  if (finalIndex === undefined) return notFound(asked);
  // A certificate of a later block may give way to the block's own: only the latter lasts.
  const lasting = !latest && finalIndex === shown.index && shown.index > 0;
  const caching = !lasting ? 'revalidate' : typeof key === 'number' ? lastingByNumber(node) : 'immutable';
  return answer({ block: shown, certificate: proof, final_index: finalIndex }, caching);
}

const notFound = (asked: string): Reply =>
  problem('block_not_found', `There is no final block ${asked.length > 70 ? 'of this name' : asked}.`, { path: 'at' });
