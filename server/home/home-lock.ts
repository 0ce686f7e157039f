/**
 * One process per home. The lock is an open exclusive SQLite transaction on a file of its own, so the operating system
 * releases it when the process dies, however it dies.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SlotledgerError } from '../errors.js';

export interface HomeLock {
  release(): void;
}

/** @throws SlotledgerError HOME_LOCKED, naming the process that holds it */
export function lockHome(home: string): HomeLock {
  const holderPath = join(home, 'lock.pid');
  const db = new Database(join(home, 'lock.db'), { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error;
    throw new SlotledgerError(
      'HOME_LOCKED',
      `Another process${holderOf(holderPath)} already runs on ${home}.`,
      'Stop that process, or start this one on a home of its own with another --p2p-port (or --home).',
    );
  }
  writeFileSync(holderPath, `${process.pid}\n`);
  return {
    release() {
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

function holderOf(path: string): string {
  try {
    return ` (pid ${readFileSync(path, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
