/** Remembers signatures that were verified, so that a transaction checked on entry is not checked again in a block. */
import type { Signature } from '../../ledger/values/text.js';
import type { TransactionId } from '../../ledger/values/transaction.js';

/** As many as the mempool holds; the oldest are forgotten first, and then checked again. */
const maxKnown = 131_072;

export interface KnownSignatures {
  readonly has: (id: TransactionId, signature: Signature) => boolean;
  readonly add: (id: TransactionId, signature: Signature) => void;
}

export function createKnownSignatures(): KnownSignatures {
  const signatureById = new Map<TransactionId, Signature>();
  return {
    has: (id, signature) => signatureById.get(id) === signature,
    add(id, signature) {
      signatureById.set(id, signature);
      if (signatureById.size > maxKnown) signatureById.delete(signatureById.keys().next().value!);
    },
  };
}
