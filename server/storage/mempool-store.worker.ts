/**
 * The mempool's thread: holds the one writing connection to mempool.db, so that the loop that votes does not wait for its
 * syncs. Each message is one database transaction. After a failure it writes nothing more.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../ledger/values/assertion.js';
import { diskFailure } from './disk-failure.js';
import { createLogWatch, type LogWatchLimits } from './log-watch.js';
import type { MempoolChanges } from './mempool-rows.js';
import { mempoolMigrations } from './migrations/mempool-migrations.js';
import { openWriter } from './open-database.js';
import { createPlaceCheck } from './place-check.js';

export interface MempoolThreadOptions {
  readonly path: string;
  /** Pages kept by the connection. */
  readonly cacheKiB: number;
  readonly logLimits: LogWatchLimits;
}

export type ToMempoolThread = ({ readonly kind: 'write' } & MempoolChanges) | { readonly kind: 'close' };

export type FromMempoolThread =
  /** The oldest message that was not answered is durable. */
  | { readonly kind: 'written' }
  | { readonly kind: 'failed'; readonly message: string }
  /** The log cannot be shortened and has so many bytes. */
  | { readonly kind: 'long_log'; readonly bytes: number };

function run(port: MessagePort, { path, cacheKiB, logLimits }: MempoolThreadOptions): void {
  const tell = (message: FromMempoolThread) => port.postMessage(message);
  const database = openWriter(path, mempoolMigrations, cacheKiB);
  const replace = database.prepare('INSERT OR REPLACE INTO batches (position, bodies) VALUES (?, ?)');
  const erase = database.prepare('DELETE FROM batches WHERE position = ?');
  const write = database.transaction((changes: MempoolChanges) => {
    for (const position of changes.erase) erase.run(position);
    for (const { position, bodies } of changes.put) replace.run(position, bodies);
  });
  const checkPlace = createPlaceCheck(path);
  const watchLog = createLogWatch(
    database,
    path,
    logLimits,
    () => performance.now(),
    (bytes) => tell({ kind: 'long_log', bytes }),
  );
  let failed = false;

  port.on('message', (message: ToMempoolThread) => {
    if (message.kind === 'close') {
      database.close();
      port.close();
      return;
    }
    if (failed) return;
    try {
      write.immediate(message);
      checkPlace();
      tell({ kind: 'written' });
      watchLog();
    } catch (error) {
      failed = true;
      tell({ kind: 'failed', message: diskFailure('write transactions to', path, error).message });
    }
  });
}

assert(parentPort !== null, 'the mempool thread has a parent');
run(parentPort, workerData as MempoolThreadOptions);
