/**
 * Takes over what can still be read of a damaged mempool.db into a new one. The damaged file is moved aside. What was
 * accepted, is not final, and cannot be read any more is known to the peers that heard of it, and nowhere else here.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../storage/durable-files.js';
import { mempoolMigrations } from '../storage/migrations/mempool-migrations.js';
import { openReader, openWriter } from '../storage/open-database.js';
import type { Connection } from '../storage/sqlite.js';
import { moveAside } from './move-aside.js';

export interface MempoolRepair {
  /** Transactions taken over. The node checks each again, signature and all, when it starts. */
  readonly kept: number;
  readonly movedTo: string;
}

/** @returns undefined when there is nothing to repair */
export function repairMempool(path: string): MempoolRepair | undefined {
  if (!existsSync(path) || isWhole(path)) return undefined;
  const batches = readable(path);
  const fresh = `${path}.repair`;
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(fresh + end, { force: true });
  writeBatches(fresh, batches);
  const movedTo = moveAside(path);
  renameSync(fresh, path);
  syncDirectory(dirname(path));
  return { kept: batches.reduce((sum, bodies) => sum + bodies.length, 0), movedTo };
}

/** All of them, on disk, in one file. */
function writeBatches(path: string, batches: readonly (readonly string[])[]): void {
  const database = openWriter(path, mempoolMigrations);
  try {
    const insert = database.prepare('INSERT INTO batches (bodies) VALUES (?)');
    database.transaction(() => {
      for (const bodies of batches) insert.run(bodies.join('\n'));
    })();
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
}

function reading<Answer>(path: string, read: (database: Connection) => Answer): Answer | undefined {
  try {
    const database = openReader(path, mempoolMigrations);
    try {
      return read(database);
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

const isWhole = (path: string): boolean =>
  reading(path, (database) => {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') return false;
    const rows = database.prepare<[], string>('SELECT bodies FROM batches').pluck().all();
    return rows.every((text) => text.split('\n').every(isJson));
  }) === true;

/** Rows up to the damage, each with the lines that are still JSON. */
function readable(path: string): readonly (readonly string[])[] {
  const batches: string[][] = [];
  reading(path, (database) => {
    const rows = database.prepare<[], string>('SELECT bodies FROM batches ORDER BY position').pluck();
    for (const text of rows.iterate()) {
      const bodies = text.split('\n').filter(isJson);
      if (bodies.length > 0) batches.push(bodies);
    }
  });
  return batches;
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
