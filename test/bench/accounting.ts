/** What makes a run a result: every acknowledged payment final exactly once on every node, and no unit made or lost. */
import type { Client } from '../../client/http/client.js';
import { transactionId } from '../../ledger/values/identity.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import { createCrypto } from '../../server/crypto/create-crypto.js';
import type { ChainUnderTest } from './chain-under-test.js';

const together = 8;

export interface Account {
  /** Empty: the run counts. */
  readonly faults: readonly string[];
  readonly blocks: number;
  readonly transactions: number;
}

/** @param index the final block that every node has, with nothing waiting */
export async function account(
  under: ChainUnderTest,
  index: number,
  acknowledged: readonly TransactionId[],
): Promise<Account> {
  const { faults, ...counted } = await accountSince(under, 1, index, acknowledged);
  const supply = await Promise.all(under.nodes.map(({ client }) => supplyFaults(client)));
  return { ...counted, faults: [...faults, ...supply.flat()] };
}

/** Payments alone, of keys that were not used before block `first`. @param index as above */
export async function accountSince(
  under: Pick<ChainUnderTest, 'nodes'>,
  first: number,
  index: number,
  acknowledged: readonly TransactionId[],
): Promise<Account> {
  const faults: string[] = [];
  const counts = await countFinal(under.nodes[0]!.client, first, index);
  const lost = acknowledged.filter((id) => counts.get(id) === undefined).length;
  const doubled = [...counts.values()].filter((count) => count > 1).length;
  if (acknowledged.length === 0) faults.push('no payment was acknowledged');
  if (lost > 0) faults.push(`${lost} acknowledged payments are not final`);
  if (doubled > 0) faults.push(`${doubled} payments are final more than once`);
  const heads = await Promise.all(under.nodes.map(({ client }) => client.block(index)));
  if (new Set(heads.map(({ block }) => block.hash)).size !== 1) faults.push(`the nodes disagree on block ${index}`);
  const transactions = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { faults, blocks: index - first + 1, transactions };
}

/** How often each transaction stands in these blocks. */
async function countFinal(client: Client, from: number, last: number): Promise<Map<TransactionId, number>> {
  const crypto = createCrypto();
  const counts = new Map<TransactionId, number>();
  for (let first = from; first <= last; first += together) {
    const indexes = Array.from({ length: Math.min(together, last - first + 1) }, (_, i) => first + i);
    for (const { block } of await Promise.all(indexes.map((at) => client.block(at)))) {
      for (const transaction of block.transactions) {
        const id = transactionId(crypto, transaction);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
  }
  return counts;
}

/** Balances, bonded and unbonding stake, added up one by one, against genesis less what was burnt. */
async function supplyFaults(client: Client): Promise<string[]> {
  const { genesis, burnt, supply, bonded, unbonding } = await client.supply();
  let balances = 0;
  let cursor: string | undefined;
  do {
    const page = await client.accounts({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const { balance } of page.items) balances += balance;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const found = balances + bonded + unbonding;
  if (found === supply && supply === genesis - burnt) return [];
  return [`the supply is ${supply} of ${genesis}, but accounts and stake hold ${found}`];
}
