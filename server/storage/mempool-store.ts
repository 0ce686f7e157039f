/**
 * `mempool.db`: the accepted transactions, a file of its own so that the ledger never waits for it, written by a thread of
 * its own. One rule: what was called back is on disk. Everything asked for while the thread wrote shares the next database
 * transaction and takes effect in the order of the calls.
 */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { MempoolStore } from '../replica/ports.js';
import { diskFailure } from './disk-failure.js';
import { type LogWatchLimits, usualLogLimits } from './log-watch.js';
import type { LineReader } from './mempool-line.js';
import { createMempoolRows, MempoolDamage, type MempoolRow, type MempoolRows } from './mempool-rows.js';
import type { FromMempoolThread, MempoolThreadOptions, ToMempoolThread } from './mempool-store.worker.js';
import { mempoolMigrations } from './migrations/mempool-migrations.js';
import { openWriter, usualCaches } from './open-database.js';

export interface MempoolFile extends MempoolStore {
  /** Writes and acknowledges what still waits, then ends the thread. What is asked for from now on is not done. */
  close(): Promise<void>;
}

export interface MempoolFileOptions {
  readonly path: string;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** Of what an earlier process wrote. */
  readonly readLine: LineReader;
  /** Called once, with one sentence. Nothing is acknowledged after it. */
  readonly onFailure: (error: Error) => void;
  /** After each sync of the file. */
  readonly onSync?: () => void;
  /** Its log has so many bytes and cannot be shortened, as somebody reads on in one go. */
  readonly onLongLog?: (bytes: number) => void;
  readonly logLimits?: LogWatchLimits;
  /** Pages kept by the connection. */
  readonly cacheKiB?: number;
  /** Of the thread that writes. Starting value: none. */
  readonly threadLimits?: ResourceLimits;
}

/** Final transactions that may stay in the file until something else is written: recovery looks at each. */
const maxFinalKept = 1000;

/** @throws an Error of one sentence when the file cannot be opened, is damaged, or was written by a newer version. */
export function createMempoolStore(options: MempoolFileOptions): MempoolFile {
  const { path, idOf, readLine, onFailure, onSync, onLongLog } = options;
  const { cacheKiB = usualCaches.mempoolKiB, logLimits = usualLogLimits } = options;
  const rows = readRows(path, idOf, readLine);
  const thread = new Worker(new URL('./mempool-store.worker.js', import.meta.url), {
    workerData: { path, cacheKiB, logLimits } satisfies MempoolThreadOptions,
    resourceLimits: options.threadLimits ?? {},
    execArgv: [],
  });
  const tell = (message: ToMempoolThread) => thread.postMessage(message);
  /** Called when the write that the thread is at is durable; undefined: it is at none. */
  let underWay: (() => void)[] | undefined;
  /** Called when the next write is durable; undefined: nothing waits that needs one. */
  let next: (() => void)[] | undefined;
  let finals = 0;
  let scheduled = false;
  let failed = false;
  let closing = false;
  const ended = new Promise<void>((resolve) => thread.on('exit', () => resolve()));

  function fail(error: Error): void {
    if (failed) return;
    failed = true;
    onFailure(error);
  }

  thread.on('message', (message: FromMempoolThread) => {
    if (message.kind === 'failed') {
      fail(new Error(message.message));
      if (closing) tell({ kind: 'close' });
      return;
    }
    if (message.kind === 'long_log') {
      onLongLog?.(message.bytes);
      return;
    }
    onSync?.();
    const stored = underWay ?? [];
    underWay = undefined;
    for (const call of stored) call();
    flush();
  });
  thread.on('error', (cause) => fail(diskFailure('write transactions to', path, cause)));
  thread.on('exit', () => {
    if (!closing) fail(new Error(`The thread that writes ${path} ended by itself: start the node again.`));
  });

  /** One write at a time: what comes meanwhile goes together, and shares rows. */
  function flush(): void {
    if (underWay !== undefined || failed) return;
    if (next !== undefined) {
      underWay = next;
      next = undefined;
      finals = 0;
      tell({ kind: 'write', ...rows.take() });
    } else if (closing) tell({ kind: 'close' });
  }

  function soon(stored?: () => void): void {
    next ??= [];
    if (stored !== undefined) next.push(stored);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  }

  return {
    all: () => rows.all(),
    add(transactions, stored) {
      if (closing) return;
      rows.add(transactions);
      soon(stored);
    },
    remove(ids, why) {
      if (closing) return;
      rows.remove(ids, why);
      finals += ids.length;
      // Final ones leave with the next write: a sync for them alone would be for nothing.
      if (why === 'dropped' || finals > maxFinalKept) soon();
    },
    close() {
      if (closing) return ended;
      closing = true;
      // Finals that waited for company go now, so that the next start need not look at them.
      if (finals > 0) next ??= [];
      if (failed) tell({ kind: 'close' });
      else flush();
      return ended;
    },
  };
}

/** Brings the schema up to date and reads what an earlier process kept. */
function readRows(path: string, idOf: MempoolFileOptions['idOf'], readLine: LineReader): MempoolRows {
  const database = openWriter(path, mempoolMigrations);
  try {
    const stored = database.prepare('SELECT position, bodies FROM batches ORDER BY position');
    const rows = createMempoolRows(stored.iterate() as Iterable<MempoolRow>, idOf, readLine);
    // Closing does this too, and says nothing when a sync of it fails.
    database.pragma('wal_checkpoint(TRUNCATE)');
    return rows;
  } catch (error) {
    if (!(error instanceof MempoolDamage)) throw diskFailure('open', path, error);
    throw diskFailure('open', path, Object.assign(error, { code: 'SQLITE_CORRUPT' }));
  } finally {
    database.close();
  }
}
