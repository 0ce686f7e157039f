/**
 * Has the signatures of transactions checked on threads before the main thread looks at them. One rule: it only finds
 * things out ahead of time. What it did not find out is checked where it is needed, by the same rule.
 */
import { decodeAddress } from '../../ledger/values/address.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { SignatureCheck } from '../crypto/signature-batch.js';
import type { SignatureThreads } from '../crypto/signature-threads.js';
import type { KnownSignatures } from './known-signatures.js';

/** Signatures in one batch: some milliseconds of work, so that two threads share what one request brings. */
const batchSize = 64;
/** Fewer than this are checked by whoever needs them while the threads have nothing to do: a hop would cost more. */
const worthHop = 3;
/** Signatures that may wait: a second or so of one thread's work. */
const maxWaiting = 16_384;
/** Of blocks: some full ones. A leader that proposes more than that gets no threads for it, only what execution checks. */
const maxUrgent = 4_096;

export type Verdict = 'good' | 'bad' | 'unknown';

export interface SignatureGate {
  /**
   * Calls back when nothing more can be found out ahead, with a verdict on each in order; at once where there is nothing to
   * find out. @param urgent ahead of everything that is not: what a vote waits for
   * @returns false: too many wait already, nothing was begun, and it does not call back. Never for what is urgent.
   */
  ahead(transactions: readonly Transaction[], urgent: boolean, then: (verdicts: readonly Verdict[]) => void): boolean;
  /** Forgets what waits; nothing calls back from now on. */
  close(): void;
}

interface Item {
  readonly transaction: Transaction;
  readonly id: TransactionId;
  readonly whenDone: ((verdict: Verdict) => void)[];
  sent: boolean;
}

export interface SignatureGateParts {
  readonly threads: SignatureThreads;
  readonly known: KnownSignatures;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** Human-readable part of addresses. */
  readonly prefix: string;
  /** Batches what one turn of the event loop brings. */
  readonly soon?: (call: () => void) => void;
}

export function createSignatureGate(parts: SignatureGateParts): SignatureGate {
  const { threads, known, idOf, prefix, soon = setImmediate } = parts;
  /** By id and signature: one body may come with several signatures. */
  const openByKey = new Map<string, Item>();
  let urgent: Item[] = [];
  let others: Item[] = [];
  let waiting = 0;
  let underWay = 0;
  let scheduled = false;
  let closed = false;

  const keyOf = (id: TransactionId, { signature }: Transaction): string => id + signature;

  function settle(item: Item, verdict: Verdict): void {
    openByKey.delete(keyOf(item.id, item.transaction));
    if (verdict === 'good') known.add(item.id, item.transaction.signature);
    for (const done of item.whenDone) done(verdict);
  }

  /** The next ones that nobody has sent yet. */
  function take(): Item[] {
    const batch: Item[] = [];
    for (const queue of [urgent, others]) {
      let looked = 0;
      for (; looked < queue.length && batch.length < batchSize; looked += 1) {
        const item = queue[looked]!;
        if (item.sent) continue;
        item.sent = true;
        batch.push(item);
      }
      if (queue === urgent) urgent = urgent.slice(looked);
      else others = others.slice(looked);
    }
    waiting -= batch.length;
    return batch;
  }

  function pump(): void {
    scheduled = false;
    // Without threads everybody checks by himself.
    while (waiting > 0 && (threads.free || threads.count === 0)) {
      const batch = take();
      if (threads.count === 0) {
        for (const item of batch) settle(item, 'unknown');
        continue;
      }
      underWay += 1;
      threads.check(batch.map(checkOf), (verdicts) => {
        if (closed) return;
        underWay -= 1;
        for (const [at, item] of batch.entries()) {
          settle(item, verdicts === undefined ? 'unknown' : verdicts[at] === 1 ? 'good' : 'bad');
        }
        pump();
      });
    }
  }

  function checkOf({ transaction }: Item): SignatureCheck {
    const sender = decodeAddress(transaction.from, prefix);
    if (!sender.ok) throw new Error('assertion: a decoded transaction has a sender');
    const { publicKey } = sender.value;
    return { publicKey, message: transactionSigningText(transaction), signature: transaction.signature };
  }

  function enter(transaction: Transaction, id: TransactionId, first: boolean, done: (verdict: Verdict) => void): void {
    const key = keyOf(id, transaction);
    let item = openByKey.get(key);
    const isNew = item === undefined;
    if (item === undefined) {
      item = { transaction, id, whenDone: [], sent: false };
      openByKey.set(key, item);
      waiting += 1;
    }
    item.whenDone.push(done);
    if (item.sent) return;
    if (first) urgent.push(item);
    else if (isNew) others.push(item);
  }

  return {
    ahead(transactions, first, then) {
      if (closed) return true;
      const ids = transactions.map(idOf);
      const verdicts: Verdict[] = transactions.map(({ signature }, at) =>
        known.has(ids[at]!, signature) ? 'good' : 'unknown',
      );
      const open = verdicts.flatMap((verdict, at) => (verdict === 'good' ? [] : [at]));
      const isIdle = underWay === 0 && waiting === 0;
      const isFlood = first && urgent.length > maxUrgent;
      if (open.length === 0 || threads.count === 0 || isFlood || (isIdle && open.length < worthHop)) {
        then(verdicts);
        return true;
      }
      if (!first && waiting + open.length > maxWaiting) return false;
      let left = open.length;
      for (const at of open) {
        enter(transactions[at]!, ids[at]!, first, (verdict) => {
          verdicts[at] = verdict;
          left -= 1;
          if (left === 0) then(verdicts);
        });
      }
      if (!scheduled) {
        scheduled = true;
        soon(pump);
      }
      return true;
    },
    close() {
      closed = true;
      urgent = [];
      others = [];
      openByKey.clear();
      waiting = 0;
    },
  };
}
