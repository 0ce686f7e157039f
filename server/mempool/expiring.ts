/** Waiting transactions by the last slot in which a block may take them. */
import type { TransactionId } from '../../ledger/values/transaction.js';

export interface Expiring {
  /** @param last undefined: it never expires */
  enter(last: number | undefined, id: TransactionId): void;
  leave(last: number | undefined, id: TransactionId): void;
  /** Those that no block of this slot may take; they may leave meanwhile. */
  before(slot: number): readonly { readonly last: number; readonly id: TransactionId }[];
}

export function createExpiring(): Expiring {
  const bySlot = new Map<number, Set<TransactionId>>();
  return {
    enter(last, id) {
      if (last === undefined) return;
      const ids = bySlot.get(last);
      if (ids === undefined) bySlot.set(last, new Set([id]));
      else ids.add(id);
    },
    leave(last, id) {
      const ids = last === undefined ? undefined : bySlot.get(last);
      ids?.delete(id);
      if (ids?.size === 0) bySlot.delete(last!);
    },
    before: (slot) => [...bySlot].flatMap(([last, ids]) => (last < slot ? [...ids].map((id) => ({ last, id })) : [])),
  };
}
