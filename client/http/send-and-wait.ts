/**
 * Hands a signed transaction in until it is final. The same signed transaction gets the same answer however often it
 * is sent, so every doubt (a lost connection, a restarted or full node) is met by sending it again.
 */

import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { idOfTransaction } from '../account.js';
import type { AccountAnswer, BlockListItem, Page, TransactionAnswer } from '../api-types.js';
import { rememberUsed } from '../used-nonces.js';
import { refuseUnknown, waitingTimeout } from './check-options.js';
import { ApiProblem, NodeUnreachable } from './problem.js';
import { type Connection, request } from './request.js';

/** How long the node may hold one request open, in ms. */
const longestWaitMs = 15_000;
/** However little time is left, a node gets so much to answer, in ms. */
const leastTimeMs = 1_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
const notIncluded = 'The chain has not included it so far.';
export const sendOptionNames: readonly string[] = ['timeoutMs', 'signal', 'onRetry'];

export interface SendOptions {
  /** In all, in ms; by default 60,000. Infinity waits for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called when the node could not take it yet or did not answer, with the reason, before trying again. */
  readonly onRetry?: (reason: string) => void;
}

/** A node took the transaction and has given it up: rejected or expired. It is not final so far. */
export class TransactionFailed extends Error {
  constructor(
    readonly id: TransactionId,
    readonly status: 'rejected' | 'expired',
    readonly reason: string,
    /**
     * Whether another node's block that holds it can become final yet. False once its nonce is used by another, or a
     * block of a slot after its last one is final: then it surely is never paid.
     */
    readonly mayStillBeFinal: boolean,
  ) {
    super(`Transaction ${id} is ${status}: ${reason}`);
    this.name = 'TransactionFailed';
  }
}

/** It was taken, or may have been, and waits. It may become final later; sending the same bytes again is safe. */
export class NotFinalYet extends Error {
  constructor(
    readonly id: TransactionId,
    readonly reason: string,
    /** Whether a node said so; if not, the answer to it was lost. */
    readonly taken = true,
  ) {
    super(`The transaction is not final yet: ${reason}`);
    this.name = 'NotFinalYet';
  }
}

/**
 * @returns the final answer with its receipt; `known` is of its first answer, and left out where an earlier one was lost
 * @throws ApiProblem if the node refuses it and surely nobody has it, NodeUnreachable when the time is up and it surely
 *   reached nobody, TransactionFailed, NotFinalYet in all other doubt
 */
export async function sendAndWait(
  connection: Connection,
  transaction: Transaction,
  options: SendOptions = {},
): Promise<TransactionAnswer> {
  refuseUnknown('sendAndWait', options, sendOptionNames);
  const deadline = Date.now() + waitingTimeout(options.timeoutMs);
  const { signal } = options;
  let taken = false;
  /** Whether a node may have it, whatever is answered from now on. */
  let arrived = false;
  let known = false;
  let pauseMs = firstPauseMs;
  const inDoubt = (error: Error): Error =>
    arrived && !(error instanceof NotFinalYet)
      ? new NotFinalYet(idOfTransaction(transaction), error.message, taken)
      : error;
  for (;;) {
    const waitMs = Math.ceil(Math.min(longestWaitMs, Math.max(1, deadline - Date.now())));
    let doubt: Error;
    try {
      const answer = await request<TransactionAnswer>(connection, 'POST', '/v1/transactions', {
        body: transaction,
        query: { wait: 'final', timeout_ms: waitMs },
        timeoutMs: waitMs + 5_000,
        ...(signal === undefined ? {} : { signal }),
      });
      const status = statusOf(connection, answer);
      known ||= !arrived && answer.known === true;
      if (status === 'final') {
        rememberUsed(transaction);
        const { known: _, ...rest } = answer;
        return known ? { ...rest, known } : rest;
      }
      if (status !== 'pending') {
        const { id, reason = '' } = answer;
        const fate = await fateOf(connection, transaction, id);
        if (typeof fate === 'object') {
          rememberUsed(transaction);
          return fate;
        }
        throw new TransactionFailed(id, status, reason, fate === 'open');
      }
      taken = true;
      arrived = true;
      pauseMs = firstPauseMs;
      doubt = new NotFinalYet(answer.id, answer.not_final_because ?? notIncluded);
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw error instanceof ApiProblem ? inDoubt(error) : error;
      doubt = error;
      arrived ||= mayHaveArrived(error);
      options.onRetry?.(doubt.message);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      const asked = Math.max(askedPauseMs(error), pauseMs);
      await pause(Math.min(asked, Math.max(0, deadline - Date.now())), signal);
    }
    if (Date.now() >= deadline) throw inDoubt(doubt);
  }
}

