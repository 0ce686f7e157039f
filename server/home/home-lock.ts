/**
 * One process per home. The lock is an open exclusive SQLite transaction on a file of its own, so the operating system
 * releases it when the process dies, however it dies.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SlotledgerError } from '../errors.js';
import { type Connection, Database } from '../storage/sqlite.js';
import { mayWrite, mayWriteIn } from './home-access.js';

export interface HomeLock {
  release(): void;
}

/** Held until released: a database that nobody refers to is closed by the garbage collector, and its lock is gone. */
const held = new Set<Connection>();

/** @throws SlotledgerError HOME_LOCKED, naming the process that holds it; NO_PERMISSION, HOME_NOT_LOCKED */
export function lockHome(home: string): HomeLock {
  const holderPath = join(home, 'lock.pid');
  const path = join(home, 'lock.db');
  mayWriteIn(home);
  for (const file of [path, holderPath]) mayWrite(file);
  let db: Connection | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    held.add(db);
    writeFileSync(holderPath, `${process.pid}\n`);
  } catch (error) {
    if (db !== undefined) held.delete(db);
    db?.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('SQLITE_BUSY') !== true) {
      throw new SlotledgerError(
        'HOME_NOT_LOCKED',
        `${home} cannot be locked for this process: ${message}.`,
        `Look at the disk. ${path} holds nothing: where it is damaged, delete it while no node runs.`,
      );
    }
    throw new SlotledgerError(
      'HOME_LOCKED',
      `Another process${holderOf(holderPath)} already runs on ${home}.`,
      'Stop that process, or start this one on a home of its own with another --p2p-port (or --home).',
    );
  }
  const lock = db;
  return {
    release() {
      if (!held.delete(lock)) return;
      lock.exec('ROLLBACK');
      lock.close();
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
