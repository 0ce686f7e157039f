/**
 * Takes over what can still be read of a damaged mempool.db into a new one. The damaged file is moved aside. What was
 * accepted, is not final, and cannot be read any more is known to the peers that heard of it, and nowhere else here.
 */
import { existsSync } from 'node:fs';
import { diskFailure } from '../storage/disk-failure.js';
import type { LineReader } from '../storage/mempool-line.js';
import { mempoolMigrations } from '../storage/migrations/mempool-migrations.js';
import { openReader, openWriter, RefusedFile } from '../storage/open-database.js';
import type { Connection } from '../storage/sqlite.js';
import { removeDatabase, takePlace } from './take-place.js';

export interface MempoolRepair {
  /** Transactions taken over. The node checks each again, signature and all, when it starts. */
  readonly kept: number;
  readonly movedTo: string;
}

/** @returns undefined when there is nothing to repair. @throws an Error of one sentence when the disk fails, or for a file of a newer version */
export function repairMempool(path: string, readLine: LineReader): MempoolRepair | undefined {
  if (!existsSync(path) || isWhole(path, readLine)) return undefined;
  const batches = readable(path, readLine);
  const fresh = `${path}.repair`;
  removeDatabase(fresh);
  try {
    writeBatches(fresh, batches);
    const movedTo = takePlace(path, fresh, 'damaged');
    return { kept: batches.reduce((sum, lines) => sum + lines.length, 0), movedTo };
  } finally {
    removeDatabase(fresh);
  }
}

/** All of them, on disk, in one file. */
function writeBatches(path: string, batches: readonly (readonly string[])[]): void {
  const database = openWriter(path, mempoolMigrations);
  try {
    const insert = database.prepare('INSERT INTO batches (bodies) VALUES (?)');
    database.transaction(() => {
      for (const lines of batches) insert.run(lines.join('\n'));
    })();
    database.pragma('journal_mode = DELETE');
  } catch (cause) {
    throw diskFailure('write', path, cause);
  } finally {
    database.close();
  }
}

/** @returns undefined where the file cannot be read to the end */
function reading<Answer>(path: string, read: (database: Connection) => Answer): Answer | undefined {
  try {
    const database = openReader(path, mempoolMigrations);
    try {
      return read(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof RefusedFile) throw error;
    return undefined;
  }
}

/** Rows as this version writes them, and as the first did: a start brings such a file up to date. */
function* rowsOf(database: Connection): Generator<readonly string[]> {
  const isFirst = database.pragma('user_version', { simple: true }) === 1;
  const sql = isFirst ? 'SELECT body FROM waiting ORDER BY position' : 'SELECT bodies FROM batches ORDER BY position';
  for (const text of database.prepare<[], string>(sql).pluck().iterate()) yield text.split('\n');
}

const isWhole = (path: string, readLine: LineReader): boolean =>
  reading(path, (database) => {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') return false;
    for (const lines of rowsOf(database)) if (!lines.every((line) => readLine(line) !== undefined)) return false;
    return true;
  }) === true;

/** Rows up to the damage, each with the lines that are still transactions. */
function readable(path: string, readLine: LineReader): readonly (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  reading(path, (database) => {
    for (const lines of rowsOf(database)) {
      const good = lines.filter((line) => readLine(line) !== undefined);
      if (good.length > 0) batches.push(good);
    }
  });
  return batches;
}
