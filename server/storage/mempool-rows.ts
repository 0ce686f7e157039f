/**
 * Waiting transactions in rows of up to 32, one line of canonical JSON for each: a row is written and deleted whole, which
 * costs a tenth of a row and an index entry for each transaction. This is the bookkeeping; whoever holds the database
 * carries out the changes. One rule: a transaction that was dropped is off the disk after the changes that `take` returns; one
 * that became final may stay beside others until its row goes, since the ledger has it and recovery drops it again.
 */
import { transactionJson } from '../../ledger/values/signing.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { LineReader } from './mempool-line.js';

/** Small enough to be written again when one of them is dropped. */
const perRow = 32;

/** A row of the table `batches`: transactions as canonical JSON, one a line. */
export interface MempoolRow {
  readonly position: number;
  readonly bodies: string;
}

/** What has to be brought to the database, together. */
export interface MempoolChanges {
  readonly erase: readonly number[];
  /** New rows, and old ones as they are from now on. */
  readonly put: readonly MempoolRow[];
}

interface Row {
  readonly position: number;
  readonly waiting: Map<TransactionId, Transaction>;
  /** Transactions in the row as it stands on disk. */
  lines: number;
}

export interface MempoolRows {
  add(transactions: readonly Transaction[]): void;
  remove(ids: readonly TransactionId[], why: 'final' | 'dropped'): void;
  /** What the calls since the last one came to. */
  take(): MempoolChanges;
  /** In the order of arrival, as of the last `take`. */
  all(): readonly Transaction[];
}

export class MempoolDamage extends Error {}

/** @param stored by ascending position. @throws MempoolDamage for a line that is no transaction */
export function createMempoolRows(
  stored: Iterable<MempoolRow>,
  idOf: (transaction: Transaction) => TransactionId,
  readLine: LineReader,
): MempoolRows {
  const rows = new Map<number, Row>();
  const rowById = new Map<TransactionId, Row>();
  /** Rows that are not on disk as they should be. */
  const changed = new Set<Row>();
  let fresh = new Map<TransactionId, Transaction>();
  let lastPosition = 0;

  for (const { position, bodies } of stored) {
    const row: Row = { position, waiting: new Map(), lines: 0 };
    for (const line of bodies.split('\n')) {
      const transaction = readLine(line);
      if (transaction === undefined) {
        throw new MempoolDamage(`row ${position} holds what is no transaction`);
      }
      const id = idOf(transaction);
      row.lines += 1;
      if (rowById.has(id)) continue;
      row.waiting.set(id, transaction);
      rowById.set(id, row);
    }
    rows.set(position, row);
    lastPosition = position;
  }

  const bodiesOf = ({ waiting }: Row): string => [...waiting.values()].map(transactionJson).join('\n');

  function takeFresh(): readonly Row[] {
    const entries = [...fresh];
    fresh = new Map();
    const added: Row[] = [];
    for (let from = 0; from < entries.length; from += perRow) {
      const part = entries.slice(from, from + perRow);
      lastPosition += 1;
      const row: Row = { position: lastPosition, waiting: new Map(part), lines: part.length };
      rows.set(row.position, row);
      for (const [id] of part) rowById.set(id, row);
      added.push(row);
    }
    return added;
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
    take() {
      const erase: number[] = [];
      const put: MempoolRow[] = [];
      for (const row of changed) {
        row.lines = row.waiting.size;
        if (row.lines > 0) {
          put.push({ position: row.position, bodies: bodiesOf(row) });
          continue;
        }
        erase.push(row.position);
        rows.delete(row.position);
      }
      changed.clear();
      for (const row of takeFresh()) put.push({ position: row.position, bodies: bodiesOf(row) });
      return { erase, put };
    },
    all: () => [...rows.values()].flatMap(({ waiting }) => [...waiting.values()]),
  };
}
