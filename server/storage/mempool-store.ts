/**
 * `mempool.db`: the accepted transactions, a file of its own so that the ledger never waits for it. One rule: what was
 * called back is on disk. Everything asked for in one turn of the event loop shares one database transaction and
 * takes effect in the order of the calls.
 */
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { MempoolStore } from '../replica/ports.js';
import { diskFailure } from './disk-failure.js';
import { createMempoolRows } from './mempool-rows.js';
import { mempoolMigrations } from './migrations/mempool-migrations.js';
import { openWriter } from './open-database.js';

export interface MempoolFile extends MempoolStore {
  /** Writes and acknowledges what still waits. */
  close(): void;
}

export interface MempoolFileOptions {
  readonly path: string;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** Called once, with one sentence. Nothing is acknowledged after it. */
  readonly onFailure: (error: Error) => void;
  /** After each sync of the file. */
  readonly onSync?: () => void;
}

type Request =
  | { readonly kind: 'add'; readonly transactions: readonly Transaction[]; readonly stored: () => void }
  | { readonly kind: 'remove'; readonly ids: readonly TransactionId[]; readonly why: 'final' | 'dropped' };

/** @throws an Error of one sentence when the file cannot be opened, is damaged, or was written by a newer version. */
export function createMempoolStore({ path, idOf, onFailure, onSync }: MempoolFileOptions): MempoolFile {
  const database = openWriter(path, mempoolMigrations);
  const rows = opened(path, () => createMempoolRows(database, idOf));
  let requests: Request[] = [];
  let scheduled = false;
  let failed = false;

  const write = database.transaction((batch: readonly Request[]) => {
    for (const request of batch) {
      if (request.kind === 'remove') rows.remove(request.ids, request.why);
      else rows.add(request.transactions);
    }
    rows.write();
  });

  function flush(): void {
    scheduled = false;
    const batch = requests;
    requests = [];
    if (failed || batch.length === 0) return;
    try {
      write.immediate(batch);
    } catch (error) {
      failed = true;
      onFailure(diskFailure('write transactions to', path, error));
      return;
    }
    onSync?.();
    for (const request of batch) if (request.kind === 'add') request.stored();
  }

  function ask(request: Request): void {
    requests.push(request);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  return {
    all: () => rows.all(),
    add: (transactions, stored) => ask({ kind: 'add', transactions, stored }),
    remove: (ids, why) => ask({ kind: 'remove', ids, why }),
    close() {
      flush();
      database.close();
    },
  };
}

function opened<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw diskFailure('open', path, error);
    throw diskFailure('open', path, Object.assign(error, { code: 'SQLITE_CORRUPT' }));
  }
}
