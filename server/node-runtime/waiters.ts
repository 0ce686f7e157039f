/** Callers that wait for a transaction to be decided. One rule: each is answered exactly once, in time or at its end. */
import type { TransactionId } from '../../ledger/values/transaction.js';

export interface Waiters {
  /** Resolves when `tell` names the id, after `timeoutMs`, when `signal` says that nobody waits any more, or at `close`. */
  wait(id: TransactionId, timeoutMs: number, signal?: AbortSignal): Promise<void>;
  tell(id: TransactionId): void;
  close(): void;
}

export function createWaiters(): Waiters {
  const callsById = new Map<TransactionId, Set<() => void>>();
  const tell = (id: TransactionId): void => {
    for (const call of [...(callsById.get(id) ?? [])]) call();
  };
  return {
    wait: (id, timeoutMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const calls = callsById.get(id) ?? new Set();
        callsById.set(id, calls);
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          calls.delete(done);
          if (calls.size === 0) callsById.delete(id);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        calls.add(done);
        signal?.addEventListener('abort', done);
      }),
    tell,
    close() {
      for (const id of [...callsById.keys()]) tell(id);
    },
  };
}
