/**
 * One process per home. The lock is an open exclusive SQLite transaction on a file of its own, so the operating system
 * releases it when the process dies, however it dies.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SlotledgerError } from '../errors.js';
import { type Connection, Database } from '../storage/sqlite.js';

export interface HomeLock {
  release(): void;
}

/** Held until released: a database that nobody refers to is closed by the garbage collector, and its lock is gone. */
const held = new Set<Connection>();

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
  held.add(db);
  writeFileSync(holderPath, `${process.pid}\n`);
  return {
    release() {
      if (!held.delete(db)) return;
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
