/**
 * Transactions that were accepted and are not final yet. Accepted means kept: `add` calls back when the transaction is
 * on disk, and whatever leaves the pool unfinal leaves a visible reason. What a peer passed on is acknowledged to nobody
 * here, and goes to disk only if it stays. Deterministic; knows no clock.
 */
import { refusal, standingRefusals, type TransactionRefusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import { transactionBytes } from '../../ledger/values/signing.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { NonceGap, RoomWait } from '../replica/ports.js';
import { candidates, onlyGaps } from './candidates.js';
import { costOf } from './cost-of.js';
import { createExpiring } from './expiring.js';
import { lacksRoomBy, withLeastFee } from './held-up.js';
import { addToLane, advanceLane, createLane, type Lane, lacksRoom, removeFromLane, type Waiting } from './lane.js';
import { createLaneOrder } from './lane-order.js';
import type { MempoolParts } from './mempool-parts.js';
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

export interface Mempool {
  /**
   * Takes back what an earlier process kept. @param kept the next ones of all that it kept; all of them when not given
   * @returns how many no state can take any more and were dropped, without those whose nonce is used: they are final. The ledger
   * may be older than they are, so all else is for a sweep.
   */
  recover(slot: Slot, kept?: readonly Transaction[]): number;
  /**
   * `answer` is called once; for an accepted transaction when it is durable.
   * @returns whether it waits now and did not before: it may be proposed
   */
  add(transaction: Transaction, slot: Slot, answer: (outcome: AddOutcome) => void): boolean;
  /** The same for a transaction of a peer: nobody is promised that it is kept. */
  addCopy(transaction: Transaction, slot: Slot): boolean;
  has(id: TransactionId): boolean;
  get(id: TransactionId): Transaction | undefined;
  dropped(id: TransactionId): Dropped | undefined;
  /** @param nextNonce of a lane in the state that the block stands on @param takesStakes there; both of final state when not given */
  candidates(nextNonce?: (from: Address, lane: number) => number, takesStakes?: () => boolean): Iterable<Transaction>;
  /** One of those that wait, where all of them wait for earlier nonces or room for stakes in final state; undefined where that is not certain. */
  onlyGaps(): NonceGap | RoomWait | undefined;
  /** The stake that this lane waits with for room in the queue of stakes. */
  roomWait(from: Address, lane: number): TransactionId | undefined;
  /** These are final: they and whatever used their nonces leave. */
  forgetFinal(transactions: readonly Transaction[]): void;
  /** Looks again at transactions that a block could not take; those that final state refuses are dropped. */
  review(ids: readonly TransactionId[], slot: Slot): void;
  /** Drops a few of those that expire before this slot: thousands may in the same one. @returns whether there are more */
  expire(slot: Slot): boolean;
  /**
   * Does the same, and looks again at a few of the others in turn, so that what no block can take
   * any more does not wait for ever, and copies that stay are kept. Once a slot or a final block.
   */
  sweep(slot: Slot): void;
  /** The nonce after the last one waiting without a gap, for each lane with waiting transactions. */
  pendingNonces(from: Address): { readonly [lane: string]: number };
  /** In order of arrival. */
  page(limit: number, after: number): { readonly items: readonly Transaction[]; readonly next: number | undefined };
  /** `ready`: blocks can take so many without another coming first that is not here. */
  summary(): { readonly count: number; readonly ready: number; readonly bytes: number; readonly accounts: number };
}

/** What waits of one account. */
interface Account {
  readonly lanes: Map<number, Lane>;
  count: number;
  /** Of all its waiting transactions together. */
  cost: number;
}

/** Transactions that one sweep checks again: a millisecond or so with their signatures. */
const reviewedTogether = 32;
/** Expired ones that are dropped together: a millisecond or so. */
const expiredTogether = 64;
/** A copy is written when it has waited so long: whoever promised to keep it may be gone. Nearly all are final before. */
const copySlots = 10;

export function createMempool(parts: MempoolParts): Mempool {
  const { limits, store } = parts;
  const waitingById = new Map<TransactionId, Waiting>();
  const accounts = new Map<Address, Account>();
  const order = createLaneOrder();
  const expiring = createExpiring();
  const takesStakes = parts.takesStakes ?? (() => true);
  const droppedById = new Map<TransactionId, Dropped>();
  /** Goes on where it was: looking for the first one anew would look past all that were forgotten before it. */
  const oldestDropped = droppedById.keys();
  let bytes = 0;
  let arrivals = 0;
  let sweeping: Iterator<Waiting> = [][Symbol.iterator]();

  const accountOf = (from: Address): Account => {
    const known = accounts.get(from);
    if (known !== undefined) return known;
    const account: Account = { lanes: new Map(), count: 0, cost: 0 };
    accounts.set(from, account);
    return account;
  };

  const laneOf = ({ from, lane = 0 }: Transaction): Lane | undefined => accounts.get(from)?.lanes.get(lane);

  const holderOf = (transaction: Transaction): Waiting | undefined =>
    laneOf(transaction)?.byNonce.get(transaction.nonce);

  /** Final state has come to this nonce. */
  const advance = (lane: Lane, next: number): void => {
    if (advanceLane(lane, next)) order.update(lane);
  };

  /** Whether another has to come first that is not here, or that waits for room itself. */
  const waitsForAnother = (transaction: Transaction): boolean => {
    const { from, lane: number = 0, nonce } = transaction;
    const lane = laneOf(transaction);
    if (lane === undefined) return nonce > parts.nextNonce(from, number);
    return nonce > lane.end || (nonce > lane.next && lacksRoom(lane));
  };

  const insert = (
    id: TransactionId,
    transaction: Transaction,
    slot: Slot,
    state: Pick<Waiting, 'kept' | 'lacksRoom'>,
  ): Waiting => {
    const { from, lane: number = 0 } = transaction;
    const account = accountOf(from);
    const lane = account.lanes.get(number) ?? createLane(from, number, parts.nextNonce(from, number));
    const cost = costOf(transaction);
    const size = transactionBytes(transaction);
    const waiting: Waiting = { id, transaction, lane, bytes: size, cost, order: arrivals++, since: slot, ...state };
    waitingById.set(id, waiting);
    account.lanes.set(number, lane);
    account.count += 1;
    account.cost += cost;
    addToLane(waiting);
    order.update(lane);
    expiring.enter(transaction.expires_slot, id);
    bytes += size;
    droppedById.delete(id);
    return waiting;
  };

  const take = (waiting: Waiting): void => {
    const { id, transaction, lane } = waiting;
    waitingById.delete(id);
    removeFromLane(waiting);
    order.update(lane);
    const account = accounts.get(lane.from)!;
    account.count -= 1;
    account.cost -= waiting.cost;
    if (lane.byNonce.size === 0) account.lanes.delete(lane.number);
    if (account.count === 0) accounts.delete(lane.from);
    expiring.leave(transaction.expires_slot, id);
    bytes -= waiting.bytes;
  };

  const drop = (waiting: Waiting, why: Dropped): void => {
    take(waiting);
    if (waiting.kept !== 'in-memory') store.remove([waiting.id], 'dropped');
    droppedById.set(waiting.id, why);
    if (droppedById.size > limits.maxRemembered) droppedById.delete(oldestDropped.next().value!);
    parts.onDropped?.(waiting.id);
  };

  /** @returns who has to go so that the transaction fits, its rival not counted, or why there is no room */
  const makeRoom = (
    transaction: Transaction,
    size: number,
    rival: Waiting | undefined,
    waits: boolean,
  ): readonly Waiting[] | string => {
    if ((accounts.get(transaction.from)?.count ?? 0) - (rival === undefined ? 0 : 1) >= limits.maxPerAccount) {
      return `This account has ${limits.maxPerAccount} transactions waiting, which is the most an account may have.`;
    }
    const victims = chooseVictims(order, transaction, waits, {
      count: waitingById.size + 1 - (rival === undefined ? 0 : 1) - limits.maxTransactions,
      bytes: bytes + size - (rival?.bytes ?? 0) - limits.maxBytes,
    });
    return victims ?? 'The mempool is full of transactions with fees as high.';
  };

  /**
   * Against final state alone. @param maxGap in the nonces; only who hands in is held to one: what was accepted stays,
   * also in a process with a lower limit
   */
  const refusalOf = (
    transaction: Transaction,
    slot: Slot,
    maxGap = Number.POSITIVE_INFINITY,
  ): TransactionRefusal | undefined => {
    const checked = parts.check(transaction, slot);
    if (checked.ok) return undefined;
    if (checked.problem.code !== 'nonce_too_high') return checked.problem;
    const gap = transaction.nonce - parts.nextNonce(transaction.from, transaction.lane ?? 0);
    if (gap > maxGap) return checked.problem;
    // The ledger's check ends at the nonce. What follows there would let anybody fill the pool for nothing.
    return transaction.fee < parts.minimumFee(transaction) ? refusal('fee_too_low') : undefined;
  };

  /** An account cannot promise more than it has: all of its waiting transactions together are covered. */
  const uncovered = (transaction: Transaction, rival: Waiting | undefined): TransactionRefusal | undefined => {
    const promised = (accounts.get(transaction.from)?.cost ?? 0) - (rival?.cost ?? 0);
    if (parts.covers(transaction.from, promised + costOf(transaction))) return undefined;
    if (promised === 0) return refusal('balance_too_low');
    const detail = 'The balance does not cover this and what already waits from this account.';
    return { ...refusal('balance_too_low'), detail };
  };

  const lookAgain = (waiting: Waiting | undefined, slot: Slot): void => {
    const refused = waiting === undefined ? undefined : refusalOf(waiting.transaction, slot);
    if (waiting === undefined) return;
    if (waiting.lacksRoom !== lacksRoomBy(refused)) {
      waiting.lacksRoom = lacksRoomBy(refused);
      order.update(waiting.lane);
    }
    if (refused === undefined || lacksRoomBy(refused)) return;
    if (!standingRefusals.has(refused.code) && parts.isBehind?.() === true) return;
    drop(waiting, { status: refused.code === 'expired' ? 'expired' : 'rejected', reason: refused.detail });
  };

  const expire = (slot: Slot): boolean => {
    const expired = expiring.before(slot, expiredTogether);
    for (const { last, id } of expired) {
      const waiting = waitingById.get(id);
      const reason = `It was valid until slot ${last} and not final then.`;
      if (waiting !== undefined) drop(waiting, { status: 'expired', reason });
    }
    return expired.length === expiredTogether;
  };

  /** Calls back when it is on disk. */
  const keep = (waiting: Waiting, stored: () => void): void => {
    if (waiting.kept === 'on-disk') {
      stored();
      return;
    }
    waiting.kept = 'being-written';
    store.add([waiting.transaction], () => {
      waiting.kept = 'on-disk';
      stored();
    });
  };

  const admit = (
    id: TransactionId,
    transaction: Transaction,
    slot: Slot,
  ): { readonly waiting: Waiting } | { readonly refused: AddOutcome } => {
    const refused = refusalOf(transaction, slot, limits.maxNonceGap);
    // A full queue is the doing of others, who would fill it anew before whoever hands in again: the fee is to decide.
    const isRoomless = lacksRoomBy(refused);
    if (refused !== undefined && !isRoomless) {
      return {
        refused: { kind: 'refused', refusal: withLeastFee(refused, transaction, parts.minimumFee(transaction)) },
      };
    }
    const rival = holderOf(transaction);
    if (rival !== undefined && !outbids(transaction, rival.transaction)) {
      return { refused: { kind: 'conflict', other: rival.id } };
    }
    const unpaid = uncovered(transaction, rival);
    if (unpaid !== undefined) return { refused: { kind: 'refused', refusal: unpaid } };
    const victims = makeRoom(
      transaction,
      transactionBytes(transaction),
      rival,
      isRoomless || waitsForAnother(transaction),
    );
    if (typeof victims === 'string') return { refused: { kind: 'full', detail: victims } };
    if (rival !== undefined) {
      drop(rival, { status: 'rejected', reason: `It was replaced by ${id}, which pays a higher fee.` });
    }
    for (const victim of victims) drop(victim, { status: 'rejected', reason: gaveWay });
    return { waiting: insert(id, transaction, slot, { kept: 'in-memory', lacksRoom: isRoomless }) };
  };

  return {
    recover(slot, kept = store.all()) {
      const lost: TransactionId[] = [];
      let used = 0;
      for (const transaction of kept) {
        const id = parts.idOf(transaction);
        const rival = holderOf(transaction);
        const isUsed = transaction.nonce < parts.nextNonce(transaction.from, transaction.lane ?? 0);
        if (isUsed) used += 1;
        const refused = isUsed ? undefined : refusalOf(transaction, slot);
        // Whether the clock is right is not known yet: what expires does so in a sweep, and its reason can be asked for.
        const isRefused = refused !== undefined && refused.code !== 'expired' && standingRefusals.has(refused.code);
        if (isUsed || isRefused || rival !== undefined) lost.push(id);
        else insert(id, transaction, slot, { kept: 'on-disk', lacksRoom: lacksRoomBy(refused) });
      }
      if (lost.length > 0) store.remove(lost, 'dropped');
      return lost.length - used;
    },
    add(transaction, slot, answer) {
      const id = parts.idOf(transaction);
      const known = waitingById.get(id);
      if (known !== undefined) {
        // Durable before it is acknowledged, also when the first copy is still on its way to disk.
        keep(known, () => answer({ kind: 'accepted', known: true, id }));
        return false;
      }
      const taken = admit(id, transaction, slot);
      if ('refused' in taken) answer(taken.refused);
      else keep(taken.waiting, () => answer({ kind: 'accepted', known: false, id }));
      return 'waiting' in taken;
    },
    addCopy(transaction, slot) {
      const id = parts.idOf(transaction);
      return !waitingById.has(id) && 'waiting' in admit(id, transaction, slot);
    },
    has: (id) => waitingById.has(id),
    get: (id) => waitingById.get(id)?.transaction,
    dropped: (id) => droppedById.get(id),
    candidates: (nextNonce = parts.nextNonce, takes = takesStakes) => candidates(order, nextNonce, takes),
    onlyGaps: () => onlyGaps(order, parts.nextNonce, takesStakes()),
    roomWait(from, number) {
      const lane = accounts.get(from)?.lanes.get(number);
      return lane !== undefined && lacksRoom(lane) && !takesStakes() ? lane.byNonce.get(lane.next)!.id : undefined;
    },
    forgetFinal(transactions) {
      const final: TransactionId[] = [];
      for (const transaction of transactions) {
        const id = parts.idOf(transaction);
        const waiting = waitingById.get(id);
        const lane = laneOf(transaction);
        if (lane !== undefined) advance(lane, transaction.nonce + 1);
        if (waiting !== undefined) {
          take(waiting);
          if (waiting.kept !== 'in-memory') final.push(id);
          continue;
        }
        const rival = lane?.byNonce.get(transaction.nonce);
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
        const waiting = next.value;
        const { lane } = waiting;
        advance(lane, parts.nextNonce(lane.from, lane.number));
        lookAgain(waiting, slot);
        if (
          waiting.kept === 'in-memory' &&
          slot - waiting.since >= copySlots &&
          waitingById.get(waiting.id) === waiting
        ) {
          keep(waiting, () => {});
        }
      }
    },
    pendingNonces(from) {
      const nonces: { [lane: string]: number } = {};
      for (const { number, byNonce, end } of accounts.get(from)?.lanes.values() ?? []) {
        let next = Math.max(end, parts.nextNonce(from, number));
        while (byNonce.has(next)) next++;
        nonces[String(number)] = next;
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
    summary: () => ({ count: waitingById.size, ready: order.readyCount, bytes, accounts: accounts.size }),
  };
}

const gaveWay = 'It gave way to a transaction with a higher fee in a full mempool.';
