/** GET /v1/proofs/…: what a light client needs to believe a balance, a payment, and the validators of a later epoch. */
import { z } from 'zod';
import { toEpoch } from '../../../ledger/values/numbers.js';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import { parseAddress } from '../account-address.js';
import { answer, problem } from '../reply.js';
import { defineRoute } from '../route.js';
import { certificate, hashedHeader, transaction } from '../schemas/ledger.js';
import {
  address,
  amount,
  count,
  decimal,
  defaultPageSize,
  hash,
  limitParameter,
  publicKey,
} from '../schemas/values.js';
import { addressParams, atIndexQuery, finalIndex } from './accounts.js';

const proofAnswer = z
  .strictObject({
    entry: z
      .strictObject({ kind: z.literal('account'), balance: amount, nonces: z.record(z.string(), count) })
      .nullable()
      .meta({ description: 'null: the account was never seen, which the proof shows as well' }),
    proof: z.array(z.string()).meta({
      description: 'Texts of the state tree, root first, for key `account/<address>` under header.state_root',
    }),
    header: hashedHeader,
    certificate,
  })
  .meta({ id: 'AccountProof' });

const merkleProof = z
  .strictObject({ index: count, size: count, path: z.array(hash) })
  .meta({ description: 'RFC 6962: shows the canonical JSON of the transaction under header.tx_root' });

const transactionProofAnswer = z
  .strictObject({
    transaction,
    proof: merkleProof,
    header: hashedHeader,
    descendants: z.array(hashedHeader).meta({
      description:
        'Headers of the blocks after it, up to the one that the certificate names; none if that is the block itself',
    }),
    certificate,
  })
  .meta({ id: 'TransactionProof' });

const epochLink = z
  .strictObject({
    header: hashedHeader.meta({ description: 'Of the closing block, which names the next set by its hash' }),
    certificate: certificate.meta({ description: 'By the set before' }),
    validators: z.array(z.strictObject({ key: publicKey, vrf_key: publicKey, owner: address, stake: amount })),
  })
  .meta({ id: 'EpochLink' });

export const proofRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/proofs/accounts/{address}',
    tag: 'accounts',
    id: 'proveAccount',
    summary: 'An account entry with its proof, header and finality certificate',
    params: addressParams,
    query: atIndexQuery,
    answers: { 200: { description: 'Entry and proof', schema: proofAnswer } },
    problems: ['index_not_final', 'history_pruned'],
    handle: (context, { params, query }) => {
      const owner = parseAddress(context.node, params.address);
      if (!owner.ok) return owner.problem;
      const at = finalIndex(context, query.index);
      if (typeof at === 'object') return at;
      const proof = at === undefined ? context.node.prove(owner.value) : context.node.prove(owner.value, at);
      if (proof !== undefined) return answer(proof);
      return problem('history_pruned', 'Proofs are given for the latest final block only.', { path: 'index' });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/proofs/transactions/{id}',
    tag: 'transactions',
    id: 'proveTransaction',
    summary: 'A final transaction with its proof, header and finality certificate',
    params: z.object({ id: hash }),
    answers: { 200: { description: 'Transaction and proof', schema: transactionProofAnswer } },
    problems: ['transaction_not_found'],
    handle: ({ node }, { params }) => {
      const id = params.id as TransactionId;
      const proof = node.proveTransaction(id);
      if (proof !== undefined) return answer(proof, 'revalidate');
      const status = node.transactionStatus(id)?.status;
      const detail =
        status === undefined
          ? `This node knows no transaction ${id}.`
          : `Transaction ${id} is ${status}: what is not final has no proof.`;
      return problem('transaction_not_found', detail, { path: 'id' });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/proofs/epochs',
    tag: 'consensus',
    id: 'proveEpochs',
    summary: 'Closing blocks that lead from the validators of one epoch to those of later ones',
    description:
      'In order of epochs; long sets are fewer than `limit` allows. Go on with the last `header.next_epoch.number` as `after`; no items: there is no later epoch.',
    query: z.object({
      after: decimal(
        0,
        Number.MAX_SAFE_INTEGER,
        'Epoch whose validators are trusted already; 0 if left out',
      ).optional(),
      limit: limitParameter,
    }),
    answers: { 200: { description: 'Links in order', schema: z.strictObject({ items: z.array(epochLink) }) } },
    problems: [],
    handle: ({ node }, { query }) => {
      const links = node.queries.epochLinks(toEpoch(query.after ?? 0), query.limit ?? defaultPageSize);
      return answer({ items: links }, 'revalidate');
    },
  }),
] as const;
