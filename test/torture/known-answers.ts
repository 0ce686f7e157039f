/**
 * Questions whose answers an intact node has given, for a node whose files were damaged. What is final does not change,
 * so whatever is told of the same height has to be the same. One rule: a node may refuse, and may not be wrong.
 */
import { idOfTransaction } from '../../client/account.js';
import type { Client } from '../../client/http/client.js';
import { ApiProblem } from '../../client/http/problem.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Random } from '../../server/simulator/random.js';

export interface Known {
  readonly name: string;
  /** Whether it is checked at each read; else it is found by `server verify` alone, as docs/SECURITY.md lists. */
  readonly proved: boolean;
  /** @returns what is told and what is true of the same height; undefined: the intact node is not as far. */
  ask(client: Client): Promise<readonly [told: unknown, truth: unknown] | undefined>;
}

const heightsAsked = 4;
const accountsAsked = 4;
const paymentsAsked = 6;

/** @param upTo a height that `intact` has on disk */
export async function knownAnswers(intact: Client, upTo: number, random: Random): Promise<readonly Known[]> {
  if (upTo === 0) return [];
  const heights = [...Array.from({ length: heightsAsked }, () => random.between(1, upTo)), upTo];
  const addresses = (await intact.accounts({ limit: accountsAsked })).items.map(({ address }) => address);
  const blocks = await Promise.all(heights.map((height) => intact.block(height)));
  const { number } = await intact.epoch('current');
  const isThere = async (height: number): Promise<boolean> => (await intact.status()).stored_index >= height;
  const hashAt = async (height: number): Promise<string> => (await intact.block(height)).block.hash;

  const ofAccount = (address: Address): Known[] => [
    {
      name: `the balance of ${address}`,
      proved: true,
      async ask(client) {
        const told = ofLedger(await client.account(address));
        if (!(await isThere(told.index))) return undefined;
        return [told, ofLedger(await intact.account(address, { index: told.index }))];
      },
    },
    ...heights.map(
      (index): Known => ({
        name: `the balance of ${address} after block ${index}`,
        proved: false,
        ask: async (client) => [
          ofLedger(await client.account(address, { index })),
          ofLedger(await intact.account(address, { index })),
        ],
      }),
    ),
    {
      name: `the proof of ${address}`,
      proved: true,
      async ask(client) {
        const { entry, header } = await client.accountProof(address);
        if (!(await isThere(header.index))) return undefined;
        const { balance, nonces } = await intact.account(address, { index: header.index });
        const truth = { balance, nonces, hash: await hashAt(header.index) };
        return [{ balance: entry?.balance, nonces: entry?.nonces, hash: header.hash }, truth];
      },
    },
    {
      // That none is left out is not proved, nor are signatures; what is told of each has to be so.
      name: `the transactions of ${address}`,
      proved: true,
      async ask(client) {
        const { items } = await client.accountTransactions(address, { limit: 20 });
        const told = items.filter(({ index }) => index <= upTo);
        const truth = await Promise.all(
          told.map(async ({ index, position }) => (await intact.block(index)).block.transactions[position]),
        );
        return [told.map(({ transaction }) => unsigned(transaction)), truth.map(unsigned)];
      },
    },
  ];

  const ofPayment = (id: TransactionId): Known[] => [
    {
      name: `transaction ${id}`,
      proved: true,
      async ask(client) {
        // What an index does not find is found missing by `server verify`.
        const told = await client.transaction(id).catch(unlessUnknown);
        return [told, told && (await intact.transaction(id))];
      },
    },
    {
      name: `the proof of transaction ${id}`,
      proved: true,
      // Each node may have another certificate, and so other headers up to it.
      async ask(client) {
        const told = await client.transactionProof(id).catch(unlessUnknown);
        const truth = told && (await intact.transactionProof(id));
        return [told && { ...told, ...ofNode }, truth && { ...truth, ...ofNode }];
      },
    },
  ];

  return [
    ...addresses.flatMap(ofAccount),
    ...blocks
      .flatMap(({ block }) => block.transactions)
      .slice(0, paymentsAsked)
      .flatMap((transaction) => ofPayment(idOfTransaction(transaction))),
    ...heights.map(
      (height, at): Known => ({
        name: `block ${height}`,
        proved: true,
        ask: async (client) => [(await client.block(height)).block, blocks[at]!.block],
      }),
    ),
    ...blocks.map(
      ({ block }): Known => ({
        name: `block ${block.hash}`,
        proved: true,
        ask: async (client) => {
          const told = await client.block(block.hash).catch(unlessUnknown);
          return [told?.block, told && block];
        },
      }),
    ),
    {
      name: 'the last block',
      proved: true,
      async ask(client) {
        const { block } = await client.block('latest');
        return (await isThere(block.index)) ? [block, (await intact.block(block.index)).block] : undefined;
      },
    },
    {
      name: 'the list of blocks',
      proved: true,
      async ask(client) {
        const told = (await client.blocks({ limit: 50 })).items.filter(({ index }) => index <= upTo);
        const truth = await Promise.all(told.map(async ({ index }) => hashAt(index)));
        return [told.map(({ hash }) => hash), truth];
      },
    },
    {
      name: 'the status',
      proved: true,
      async ask(client) {
        const { index, hash } = (await client.status()).final;
        return (await isThere(index)) ? [hash, await hashAt(index)] : undefined;
      },
    },
    {
      name: 'the way to the last epoch',
      proved: true,
      async ask(client) {
        const after = Math.max(0, number - 4);
        // A node with a shorter chain knows fewer.
        const told = (await client.epochLinks(after)).filter(({ header }) => header.index <= upTo);
        const truth = (await intact.epochLinks(after)).slice(0, told.length);
        return [told, truth].map((links) => links.map((link) => ({ ...link, ...ofNode }))) as [unknown, unknown];
      },
    },
    ...Array.from(
      { length: Math.min(number, 3) + 1 },
      (_, back): Known => ({
        name: `epoch ${number - back}`,
        proved: true,
        // One that has not begun for a node with a shorter chain.
        ask: async (client) => {
          const told = await client.epoch(number - back).catch(unlessUnknown);
          return [told, told && (await intact.epoch(number - back))];
        },
      }),
    ),
  ];
}

/** What a node has signatures of is its own affair. */
const ofNode = { certificate: undefined, descendants: undefined };

/** What waits in a node's mempool is its own affair. */
const ofLedger = <Answer extends { readonly next_nonce: number; readonly pending_nonces: unknown }>(answer: Answer) => {
  const { next_nonce: _, pending_nonces: __, ...rest } = answer;
  return rest;
};

const unsigned = (transaction: Transaction | undefined): unknown =>
  transaction === undefined ? undefined : { ...transaction, signature: undefined };

function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof ApiProblem && error.status === 404)) throw error;
}

export const isSame = (told: unknown, truth: unknown): boolean => text(told) === text(truth);

const text = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value ?? null)));
