/** Accounts as of the final state, and what touched them. */
import { z } from 'zod';
import { type Height, toHeight } from '../../../ledger/values/numbers.js';
import type { Address } from '../../../ledger/values/text.js';
import { parseAddress } from '../account-address.js';
import { pageReply } from '../paging.js';
import { answer, problem, type Reply } from '../reply.js';
import { defineRoute, type RouteContext } from '../route.js';
import { transaction } from '../schemas/ledger.js';
import { address, amount, count, decimal, hash, pageOf, pageQuery, publicKey } from '../schemas/values.js';

const nonces = z
  .record(z.string(), count)
  .meta({ description: 'Next nonce by lane; lanes never used are absent', example: { 0: 7 } });

const accountAnswer = z
  .strictObject({
    address,
    name: z.string().optional().meta({ description: 'From genesis' }),
    balance: amount,
    nonces,
    next_nonce: count.meta({ description: "Next nonce of lane 0, counting what waits in this node's mempool" }),
    pending_nonces: nonces,
    bonded: amount.meta({ description: 'Stake of the validator that this account owns' }),
    unbonding: z.array(
      z.strictObject({
        amount,
        since_epoch: count.optional(),
        payable_epoch: count.optional(),
        full_set: z
          .literal(true)
          .optional()
          .meta({ description: 'The set was full: it found no place there, or lost it to more stake' }),
      }),
    ),
    validator: publicKey.optional(),
    index: count.meta({ description: 'Height of the final block after which this was so' }),
  })
  .meta({ id: 'Account' });

const accountTransaction = z
  .strictObject({
    id: hash,
    index: count,
    slot: count,
    position: count,
    direction: z.enum(['in', 'out', 'self']),
    amount: amount.meta({ description: 'What left or reached the account, without the fee' }),
    fee: amount,
    transaction,
  })
  .meta({ id: 'AccountTransaction' });

const accountListItem = z.strictObject({ address, balance: amount, name: z.string().optional() });

/** Checked by hand: the sentence of the address check is better than a pattern's. */
export const addressParams = z.object({
  address: z.string().max(200).meta({ description: 'An address of this chain (bech32m)' }),
});
export const atIndexQuery = z.object({
  index: decimal(0, Number.MAX_SAFE_INTEGER, 'As of this final block; the latest if left out').optional(),
});

export const accountRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/accounts',
    tag: 'accounts',
    id: 'listAccounts',
    summary: 'Funded accounts, in the order in which they came into being; a page may be shorter than asked for',
    query: pageQuery,
    answers: { 200: { description: 'One page', schema: pageOf(accountListItem) } },
    problems: ['invalid_cursor'],
    handle: ({ node, names }, { query }) =>
      pageReply('accounts', query, (limit, cursor) => {
        const page = node.queries.accounts(limit, cursor);
        const items = page.items.map((item) => ({ ...item, ...nameOf(names, item.address) }));
        return { items, nextCursor: page.nextCursor };
      }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/accounts/{address}',
    tag: 'accounts',
    id: 'getAccount',
    summary: 'Balance, nonces and stake of one account',
    description: 'An account that was never seen has zeros. Pending nonces are always those of now.',
    params: addressParams,
    query: atIndexQuery,
    answers: { 200: { description: 'The account', schema: accountAnswer } },
    problems: ['index_not_final', 'history_pruned'],
    handle: (context, { params, query }) => {
      const owner = parseAddress(context.node, params.address);
      if (!owner.ok) return owner.problem;
      const at = finalIndex(context, query.index);
      return typeof at === 'object' ? at : accountReply(context, owner.value, at);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/accounts/{address}/transactions',
    tag: 'accounts',
    id: 'listAccountTransactions',
    summary: 'Final transactions that touched an account, newest first',
    params: addressParams,
    query: pageQuery,
    answers: { 200: { description: 'One page', schema: pageOf(accountTransaction) } },
    problems: ['invalid_cursor'],
    handle: ({ node }, { params, query }) => {
      const owner = parseAddress(node, params.address);
      if (!owner.ok) return owner.problem;
      return pageReply(`accounts/${owner.value}/transactions`, query, (limit, cursor) =>
        node.queries.accountTransactions(owner.value, limit, cursor),
      );
    },
  }),
] as const;

/** The asked height if it is final; undefined for the tip; a problem for one above it. */
export function finalIndex({ node }: RouteContext, index: number | undefined): Height | undefined | Reply {
  if (index === undefined) return undefined;
  const tip = node.queries.tip().index;
  if (index <= tip) return toHeight(index);
  return problem('index_not_final', `Block ${index} is not final; the latest final block is ${tip}.`, {
    path: 'index',
  });
}

const nameOf = (names: ReadonlyMap<string, string>, key: string): { readonly name?: string } => {
  const name = names.get(key);
  return name === undefined ? {} : { name };
};

function accountReply({ node, names }: RouteContext, owner: Address, at: Height | undefined): Reply {
  const found = node.queries.account(owner, at);
  if (found === 'pruned') {
    return problem('history_pruned', `The state as of block ${at} is no longer kept.`, { path: 'index' });
  }
  const { entry, validator, index } = found;
  const finalNonces: { readonly [lane: string]: number } = entry?.nonces ?? {};
  const pendingNonces = node.pendingNonces(owner);
  return answer({
    address: owner,
    ...nameOf(names, owner),
    balance: entry?.balance ?? 0,
    nonces: finalNonces,
    next_nonce: pendingNonces['0'] ?? finalNonces['0'] ?? 0,
    pending_nonces: pendingNonces,
    bonded: validator?.bonded ?? 0,
    unbonding: validator?.unbonding ?? [],
    ...(validator === undefined ? {} : { validator: validator.key }),
    index,
  });
}
