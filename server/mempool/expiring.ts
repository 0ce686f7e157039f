/** Waiting transactions by the last slot in which a block may take them. */
import type { TransactionId } from '../../ledger/values/transaction.js';

export interface Expired {
  readonly last: number;
  readonly id: TransactionId;
}

export interface Expiring {
  /** @param last undefined: it never expires */
  enter(last: number | undefined, id: TransactionId): void;
  leave(last: number | undefined, id: TransactionId): void;
  /** Those that no block of this slot may take, so many of them at most; they may leave meanwhile. */
  before(slot: number, most: number): readonly Expired[];
}

export function createExpiring(): Expiring {
  const bySlot = new Map<number, Set<TransactionId>>();
  /** Nothing expires sooner: where nothing is over, nothing is looked at. */
  let first = Number.POSITIVE_INFINITY;
  return {
    enter(last, id) {
      if (last === undefined) return;
      first = Math.min(first, last);
      const ids = bySlot.get(last);
      if (ids === undefined) bySlot.set(last, new Set([id]));
      else ids.add(id);
    },
    leave(last, id) {
      const ids = last === undefined ? undefined : bySlot.get(last);
      ids?.delete(id);
      if (ids?.size === 0) bySlot.delete(last!);
    },
    before(slot, most) {
      if (slot <= first) return [];
      const found: Expired[] = [];
      let later = Number.POSITIVE_INFINITY;
      for (const [last, ids] of bySlot) {
        if (last >= slot) later = Math.min(later, last);
        else {
          for (const id of ids) {
            if (found.length === most) return found;
            found.push({ last, id });
          }
        }
      }
      if (found.length === 0) first = later;
      return found;
    },
  };
}
