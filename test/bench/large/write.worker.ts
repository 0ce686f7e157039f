/**
 * Appends blocks to the ledger of a large home by the shipped writer, on a thread of its own. It syncs nothing and keeps its
 * journal in memory, so what an interrupted build leaves behind is of no use.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createLedgerWriter } from '../../../server/storage/ledger-writer.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openWriter } from '../../../server/storage/open-database.js';
import type { PackedBlock } from '../../../server/storage/packed-block.js';

export type ToWriter = { readonly blocks: readonly PackedBlock[] } | 'close';

/** Rows land all over the tables: pages are written once in a while instead of with each block. */
const cacheKiB = 2 * 1024 * 1024;

const { path } = workerData as { readonly path: string };
const database = openWriter(path, ledgerMigrations);
database.pragma('journal_mode = MEMORY');
database.pragma('synchronous = OFF');
database.pragma(`cache_size = -${cacheKiB}`);
const writer = createLedgerWriter(database);

parentPort?.on('message', (message: ToWriter) => {
  if (message !== 'close') {
    writer.append(message.blocks);
    parentPort?.postMessage('written');
    return;
  }
  database.pragma('journal_mode = WAL');
  database.close();
  parentPort?.close();
});
