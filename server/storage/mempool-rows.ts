/**
 * Waiting transactions in rows of up to 32, one line of canonical JSON for each: a row is written and deleted whole, which
 * costs a tenth of a row and an index entry for each transaction. One rule: a transaction that was dropped is off the
 * disk when `write` returns; one that became final may stay beside others until its row goes, since the ledger has it
 * and recovery drops it again.
 */
import { transactionJson } from '../../ledger/values/signing.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Connection } from './sqlite.js';

/** Small enough to be written again when one of them is dropped. */
const perRow = 32;

interface Row {
  readonly position: number;
  readonly waiting: Map<TransactionId, Transaction>;
  /** Transactions in the row as it stands on disk. */
  lines: number;
}

export interface MempoolRows {
  add(transactions: readonly Transaction[]): void;
  remove(ids: readonly TransactionId[], why: 'final' | 'dropped'): void;
  /** Brings to the database what the calls since the last one came to; in the caller's database transaction. */
  write(): void;
  /** In the order of arrival, as of the last `write`. */
  all(): readonly Transaction[];
}

export function createMempoolRows(
  database: Connection,
  idOf: (transaction: Transaction) => TransactionId,
): MempoolRows {
  const insert = database.prepare('INSERT INTO batches (position, bodies) VALUES (?, ?)');
  const update = database.prepare('UPDATE batches SET bodies = ? WHERE position = ?');
  const erase = database.prepare('DELETE FROM batches WHERE position = ?');
  const rows = new Map<number, Row>();
  const rowById = new Map<TransactionId, Row>();
  /** Rows that are not on disk as they should be. */
  const changed = new Set<Row>();
  let fresh = new Map<TransactionId, Transaction>();
  let lastPosition = 0;

  const stored = database.prepare('SELECT position, bodies FROM batches ORDER BY position');
  for (const { position, bodies } of stored.iterate() as Iterable<{ position: number; bodies: string }>) {
    const row: Row = { position, waiting: new Map(), lines: 0 };
    for (const line of bodies.split('\n')) {
      const transaction = JSON.parse(line) as Transaction;
      const id = idOf(transaction);
      row.lines += 1;
      if (rowById.has(id)) continue;
      row.waiting.set(id, transaction);
      rowById.set(id, row);
    }
    rows.set(position, row);
    lastPosition = position;
  }

  const textOf = (transactions: Iterable<Transaction>): string => [...transactions].map(transactionJson).join('\n');

  function writeChanged(row: Row): void {
    if (row.waiting.size === 0) {
      erase.run(row.position);
      rows.delete(row.position);
      return;
    }
    update.run(textOf(row.waiting.values()), row.position);
    row.lines = row.waiting.size;
  }

  function writeFresh(): void {
    const entries = [...fresh];
    fresh = new Map();
    for (let from = 0; from < entries.length; from += perRow) {
      const part = entries.slice(from, from + perRow);
      lastPosition += 1;
      const row: Row = { position: lastPosition, waiting: new Map(part), lines: part.length };
      insert.run(row.position, textOf(row.waiting.values()));
      rows.set(row.position, row);
      for (const [id] of part) rowById.set(id, row);
    }
  }

  return {
    add(transactions) {
      for (const transaction of transactions) {
        const id = idOf(transaction);
        if (!rowById.has(id)) fresh.set(id, transaction);
      }
    },
    remove(ids, why) {
      for (const id of ids) {
        fresh.delete(id);
        const row = rowById.get(id);
        if (row === undefined) continue;
        rowById.delete(id);
        row.waiting.delete(id);
        // A row of which little is left is written again, so that the file does not outgrow what waits.
        if (why === 'dropped' || 4 * row.waiting.size <= row.lines) changed.add(row);
      }
    },
    write() {
      for (const row of changed) writeChanged(row);
      changed.clear();
      writeFresh();
    },
    all: () => [...rows.values()].flatMap(({ waiting }) => [...waiting.values()]),
  };
}
