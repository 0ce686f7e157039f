/** GET /v1/transactions/:id. Submitting stands in submit.ts, because both doors use it. */
import { z } from 'zod';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import type { NodeApi, TransactionStatus } from '../node-api.js';
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
      if (status.status === 'final') return answer(shownStatus(status), 'immutable');
      return answer({ ...shownStatus(status), ...whyPending(node, status) }, 'revalidate');
    },
  }),
] as const;

type Pending = Extract<TransactionStatus, { readonly status: 'pending' }>;

/** Of what waits the nearest reason: what has to come before it, or what all wait for. */
export function whyPending(node: NodeApi, status: TransactionStatus): { readonly not_final_because?: string } {
  const because = status.status === 'pending' ? becauseOf(node, status) : undefined;
  return because === undefined ? {} : { not_final_because: because };
}

function becauseOf(node: NodeApi, { id, transaction }: Pending): string | undefined {
  const { from, lane = 0, nonce } = transaction;
  const missing = node.pendingNonces(from)[lane] ?? nonce;
  if (missing < nonce) return `It has nonce ${nonce} and waits for nonce ${missing} of lane ${lane} of this account.`;
  const stake = node.roomWait?.(from, lane);
  if (stake === id)
    return 'The queue of stakes is full: it waits for room, which an epoch change or two make, the highest fee first.';
  if (stake !== undefined) return `It waits for ${stake}, a stake that waits for room in the full queue of stakes.`;
  return node.status().not_final_because;
}

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
