/** Remembers signatures that were verified, so that a transaction checked on entry is not checked again in a block. */
import type { Signature } from '../../ledger/values/text.js';
import type { TransactionId } from '../../ledger/values/transaction.js';

/** As many as the mempool holds, and at most twice that; what is forgotten is checked again. */
const maxKnown = 131_072;

export interface KnownSignatures {
  readonly has: (id: TransactionId, signature: Signature) => boolean;
  readonly add: (id: TransactionId, signature: Signature) => void;
  /** Of transactions that are final: no block needs them any more. */
  readonly forget: (ids: readonly TransactionId[]) => void;
  readonly count: () => number;
}

/**
 * Two generations: a full one becomes the older, and the older is forgotten as a whole. Taking the oldest out of one map
 * would look past all that were taken out before it, tens of microseconds each.
 * @param limit for tests
 */
export function createKnownSignatures(limit: number = maxKnown): KnownSignatures {
  let younger = new Map<TransactionId, Signature>();
  let older = new Map<TransactionId, Signature>();
  return {
    has: (id, signature) => (younger.get(id) ?? older.get(id)) === signature,
    add(id, signature) {
      younger.set(id, signature);
      if (younger.size < limit) return;
      older = younger;
      younger = new Map();
    },
    forget(ids) {
      for (const id of ids) {
        younger.delete(id);
        older.delete(id);
      }
    },
    count: () => younger.size + older.size,
  };
}
