/**
 * Has the signatures of transactions checked on threads before the main thread looks at them. One rule: it only finds
 * things out ahead of time. What it did not find out is checked where it is needed, by the same rule.
 */
import { decodeAddress } from '../../ledger/values/address.js';
import { remembered } from '../../ledger/values/remembered.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { Address, PublicKey, Signature } from '../../ledger/values/text.js';
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

/** Senders whose keys are remembered: who pays often pays again. */
const maxSenders = 4096;

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

/** One call of `ahead`, and how many of its verdicts are still open. */
interface Question {
  readonly verdicts: Verdict[];
  readonly then: (verdicts: readonly Verdict[]) => void;
  left: number;
}

interface Item {
  readonly transaction: Transaction;
  readonly id: TransactionId;
  /** Who asked, and the place of its verdict there. */
  readonly askers: { readonly question: Question; readonly at: number }[];
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
  const openById = new Map<TransactionId, Item>();
  /** One body may come with several signatures: all but the first, by id and signature. */
  const openDoubles = new Map<string, Item>();
  let urgent: Item[] = [];
  let others: Item[] = [];
  let waiting = 0;
  let underWay = 0;
  let scheduled = false;
  let closed = false;

  function find(id: TransactionId, signature: Signature): Item | undefined {
    const first = openById.get(id);
    if (first?.transaction.signature === signature) return first;
    return openDoubles.size === 0 ? undefined : openDoubles.get(id + signature);
  }

  function open(transaction: Transaction, id: TransactionId): Item {
    const item: Item = { transaction, id, askers: [], sent: false };
    if (openById.has(id)) openDoubles.set(id + transaction.signature, item);
    else openById.set(id, item);
    return item;
  }

  function settle(item: Item, verdict: Verdict): void {
    const { id, transaction, askers } = item;
    if (openById.get(id) === item) openById.delete(id);
    else openDoubles.delete(id + transaction.signature);
    if (verdict === 'good') known.add(id, transaction.signature);
    for (const { question, at } of askers) {
      question.verdicts[at] = verdict;
      question.left -= 1;
      if (question.left === 0) question.then(question.verdicts);
    }
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

  const keyOf = remembered(maxSenders, (from: Address): PublicKey => {
    const sender = decodeAddress(from, prefix);
    if (!sender.ok) throw new Error('assertion: a decoded transaction has a sender');
    return sender.value.publicKey;
  });

  const checkOf = ({ transaction }: Item): SignatureCheck => ({
    publicKey: keyOf(transaction.from),
    message: transactionSigningText(transaction),
    signature: transaction.signature,
  });

  function enter(transaction: Transaction, id: TransactionId, first: boolean, question: Question, at: number): void {
    let item = find(id, transaction.signature);
    const isNew = item === undefined;
    if (item === undefined) {
      item = open(transaction, id);
      waiting += 1;
    }
    item.askers.push({ question, at });
    if (item.sent) return;
    if (first) urgent.push(item);
    else if (isNew) others.push(item);
  }

  return {
    ahead(transactions, first, then) {
      if (closed) return true;
      const ids = transactions.map(idOf);
      const verdicts: Verdict[] = [];
      let unknown = 0;
      for (const [at, { signature }] of transactions.entries()) {
        const isKnown = known.has(ids[at]!, signature);
        verdicts.push(isKnown ? 'good' : 'unknown');
        if (!isKnown) unknown += 1;
      }
      const isIdle = underWay === 0 && waiting === 0;
      const isFlood = first && urgent.length > maxUrgent;
      if (unknown === 0 || threads.count === 0 || isFlood || (isIdle && unknown < worthHop)) {
        then(verdicts);
        return true;
      }
      if (!first && waiting + unknown > maxWaiting) return false;
      const question: Question = { verdicts, then, left: unknown };
      for (const [at, transaction] of transactions.entries()) {
        if (verdicts[at] === 'unknown') enter(transaction, ids[at]!, first, question, at);
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
      openById.clear();
      openDoubles.clear();
      waiting = 0;
    },
  };
}
