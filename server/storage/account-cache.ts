/**
 * Accounts read from the ledger since the last block was stored: admission asks for a sender's account several times
 * for each transaction. One rule: `clear` is called before anyone hears that a block is stored.
 */
import type { StateEntry } from '../../ledger/values/state.js';

/** Accounts kept: some megabytes at most. When it is full it begins anew. */
const maxAccounts = 4096;

export interface AccountCache {
  get(key: string): StateEntry | undefined;
  clear(): void;
}

export function createAccountCache(read: (key: string) => StateEntry | undefined): AccountCache {
  const known = new Map<string, StateEntry>();
  return {
    get(key) {
      if (!key.startsWith('account/')) return read(key);
      const before = known.get(key);
      if (before !== undefined) return before;
      const entry = read(key);
      if (entry === undefined) return undefined;
      if (known.size >= maxAccounts) known.clear();
      known.set(key, entry);
      return entry;
    },
    clear: () => known.clear(),
  };
}
