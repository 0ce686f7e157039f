/**
 * Transactions that were accepted and are not final yet. Accepted means kept: `add` calls back when the transaction is
 * on disk, and whatever leaves the pool unfinal leaves a visible reason. Deterministic; knows no clock.
 */
import { refusal, type TransactionRefusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import { transactionBytes } from '../../ledger/values/signing.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { MempoolStore } from '../replica/ports.js';
import { inOrder } from './candidates.js';
import { createHeadHeap } from './head-heap.js';
import { addToLane, createLane, type Lane, laneName, removeFromLane, type Waiting } from './lane.js';
import type { MempoolLimits } from './limits.js';
import { createTailIndex } from './tail-index.js';
import { chooseVictims, outbids } from './victims.js';

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
  /** Of an account in final state. */
  readonly balance: (from: Address) => number;
  /** Told when one left without becoming final. */
  readonly onDropped?: (id: TransactionId) => void;
}

export interface Mempool {
  /**
   * Takes back what an earlier process kept. @returns how many are no longer valid and were dropped, without those whose nonce
   * is used: they are final.
   */
  recover(slot: Slot): number;
  /**
   * `answer` is called once; for an accepted transaction when it is durable.
   * @returns whether it waits now and did not before: it may be proposed
   */
  add(transaction: Transaction, slot: Slot, answer: (outcome: AddOutcome) => void): boolean;
  has(id: TransactionId): boolean;
  get(id: TransactionId): Transaction | undefined;
  dropped(id: TransactionId): Dropped | undefined;
  /** @param nextNonce of a lane in the state that the block stands on; final state when it is not given */
  candidates(nextNonce?: (from: Address, lane: number) => number): Iterable<Transaction>;
  /** These are final: they and whatever used their nonces leave. */
  forgetFinal(transactions: readonly Transaction[]): void;
  /** Looks again at transactions that a block could not take; those that final state refuses are dropped. */
  review(ids: readonly TransactionId[], slot: Slot): void;
  /** Drops what expires before this slot. */
  expire(slot: Slot): void;
  /**
   * Drops what expires before this slot, and looks again at a few of the others in turn, so that what no block can take
   * any more does not wait for ever. Once a slot or a final block.
   */
  sweep(slot: Slot): void;
  /** The nonce after the last one waiting without a gap, for each lane with waiting transactions. */
  pendingNonces(from: Address): { readonly [lane: string]: number };
  /** In order of arrival. */
  page(limit: number, after: number): { readonly items: readonly Transaction[]; readonly next: number | undefined };
  summary(): { readonly count: number; readonly bytes: number; readonly accounts: number };
}

/** Transactions that one sweep checks again: a millisecond or so with their signatures. */
const reviewedTogether = 32;

