/** GET /v1/proofs/accounts/:address: what a light client needs to believe a balance. */
import { z } from 'zod';
import { parseAddress } from '../account-address.js';
import { answer, problem } from '../reply.js';
import { defineRoute } from '../route.js';
import { certificate, hashedHeader } from '../schemas/ledger.js';
import { amount, count } from '../schemas/values.js';
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
] as const;
