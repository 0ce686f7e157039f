/**
 * A line of mempool.db as a transaction. One rule: it is read as strictly as one that a stranger hands in, so that no bit that flipped
 * is first found by code that relies on its form.
 */
import { type ChainRules, decodeTransaction } from '../../ledger/values/decode-transaction.js';
import type { Transaction } from '../../ledger/values/transaction.js';

/** undefined: this is no transaction of the chain. Signatures are not checked. */
export type LineReader = (line: string) => Transaction | undefined;

export const createLineReader =
  (rules: ChainRules): LineReader =>
  (line) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return undefined;
    }
    const decoded = decodeTransaction(value, rules);
    return decoded.ok ? decoded.value : undefined;
  };
