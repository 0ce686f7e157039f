/**
 * `mempool.db`: the accepted transactions, a file of its own so that the ledger never waits for it. Additions of one
 * turn of the event loop share one database transaction, and are acknowledged when it is on disk.
 */
import Database from 'better-sqlite3';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { MempoolStore } from '../replica/ports.js';

export interface MempoolFile extends MempoolStore {
  close(): void;
}

export interface MempoolFileOptions {
  readonly path: string;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** Called once, with what the disk said. Nothing is acknowledged after it. */
  readonly onFailure: (error: Error) => void;
}

export function createMempoolStore({ path, idOf, onFailure }: MempoolFileOptions): MempoolFile {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  // WAL alone syncs at checkpoints only: after a power cut acknowledged rows would be gone.
  db.pragma('synchronous = FULL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS waiting (
      position INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      "transaction" TEXT NOT NULL
    );`);
  const insert = db.prepare('INSERT OR IGNORE INTO waiting (id, "transaction") VALUES (?, ?)');
  const erase = db.prepare('DELETE FROM waiting WHERE id = ?');
  let adds: { readonly transactions: readonly Transaction[]; readonly stored: () => void }[] = [];
  let removes: TransactionId[] = [];
  let scheduled = false;
  let failed = false;

  const write = db.transaction((batch: typeof adds, gone: readonly TransactionId[]) => {
    for (const { transactions } of batch) {
      for (const transaction of transactions) insert.run(idOf(transaction), JSON.stringify(transaction));
    }
    for (const id of gone) erase.run(id);
  });

  const flush = (): void => {
    scheduled = false;
    const batch = adds;
    const gone = removes;
    adds = [];
    removes = [];
    if (failed || (batch.length === 0 && gone.length === 0)) return;
    try {
      write.immediate(batch, gone);
    } catch (error) {
      failed = true;
      onFailure(new Error(`The mempool could not be written to ${path}: ${(error as Error).message}`));
      return;
    }
    for (const { stored } of batch) stored();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  return {
    all() {
      const rows = db.prepare('SELECT "transaction" AS text FROM waiting ORDER BY position').all();
      return (rows as { text: string }[]).map(({ text }) => JSON.parse(text) as Transaction);
    },
    add(transactions, stored) {
      adds.push({ transactions, stored });
      schedule();
    },
    // A removal that a crash undoes is harmless: recovery finds the transaction final and drops it again.
    remove(ids) {
      removes.push(...ids);
      schedule();
    },
    close() {
      flush();
      db.close();
    },
  };
}
