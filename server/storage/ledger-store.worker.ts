/**
 * The storage thread: holds the one writing connection to ledger.db. Appends that waited while the last one was written
 * go into one database transaction together, so that a busy ledger pays for fewer fsyncs; so do those that nobody waits for.
 * After a failure it writes nothing more.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert } from '../../ledger/values/assertion.js';
import { diskFailure } from './disk-failure.js';
import { type Append, gatherAppends } from './gather-appends.js';
import { createLedgerWriter } from './ledger-writer.js';
import { createLogWatch, type LogWatchLimits } from './log-watch.js';
import { ledgerMigrations } from './migrations/ledger-migrations.js';
import { limitSize, openWriter } from './open-database.js';
import type { PackedBlock } from './packed-block.js';
import { createPlaceCheck } from './place-check.js';
import type { Connection } from './sqlite.js';

export interface StorageThreadOptions {
  readonly path: string;
  readonly maxBytes: number | undefined;
  /** Pages kept by the connection. */
  readonly cacheKiB: number;
  readonly logLimits: LogWatchLimits;
  readonly blocksGathered: number;
}

export type ToStorage = ({ readonly kind: 'append' } & Append) | { readonly kind: 'close' };

export type FromStorage =
  /** Every append up to this id is durable. */
  | { readonly kind: 'stored'; readonly id: number }
  | { readonly kind: 'failed'; readonly message: string }
  /** The log cannot be shortened and has so many bytes. */
  | { readonly kind: 'long_log'; readonly bytes: number };

/** How long a node that stops waits for somebody else, such as a `sqlite3` shell in a transaction, to have read. */
const foreignReadersMs = 1_000;

/**
 * So that ledger.db is the whole ledger while no node runs: whoever copies or moves it forgets the log. Closing does not do it, as this
 * is not the last connection. Where somebody else reads on, the log stays.
 */
function emptyLog(database: Connection): void {
  try {
    database.pragma(`busy_timeout = ${foreignReadersMs}`);
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The log stays, and holds what the file may lack.
  }
}

function run(port: MessagePort, { path, maxBytes, cacheKiB, logLimits, blocksGathered }: StorageThreadOptions): void {
  const tell = (message: FromStorage) => port.postMessage(message);
  const database = openWriter(path, ledgerMigrations, cacheKiB);
  limitSize(database, maxBytes);
  const writer = createLedgerWriter(database);
  const checkPlace = createPlaceCheck(path);
  const watchLog = createLogWatch(
    database,
    path,
    logLimits,
    () => performance.now(),
    (bytes) => tell({ kind: 'long_log', bytes }),
  );
  let failed = false;

  function write(id: number, blocks: readonly PackedBlock[]): void {
    if (failed) return;
    try {
      writer.append(blocks);
      checkPlace();
      tell({ kind: 'stored', id });
      watchLog();
    } catch (error) {
      failed = true;
      tell({ kind: 'failed', message: diskFailure(`write block ${blocks[0]?.index} to`, path, error).message });
    }
  }

  const after = (ms: number, call: () => void): (() => void) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  };
  const appends = gatherAppends(write, after, blocksGathered);

  port.on('message', (first: ToStorage) => {
    let message: ToStorage | undefined = first;
    while (message?.kind === 'append') {
      appends.add(message);
      message = (receiveMessageOnPort(port) as { message: ToStorage } | undefined)?.message;
    }
    if (message?.kind !== 'close') {
      appends.pause();
      return;
    }
    appends.writeAll();
    if (!failed) emptyLog(database);
    database.close();
    port.close();
  });
}

assert(parentPort !== null, 'the storage thread has a parent');
run(parentPort, workerData as StorageThreadOptions);
