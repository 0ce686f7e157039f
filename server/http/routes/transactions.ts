/** GET /v1/transactions/:id. Submitting stands in submit.ts, because both doors use it. */
import { z } from 'zod';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import type { TransactionStatus } from '../node-api.js';
import { answer, problem } from '../reply.js';
import { defineRoute } from '../route.js';
import { transactionStatus } from '../schemas/ledger.js';
import { hash } from '../schemas/values.js';

export const transactionRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/transactions/{id}',
    tag: 'transactions',
    id: 'getTransaction',
    summary: 'What became of a transaction',
    params: z.object({ id: hash }),
    answers: { 200: { description: 'Its status', schema: transactionStatus } },
    problems: ['transaction_not_found'],
    handle: ({ node }, { params }) => {
      const status = node.transactionStatus(params.id as TransactionId);
      if (status === undefined) {
        return problem('transaction_not_found', `This node knows no transaction ${params.id}.`, { path: 'id' });
      }
      return answer(shownStatus(status), status.status === 'final' ? 'immutable' : 'revalidate');
    },
  }),
] as const;

/** As users see it: the receipt names the block and does not repeat the id. */
export function shownStatus(status: TransactionStatus): object {
  if (status.status !== 'final') return status;
  const { index, position, slot } = status.receipt;
  return {
    id: status.id,
    status: status.status,
    transaction: status.transaction,
    receipt: { index, position, slot, block: status.block },
  };
}