/** A node that answers something else has not said what became of it. */
function statusOf({ url }: Connection, answer: Partial<TransactionAnswer> | null): TransactionAnswer['status'] {
  const status = answer?.status;
  if (status === 'final' || status === 'pending' || status === 'rejected' || status === 'expired') return status;
  throw new NodeUnreachable(url, 'what answers there is no slotledger node');
}

/**
 * What can become of a transaction that a node has given up: a block of another node may hold it. All is read from final
 * blocks, its own fate last.
 */
async function fateOf(
  connection: Connection,
  { from, lane = 0, nonce, expires_slot: last }: Transaction,
  id: TransactionId,
): Promise<TransactionAnswer | 'open' | 'never'> {
  try {
    const [account, blocks] = await Promise.all([
      request<AccountAnswer>(connection, 'GET', `/v1/accounts/${encodeURIComponent(from)}`),
      request<Page<BlockListItem>>(connection, 'GET', '/v1/blocks', { query: { limit: 1 } }),
    ]);
    const isUsed = (account.nonces[lane] ?? 0) > nonce;
    const isLate = last !== undefined && (blocks.items[0]?.slot ?? 0) > last;
    const now = await request<TransactionAnswer>(connection, 'GET', `/v1/transactions/${id}`);
    if (now.status === 'final') return now;
    return isUsed || isLate ? 'never' : 'open';
  } catch {
    return 'open';
  }
}

/**
 * Waits until a transaction that was handed in, by whomever, is final. Asks the node again and again, ever more seldom.
 * @throws as sendAndWait
 */
export async function waitUntilFinal(
  connection: Connection,
  id: TransactionId,
  options: SendOptions = {},
): Promise<TransactionAnswer> {
  refuseUnknown('waitUntilFinal', options, sendOptionNames);
  const deadline = Date.now() + waitingTimeout(options.timeoutMs);
  const { signal } = options;
  let pauseMs = 10;
  for (;;) {
    let doubt: Error;
    let asked = 0;
    try {
      const answer = await request<TransactionAnswer>(connection, 'GET', `/v1/transactions/${id}`, {
        timeoutMs: Math.ceil(Math.min(connection.timeoutMs, Math.max(leastTimeMs, deadline - Date.now()))),
        ...(signal === undefined ? {} : { signal }),
      });
      const status = statusOf(connection, answer);
      if (status === 'final') return answer;
      // Who knows the id alone cannot ask what became of its nonce.
      if (status !== 'pending') throw new TransactionFailed(answer.id, status, answer.reason ?? '', true);
      doubt = new NotFinalYet(id, answer.not_final_because ?? notIncluded);
    } catch (error) {
      // Another node than the one that took it may not have heard of it yet.
      const unheard = error instanceof ApiProblem && error.status === 404;
      if (!unheard && !isWorthAnotherTry(error)) throw error;
      doubt = error;
      asked = askedPauseMs(error);
      options.onRetry?.(doubt.message);
    }
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) throw doubt;
    await pause(Math.min(Math.max(asked, pauseMs), leftMs), signal);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

/** No answer, or one that says: later. Also what a proxy says of a node that it does not reach. */
const isWorthAnotherTry = (error: unknown): error is NodeUnreachable | ApiProblem =>
  error instanceof NodeUnreachable ||
  (error instanceof ApiProblem && (error.status >= 500 || error.status === 429 || error.status === 408));

/** Whether what was handed in may have been taken all the same. */
function mayHaveArrived(error: NodeUnreachable | ApiProblem): boolean {
  if (error instanceof NodeUnreachable) return error.mayHaveArrived;
  return error.code !== 'mempool_full' && error.status !== 429;
}

/** What the node asks for, in ms. */
const askedPauseMs = (error: NodeUnreachable | ApiProblem): number =>
  error instanceof ApiProblem ? (error.retryAfterS ?? 0) * 1000 : 0;

/** What a timer can count, in ms: more would be none. */
const longestTimerMs = 2_147_483_647;

/** Resolves after `ms`, or rejects with the signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, longestTimerMs),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}
