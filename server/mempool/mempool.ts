/**
 * Transactions that were accepted and are not final yet. Accepted means kept: `add` calls back when the transaction is
 * on disk, and whatever leaves the pool unfinal leaves a visible reason. Deterministic; knows no clock.
 */
import type { TransactionRefusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import { transactionJson } from '../../ledger/values/signing.js';
import type { Address } from '../../ledger/values/text.js';
import { utf8Length } from '../../ledger/values/text-forms.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { MempoolStore } from '../replica/ports.js';
import { inOrder } from './candidates.js';
import { addToLane, createLane, type Lane, laneName, removeFromLane, type Waiting } from './lane.js';
import type { MempoolLimits } from './limits.js';

export type AddOutcome =
  | { readonly kind: 'accepted'; readonly known: boolean; readonly id: TransactionId }
  | { readonly kind: 'refused'; readonly refusal: TransactionRefusal }
  | { readonly kind: 'conflict'; readonly other: TransactionId }
  | { readonly kind: 'full'; readonly detail: string };

export interface Dropped {
  readonly status: 'rejected' | 'expired';
  readonly reason: string;
}

export interface MempoolParts {
  readonly limits: MempoolLimits;
  readonly store: MempoolStore;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** ledger's checkTransaction against final state. */
  readonly check: (transaction: Transaction, slot: Slot) => Result<TransactionId, TransactionRefusal>;
  readonly minimumFee: (transaction: Transaction) => number;
  /** Next nonce of an account's lane in final state. */
  readonly nextNonce: (from: Address, lane: number) => number;
}

export interface Mempool {
  /** Takes back what an earlier process kept. @returns those that are no longer valid, which are dropped */
  recover(slot: Slot): number;
  /** `answer` is called once; for an accepted transaction when it is durable. */
  add(transaction: Transaction, slot: Slot, answer: (outcome: AddOutcome) => void): void;
  has(id: TransactionId): boolean;
  get(id: TransactionId): Transaction | undefined;
  dropped(id: TransactionId): Dropped | undefined;
  candidates(): Iterable<Transaction>;
  /** These are final: they and whatever used their nonces leave. */
  forgetFinal(transactions: readonly Transaction[]): void;
  /** Looks again at transactions that a block could not take; those that final state refuses are dropped. */
  review(ids: readonly TransactionId[], slot: Slot): void;
  /** Drops what expires before this slot. */
  expire(slot: Slot): void;
  /** The nonce after the last one waiting without a gap, for each lane with waiting transactions. */
  pendingNonces(from: Address): { readonly [lane: string]: number };
  /** In order of arrival. */
  page(limit: number, after: number): { readonly items: readonly Transaction[]; readonly next: number | undefined };
  summary(): { readonly count: number; readonly bytes: number; readonly accounts: number };
}

export function createMempool(parts: MempoolParts): Mempool {
  const { limits, store } = parts;
  const waitingById = new Map<TransactionId, Waiting>();
  const lanes = new Map<string, Lane>();
  const countByAccount = new Map<Address, number>();
  const expiring = new Map<number, Set<TransactionId>>();
  const droppedById = new Map<TransactionId, Dropped>();
  /** Ids by fee, to find the cheapest when the pool is full. */
  const idsByFee = new Map<number, Set<TransactionId>>();
  let bytes = 0;
  let orders = 0;

  const insert = (id: TransactionId, transaction: Transaction): void => {
    const waiting: Waiting = { id, transaction, bytes: utf8Length(transactionJson(transaction)), order: orders++ };
    waitingById.set(id, waiting);
    const name = laneName(transaction);
    const lane = lanes.get(name) ?? createLane(name);
    lanes.set(name, lane);
    addToLane(lane, waiting);
    countByAccount.set(transaction.from, (countByAccount.get(transaction.from) ?? 0) + 1);
    enter(idsByFee, transaction.fee, id);
    if (transaction.expires_slot !== undefined) enter(expiring, transaction.expires_slot, id);
    bytes += waiting.bytes;
    droppedById.delete(id);
  };

  const take = (waiting: Waiting): void => {
    const { id, transaction } = waiting;
    waitingById.delete(id);
    const lane = lanes.get(laneName(transaction));
    if (lane?.byNonce.get(transaction.nonce)?.id === id) removeFromLane(lane, transaction.nonce);
    if (lane?.byNonce.size === 0) lanes.delete(lane.name);
    const count = (countByAccount.get(transaction.from) ?? 1) - 1;
    if (count === 0) countByAccount.delete(transaction.from);
    else countByAccount.set(transaction.from, count);
    leave(idsByFee, transaction.fee, id);
    if (transaction.expires_slot !== undefined) leave(expiring, transaction.expires_slot, id);
    bytes -= waiting.bytes;
  };

  const drop = (waiting: Waiting, why: Dropped): void => {
    take(waiting);
    store.remove([waiting.id]);
    droppedById.set(waiting.id, why);
    if (droppedById.size > limits.maxRemembered) droppedById.delete(droppedById.keys().next().value!);
  };

  /** @returns why there is no room, after making room at the expense of a cheaper transaction if that is possible */
  const makeRoom = (transaction: Transaction): string | undefined => {
    if ((countByAccount.get(transaction.from) ?? 0) >= limits.maxPerAccount) {
      return `This account has ${limits.maxPerAccount} transactions waiting, which is the most an account may have.`;
    }
    if (waitingById.size < limits.maxTransactions && bytes < limits.maxBytes) return undefined;
    const cheapest = cheapestTail();
    if (cheapest === undefined || cheapest.transaction.fee * 11 > transaction.fee * 10) {
      return 'The mempool is full of transactions with fees as high.';
    }
    drop(cheapest, { status: 'rejected', reason: 'It gave way to a transaction with a higher fee in a full mempool.' });
    return undefined;
  };

  /** The last of the lane that holds the lowest fee: taking another would leave a gap. */
  const cheapestTail = (): Waiting | undefined => {
    let lowest = Number.POSITIVE_INFINITY;
    for (const fee of idsByFee.keys()) lowest = Math.min(lowest, fee);
    const id = idsByFee.get(lowest)?.values().next().value;
    const waiting = id === undefined ? undefined : waitingById.get(id);
    const lane = waiting === undefined ? undefined : lanes.get(laneName(waiting.transaction));
    return lane?.byNonce.get(lane.highest);
  };

  const refusalOf = (transaction: Transaction, slot: Slot): TransactionRefusal | undefined => {
    const checked = parts.check(transaction, slot);
    if (checked.ok) return undefined;
    if (checked.problem.code !== 'nonce_too_high') return checked.problem;
    const gap = transaction.nonce - parts.nextNonce(transaction.from, transaction.lane ?? 0);
    return gap > limits.maxNonceGap ? checked.problem : undefined;
  };

  return {
    recover(slot) {
      let lost = 0;
      for (const transaction of store.all()) {
        const id = parts.idOf(transaction);
        if (refusalOf(transaction, slot) === undefined) insert(id, transaction);
        else {
          lost++;
          store.remove([id]);
        }
      }
      return lost;
    },
    add(transaction, slot, answer) {
      const id = parts.idOf(transaction);
      if (waitingById.has(id)) {
        // Durable before it is acknowledged, also when the first copy is still on its way to disk.
        store.add([transaction], () => answer({ kind: 'accepted', known: true, id }));
        return;
      }
      const refusal = refusalOf(transaction, slot);
      if (refusal !== undefined) return answer({ kind: 'refused', refusal });
      const rival = lanes.get(laneName(transaction))?.byNonce.get(transaction.nonce);
      if (rival !== undefined) {
        if (transaction.fee * 10 < rival.transaction.fee * 11 || transaction.fee === rival.transaction.fee) {
          return answer({ kind: 'conflict', other: rival.id });
        }
        drop(rival, { status: 'rejected', reason: `It was replaced by ${id}, which pays a higher fee.` });
      }
      const full = makeRoom(transaction);
      if (full !== undefined) return answer({ kind: 'full', detail: full });
      insert(id, transaction);
      store.add([transaction], () => answer({ kind: 'accepted', known: false, id }));
    },
    has: (id) => waitingById.has(id),
    get: (id) => waitingById.get(id)?.transaction,
    dropped: (id) => droppedById.get(id),
    candidates: () => inOrder(lanes.values()),
    forgetFinal(transactions) {
      const final: TransactionId[] = [];
      for (const transaction of transactions) {
        const id = parts.idOf(transaction);
        const waiting = waitingById.get(id);
        if (waiting !== undefined) {
          take(waiting);
          final.push(id);
        }
        const rival = lanes.get(laneName(transaction))?.byNonce.get(transaction.nonce);
        if (rival !== undefined) {
          drop(rival, { status: 'rejected', reason: `Its nonce was used by ${id}, which became final.` });
        }
      }
      if (final.length > 0) store.remove(final);
    },
    review(ids, slot) {
      for (const id of ids) {
        const waiting = waitingById.get(id);
        const refusal = waiting === undefined ? undefined : refusalOf(waiting.transaction, slot);
        if (waiting === undefined || refusal === undefined) continue;
        const status = refusal.code === 'expired' ? 'expired' : 'rejected';
        drop(waiting, { status, reason: refusal.detail });
      }
    },
    expire(slot) {
      for (const [last, ids] of [...expiring]) {
        if (last >= slot) continue;
        for (const id of [...ids]) {
          const waiting = waitingById.get(id);
          if (waiting)
            drop(waiting, { status: 'expired', reason: `It was valid until slot ${last} and not final then.` });
        }
      }
    },
    pendingNonces(from) {
      const nonces: { [lane: string]: number } = {};
      for (let lane = 0; lane < 256 && countByAccount.has(from); lane++) {
        const waiting = lanes.get(`${from}/${lane}`);
        if (waiting === undefined) continue;
        let next = parts.nextNonce(from, lane);
        while (waiting.byNonce.has(next)) next++;
        nonces[String(lane)] = next;
      }
      return nonces;
    },
    page(limit, after) {
      const items: Transaction[] = [];
      let last = after;
      for (const waiting of waitingById.values()) {
        if (waiting.order <= after) continue;
        if (items.length === limit) return { items, next: last };
        items.push(waiting.transaction);
        last = waiting.order;
      }
      return { items, next: undefined };
    },
    summary: () => ({ count: waitingById.size, bytes, accounts: countByAccount.size }),
  };
}

function enter<Key>(index: Map<Key, Set<TransactionId>>, key: Key, id: TransactionId): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function leave<Key>(index: Map<Key, Set<TransactionId>>, key: Key, id: TransactionId): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}