export function createMempool(parts: MempoolParts): Mempool {
  const { limits, store } = parts;
  const waitingById = new Map<TransactionId, Waiting>();
  const lanes = new Map<string, Lane>();
  const totals = new Map<Address, { readonly count: number; readonly cost: number }>();
  const heads = createHeadHeap();
  const tails = createTailIndex();
  const expiring = new Map<number, Set<TransactionId>>();
  const droppedById = new Map<TransactionId, Dropped>();
  let bytes = 0;
  let orders = 0;
  let sweeping: Iterator<Waiting> = [][Symbol.iterator]();

  const totalOf = (from: Address) => totals.get(from) ?? { count: 0, cost: 0 };
  const addToTotal = (from: Address, count: number, cost: number): void => {
    const before = totalOf(from);
    if (before.count + count === 0) totals.delete(from);
    else totals.set(from, { count: before.count + count, cost: before.cost + cost });
  };

  const insert = (id: TransactionId, transaction: Transaction, size: number, stored: boolean): Waiting => {
    const waiting: Waiting = { id, transaction, bytes: size, cost: costOf(transaction), order: orders++, stored };
    waitingById.set(id, waiting);
    const name = laneName(transaction);
    const lane = lanes.get(name) ?? createLane(transaction);
    lanes.set(name, lane);
    addToLane(lane, waiting);
    heads.update(lane);
    tails.update(lane);
    addToTotal(transaction.from, 1, waiting.cost);
    if (transaction.expires_slot !== undefined) enter(expiring, transaction.expires_slot, id);
    bytes += size;
    droppedById.delete(id);
    return waiting;
  };

  const take = (waiting: Waiting): void => {
    const { id, transaction } = waiting;
    waitingById.delete(id);
    const lane = lanes.get(laneName(transaction))!;
    removeFromLane(lane, transaction.nonce);
    heads.update(lane);
    tails.update(lane);
    if (lane.byNonce.size === 0) lanes.delete(lane.name);
    addToTotal(transaction.from, -1, -waiting.cost);
    if (transaction.expires_slot !== undefined) leave(expiring, transaction.expires_slot, id);
    bytes -= waiting.bytes;
  };

  const drop = (waiting: Waiting, why: Dropped): void => {
    take(waiting);
    store.remove([waiting.id], 'dropped');
    droppedById.set(waiting.id, why);
    if (droppedById.size > limits.maxRemembered) droppedById.delete(droppedById.keys().next().value!);
    parts.onDropped?.(waiting.id);
  };

  /** @returns who has to go so that the transaction fits, its rival not counted, or why there is no room */
  const makeRoom = (
    transaction: Transaction,
    size: number,
    rival: Waiting | undefined,
  ): readonly Waiting[] | string => {
    if (totalOf(transaction.from).count - (rival === undefined ? 0 : 1) >= limits.maxPerAccount) {
      return `This account has ${limits.maxPerAccount} transactions waiting, which is the most an account may have.`;
    }
    const victims = chooseVictims(tails.ascending(), transaction, {
      count: waitingById.size + 1 - (rival === undefined ? 0 : 1) - limits.maxTransactions,
      bytes: bytes + size - (rival?.bytes ?? 0) - limits.maxBytes,
    });
    return victims ?? 'The mempool is full of transactions with fees as high.';
  };

  /** Against final state alone; a gap in the nonces is no reason within its limit. */
  const refusalOf = (transaction: Transaction, slot: Slot): TransactionRefusal | undefined => {
    const checked = parts.check(transaction, slot);
    if (checked.ok) return undefined;
    if (checked.problem.code !== 'nonce_too_high') return checked.problem;
    const gap = transaction.nonce - parts.nextNonce(transaction.from, transaction.lane ?? 0);
    if (gap > limits.maxNonceGap) return checked.problem;
    // The ledger's check ends at the nonce. What follows there would let anybody fill the pool for nothing.
    return transaction.fee < parts.minimumFee(transaction) ? refusal('fee_too_low') : undefined;
  };

  /** An account cannot promise more than it has: all of its waiting transactions together are covered. */
  const uncovered = (transaction: Transaction, rival: Waiting | undefined): TransactionRefusal | undefined => {
    const promised = totalOf(transaction.from).cost - (rival?.cost ?? 0);
    if (promised + costOf(transaction) <= parts.balance(transaction.from)) return undefined;
    if (promised === 0) return refusal('balance_too_low');
    const detail = 'The balance does not cover this and what already waits from this account.';
    return { ...refusal('balance_too_low'), detail };
  };

  const lookAgain = (waiting: Waiting | undefined, slot: Slot): void => {
    const refused = waiting === undefined ? undefined : refusalOf(waiting.transaction, slot);
    if (waiting === undefined || refused === undefined) return;
    drop(waiting, { status: refused.code === 'expired' ? 'expired' : 'rejected', reason: refused.detail });
  };

  const expire = (slot: Slot): void => {
    for (const [last, ids] of [...expiring]) {
      if (last >= slot) continue;
      for (const id of [...ids]) {
        const waiting = waitingById.get(id);
        const reason = `It was valid until slot ${last} and not final then.`;
        if (waiting !== undefined) drop(waiting, { status: 'expired', reason });
      }
    }
  };

  return {
    recover(slot) {
      const lost: TransactionId[] = [];
      let used = 0;
      for (const transaction of store.all()) {
        const id = parts.idOf(transaction);
        const rival = lanes.get(laneName(transaction))?.byNonce.get(transaction.nonce);
        const refused = refusalOf(transaction, slot);
        if (refused?.code === 'nonce_too_low') used += 1;
        if (refused !== undefined || rival !== undefined) lost.push(id);
        else insert(id, transaction, transactionBytes(transaction), true);
      }
      if (lost.length > 0) store.remove(lost, 'dropped');
      return lost.length - used;
    },
    add(transaction, slot, answer) {
      const not = (outcome: AddOutcome): false => {
        answer(outcome);
        return false;
      };
      const id = parts.idOf(transaction);
      const known = waitingById.get(id);
      if (known !== undefined) {
        const outcome = { kind: 'accepted', known: true, id } as const;
        // Durable before it is acknowledged, also when the first copy is still on its way to disk.
        if (known.stored) answer(outcome);
        else store.add([transaction], () => answer(outcome));
        return false;
      }
      const refused = refusalOf(transaction, slot);
      if (refused !== undefined) return not({ kind: 'refused', refusal: refused });
      const rival = lanes.get(laneName(transaction))?.byNonce.get(transaction.nonce);
      if (rival !== undefined && !outbids(transaction, rival.transaction)) {
        return not({ kind: 'conflict', other: rival.id });
      }
      const unpaid = uncovered(transaction, rival);
      if (unpaid !== undefined) return not({ kind: 'refused', refusal: unpaid });
      const size = transactionBytes(transaction);
      const victims = makeRoom(transaction, size, rival);
      if (typeof victims === 'string') return not({ kind: 'full', detail: victims });
      if (rival !== undefined) {
        drop(rival, { status: 'rejected', reason: `It was replaced by ${id}, which pays a higher fee.` });
      }
      for (const victim of victims) drop(victim, { status: 'rejected', reason: gaveWay });
      const waiting = insert(id, transaction, size, false);
      store.add([transaction], () => {
        waiting.stored = true;
        answer({ kind: 'accepted', known: false, id });
      });
      return true;
    },
    has: (id) => waitingById.has(id),
    get: (id) => waitingById.get(id)?.transaction,
    dropped: (id) => droppedById.get(id),
    candidates: (nextNonce = parts.nextNonce) => inOrder(heads, nextNonce),
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
      if (final.length > 0) store.remove(final, 'final');
    },
    review(ids, slot) {
      for (const id of ids) lookAgain(waitingById.get(id), slot);
    },
    expire,
    sweep(slot) {
      expire(slot);
      for (let count = 0; count < reviewedTogether; count += 1) {
        const next = sweeping.next();
        if (next.done === true) {
          sweeping = waitingById.values();
          return;
        }
        lookAgain(next.value, slot);
      }
    },
    pendingNonces(from) {
      const nonces: { [lane: string]: number } = {};
      for (let lane = 0; lane < 256 && totals.has(from); lane++) {
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
    summary: () => ({ count: waitingById.size, bytes, accounts: totals.size }),
  };
}

const gaveWay = 'It gave way to a transaction with a higher fee in a full mempool.';

/** What a transaction takes from its sender's balance; at most 2^53 - 1, which no balance covers beside anything else. */
function costOf(transaction: Transaction): number {
  if (transaction.type === 'unstake') return transaction.fee;
  let cost: number = transaction.fee;
  const amounts = transaction.type === 'stake' ? [transaction.amount] : transaction.outputs.map(({ amount }) => amount);
  for (const amount of amounts) cost += amount;
  return Math.min(cost, Number.MAX_SAFE_INTEGER);
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
