/**
 * Hands a signed transaction in until it is final. The same signed transaction gets the same answer however often it
 * is sent, so every doubt (a lost connection, a restarted or full node) is met by sending it again.
 */

import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { TransactionAnswer } from '../api-types.js';
import { refuseUnknown, waitingTimeout } from './check-options.js';
import { ApiProblem, NodeUnreachable } from './problem.js';
import { type Connection, request } from './request.js';

/** How long the node may hold one request open, in ms. */
const longestWaitMs = 15_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
export const sendOptionNames: readonly string[] = ['timeoutMs', 'signal', 'onRetry'];

export interface SendOptions {
  /** In all, in ms; by default 60,000. Infinity waits for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called when the node could not take it yet, with the reason, before trying again. */
  readonly onRetry?: (reason: string) => void;
}

/** The transaction was taken but is not going to be final: rejected or expired. */
export class TransactionFailed extends Error {
  constructor(
    readonly id: TransactionId,
    readonly status: 'rejected' | 'expired',
    readonly reason: string,
  ) {
    super(`Transaction ${id} is ${status}: ${reason}`);
    this.name = 'TransactionFailed';
  }
}

/** It was taken and is still waiting. It may become final later; sending the same bytes again is safe. */
export class NotFinalYet extends Error {
  constructor(
    readonly id: TransactionId | undefined,
    readonly reason: string,
  ) {
    super(`The transaction is not final yet: ${reason}`);
    this.name = 'NotFinalYet';
  }
}

/**
 * @returns the final answer with its receipt
 * @throws ApiProblem if the node refuses it, TransactionFailed, NotFinalYet when the time is up after it was taken,
 *   NodeUnreachable when the time is up and no node ever took it
 */
export async function sendAndWait(
  connection: Connection,
  transaction: Transaction,
  options: SendOptions = {},
): Promise<TransactionAnswer> {
  refuseUnknown('sendAndWait', options, sendOptionNames);
  const deadline = Date.now() + waitingTimeout(options.timeoutMs);
  const { signal } = options;
  let taken: TransactionId | undefined;
  let pauseMs = firstPauseMs;
  for (;;) {
    const leftMs = Math.max(1, deadline - Date.now());
    const waitMs = Math.min(longestWaitMs, leftMs);
    let doubt: Error;
    try {
      const answer = await request<TransactionAnswer>(connection, 'POST', '/v1/transactions', {
        body: transaction,
        query: { wait: 'final', timeout_ms: waitMs },
        timeoutMs: waitMs + 5_000,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.status === 'final') return answer;
      if (answer.status !== 'pending') throw new TransactionFailed(answer.id, answer.status, answer.reason ?? '');
      taken = answer.id;
      pauseMs = firstPauseMs;
      doubt = new NotFinalYet(taken, 'the chain has not included it so far.');
    } catch (error) {
      doubt = worthAnotherTry(error);
      options.onRetry?.(doubt.message);
      const asked = doubt instanceof ApiProblem ? (doubt.retryAfterS ?? 0) * 1000 : 0;
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      await pause(Math.min(Math.max(asked, pauseMs), Math.max(0, deadline - Date.now())), signal);
    }
    if (Date.now() >= deadline) {
      throw taken === undefined || doubt instanceof NotFinalYet ? doubt : new NotFinalYet(taken, doubt.message);
    }
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
  let pauseMs = 10;
  for (;;) {
    let doubt: Error = new NotFinalYet(id, 'the chain has not included it so far.');
    try {
      const answer = await request<TransactionAnswer>(connection, 'GET', `/v1/transactions/${id}`);
      if (answer.status === 'final') return answer;
      if (answer.status !== 'pending') throw new TransactionFailed(answer.id, answer.status, answer.reason ?? '');
    } catch (error) {
      // Another node than the one that took it may not have heard of it yet.
      const unheard = error instanceof ApiProblem && error.status === 404;
      doubt = unheard ? error : worthAnotherTry(error);
      options.onRetry?.(doubt.message);
    }
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) throw doubt;
    await pause(Math.min(pauseMs, leftMs), options.signal);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

function worthAnotherTry(error: unknown): Error {
  if (error instanceof NodeUnreachable) return error;
  if (error instanceof ApiProblem && (error.status === 503 || error.status === 429)) return error;
  throw error;
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
