/** What waits in this node's mempool. Other nodes may hold other transactions. */
import { z } from 'zod';
import { pageReply } from '../paging.js';
import { answer } from '../reply.js';
import { defineRoute } from '../route.js';
import { transaction } from '../schemas/ledger.js';
import { count, pageOf, pageQuery } from '../schemas/values.js';

export const mempoolRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/mempool',
    tag: 'transactions',
    id: 'getMempool',
    summary: 'How much waits',
    answers: {
      200: {
        description: 'Sizes',
        schema: z.strictObject({ count, ready: count, bytes: count, accounts: count }).meta({ id: 'Mempool' }),
      },
    },
    problems: [],
    handle: ({ node }) => {
      const { count, ready, bytes, accounts } = node.mempool();
      return answer({ count, ready, bytes, accounts }, 'never');
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/mempool/transactions',
    tag: 'transactions',
    id: 'listPendingTransactions',
    summary: 'Transactions that wait',
    query: pageQuery,
    answers: { 200: { description: 'One page', schema: pageOf(transaction) } },
    problems: ['invalid_cursor'],
    handle: ({ node }, { query }) =>
      pageReply('mempool/transactions', query, (limit, cursor) => node.pendingTransactions(limit, cursor)),
  }),
] as const;
