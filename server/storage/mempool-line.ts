/**
 * A line of mempool.db as a transaction. One rule: it is read as strictly as one that a stranger hands in, so that no bit that flipped
 * is first found by code that relies on its form.
 */
import { type ChainRules, decodeTransaction } from '../../ledger/values/decode-transaction.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';

/** undefined: this is no transaction. Signatures are not checked, and it may be of the chain that the home was for before. */
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
    const { chain } = (value ?? {}) as { readonly chain?: unknown };
    if (typeof chain !== 'string') return undefined;
    const decoded = decodeTransaction({ ...(value as object), chain: rules.chain }, rules);
    if (!decoded.ok) return undefined;
    return chain === rules.chain ? decoded.value : { ...decoded.value, chain: chain as ChainId };
  };
