/** How POST /v1/transactions and POST /v1/faucet look in the documentation; their handlers read the body themselves. */
import { z } from 'zod';
import type { ProblemCode } from '../problems.js';
import { refusalCodes } from '../refusal-problems.js';
import type { RouteDescription } from '../route.js';
import { transaction, transactionStatus } from '../schemas/ledger.js';
import { problemSchema } from '../schemas/problem.js';
import { amount, decimal } from '../schemas/values.js';

/** What the node may say of any transaction. */
const outcomes: readonly ProblemCode[] = ['nonce_taken', 'mempool_full', ...refusalCodes];

export const submitQuery = (maxWaitMs: number) =>
  z.object({
    wait: z.literal('final', 'only `final` can be waited for.').optional().meta({ description: 'Answer when final' }),
    timeout_ms: decimal(0, maxWaitMs, 'With wait: how long at most, in ms; 10000 if left out').optional(),
  });

const batchAnswer = z.strictObject({ items: z.array(z.union([transactionStatus, problemSchema])) });

export const submitDescription = (maxWaitMs: number): RouteDescription => ({
  method: 'post',
  path: '/v1/transactions',
  tag: 'transactions',
  id: 'submitTransactions',
  summary: 'Hand in a signed transaction, or a list of them',
  description:
    'An accepted transaction is on disk. The same again is safe and gets the same answer, with `known: true`. In a list each transaction has its own answer, in order; lines (application/x-ndjson) are answered with lines while more of them arrive.',
  query: submitQuery(maxWaitMs),
  body: z.union([transaction, z.array(transaction)]),
  lines: { asked: transaction, answered: z.union([transactionStatus, problemSchema]) },
  answers: {
    200: {
      description: 'Its fate is known; or the answers to a list',
      schema: z.union([transactionStatus, batchAnswer]),
    },
    202: { description: 'Kept, waiting to become final; Location names it', schema: transactionStatus },
  },
  problems: [
    'malformed_json',
    'body_too_large',
    'batch_too_large',
    'unsupported_media_type',
    'invalid_transaction',
    ...outcomes,
  ],
});

export const faucetBody = z.strictObject({
  address: z.string().max(200).meta({ description: 'Who is paid' }),
  amount: amount
    .refine((value) => value >= 1, 'at least 1 is expected.')
    .optional()
    .meta({ description: '100 whole tokens if left out' }),
});

export const faucetDescription: RouteDescription = {
  method: 'post',
  path: '/v1/faucet',
  tag: 'transactions',
  id: 'useFaucet',
  summary: 'Tokens from the treasury of a development chain',
  body: faucetBody,
  answers: {
    200: { description: 'Final already', schema: transactionStatus },
    202: { description: 'The payment, waiting to become final', schema: transactionStatus },
  },
  problems: [
    'malformed_json',
    'body_too_large',
    'unsupported_media_type',
    'invalid_body',
    'invalid_parameter',
    'faucet_disabled',
    ...outcomes,
  ],
};
