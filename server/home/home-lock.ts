/**
 * One process per home. The lock is an open exclusive SQLite transaction on a file of its own, so the operating system
 * releases it when the process dies, however it dies.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holderFileName } from '../../client/keystore/running-node.js';
import { SlotledgerError } from '../errors.js';
import { type Connection, Database } from '../storage/sqlite.js';
import { mayWrite, mayWriteIn } from './home-access.js';

export interface HomeLock {
  /** Writes down, for `runningUrl`, where this process answers HTTP. */
  tellUrl(url: string): void;
  release(): void;
}

/** With the home of each. Held until released: a database that nobody refers to is closed by the garbage collector, and its lock is gone. */
const held = new Map<Connection, string>();

/** @throws SlotledgerError HOME_LOCKED, naming the process that holds it; NO_PERMISSION, HOME_NOT_LOCKED */
export function lockHome(home: string): HomeLock {
  const holderPath = join(home, holderFileName);
  const path = join(home, 'lock.db');
  mayWriteIn(home);
  for (const file of [path, holderPath]) mayWrite(file);
  let db: Connection | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    held.set(db, home);
    writeFileSync(holderPath, `${process.pid}\n`);
  } catch (error) {
    if (db !== undefined) held.delete(db);
    db?.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
      throw new SlotledgerError(
        'DISK_FULL',
        `${home} cannot be locked for this process: the disk is full.`,
        'Free some space and run it again.',
      );
    }
    if (code?.startsWith('SQLITE_BUSY') !== true) {
      throw new SlotledgerError(
        'HOME_NOT_LOCKED',
        `${home} cannot be locked for this process: ${message}.`,
        `Look at the disk. ${path} holds nothing: where it is damaged, delete it while no node runs.`,
      );
    }
    if ([...held.values()].includes(home)) {
      throw new SlotledgerError(
        'HOME_LOCKED',
        `A Server of this very process (pid ${process.pid}) already runs on ${home}.`,
        'Stop that one first, or give this one a home of its own.',
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
    tellUrl(url) {
      writeFileSync(holderPath, `${process.pid}\n${url}\n`);
    },
    release() {
      if (!held.delete(lock)) return;
      rmSync(holderPath, { force: true });
      lock.exec('ROLLBACK');
      lock.close();
    },
  };
}

function holderOf(path: string): string {
  try {
    return ` (pid ${readFileSync(path, 'utf8').split('\n')[0]})`;
  } catch {
    return '';
  }
}
