/**
 * Takes over what can still be read of a damaged mempool.db into a new one. The damaged file is moved aside. What was
 * accepted, is not final, and cannot be read any more is known to the peers that heard of it, and nowhere else here.
 */
import { existsSync, rmSync } from 'node:fs';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { mempoolMigrations } from '../storage/migrations/mempool-migrations.js';
import { openReader, openWriter } from '../storage/open-database.js';
import { moveAside } from './move-aside.js';

export interface MempoolRepair {
  /** Transactions taken over. */
  readonly kept: number;
  readonly movedTo: string;
}

/** @returns undefined when there is nothing to repair */
export function repairMempool(
  path: string,
  idOf: (transaction: Transaction) => TransactionId,
): MempoolRepair | undefined {
  if (!existsSync(path) || isWhole(path)) return undefined;
  const texts = readable(path);
  const movedTo = moveAside(path);
  const fresh = openWriter(path, mempoolMigrations);
  try {
    const insert = fresh.prepare('INSERT OR IGNORE INTO waiting (id, body) VALUES (?, ?)');
    let kept = 0;
    fresh.transaction(() => {
      for (const text of texts) kept += insert.run(...row(text, idOf)).changes;
    })();
    return { kept, movedTo };
  } finally {
    fresh.close();
  }
}

const row = (text: string, idOf: (transaction: Transaction) => TransactionId): [string, string] => [
  idOf(JSON.parse(text) as Transaction),
  text,
];

function isWhole(path: string): boolean {
  try {
    const database = openReader(path, mempoolMigrations);
    try {
      return database.pragma('integrity_check', { simple: true }) === 'ok';
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

/** The node checks each of them again, signature and all, when it starts. */
function readable(path: string): string[] {
  const texts: string[] = [];
  try {
    const database = openReader(path, mempoolMigrations);
    try {
      for (const text of database.prepare<[], string>('SELECT body FROM waiting ORDER BY position').pluck().iterate()) {
        if (isJson(text)) texts.push(text);
      }
    } finally {
      database.close();
    }
  } catch {
    // What comes after the damage cannot be read.
  }
  for (const end of ['-shm']) rmSync(path + end, { force: true });
  return texts;
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
