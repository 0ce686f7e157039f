/**
 * What this process signed, so that it can tell what somebody else signs with its key. One rule: what is no longer
 * remembered cannot be told from its own, so whatever is as old as that counts as its own.
 */
import type { View } from '../../ledger/values/numbers.js';
import type { Signature } from '../../ledger/values/text.js';
import { maxOwnSignatures } from './replica-limits.js';

export interface OwnSignatures {
  /** This node signed it: a vote or a proposal of that view. */
  note(view: View, signature: Signature): void;
  /** Whether a good signature of this node's key, under a vote or a proposal of that view, cannot be its own. */
  isForeign(view: View, signature: Signature): boolean;
}

/**
 * @param signedUpTo the highest view in which the key may have signed before this process began
 * @param limit signatures remembered, the latest, from 1 on
 */
export function createOwnSignatures(signedUpTo: View, limit = maxOwnSignatures): OwnSignatures {
  const views = new Map<Signature, View>();
  let bound = signedUpTo;
  return {
    note(view, signature) {
      views.set(signature, view);
      if (views.size <= limit) return;
      // [5-two-processes] Anyone may say it again, years later.
      const [oldest, forgotten] = views.entries().next().value!;
      views.delete(oldest);
      if (forgotten > bound) bound = forgotten;
    },
    isForeign: (view, signature) => view > bound && !views.has(signature),
  };
}
