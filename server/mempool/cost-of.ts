import type { Transaction } from '../../ledger/values/transaction.js';

/** What a transaction takes from its sender's balance; at most 2^53 - 1, which no balance covers beside anything else. */
export function costOf(transaction: Transaction): number {
  if (transaction.type === 'unstake') return transaction.fee;
  let cost: number = transaction.fee;
  const amounts = transaction.type === 'stake' ? [transaction.amount] : transaction.outputs.map(({ amount }) => amount);
  for (const amount of amounts) cost += amount;
  return Math.min(cost, Number.MAX_SAFE_INTEGER);
}
