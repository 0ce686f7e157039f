/**
 * Opens SQLite files the one way this node does: WAL, synchronous=FULL for writers, and a schema brought up to date by
 * numbered migrations. A file written by a newer version is refused, never guessed at.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskFailure } from './disk-failure.js';
import { rewriteInPlace, syncDirectory } from './durable-files.js';
import { type Connection, Database } from './sqlite.js';

/** A transaction touches a few bytes on each of many pages, and each such page is written whole: small ones. */
const pageBytes = 4096;
/** Ten database pages per transaction of a large block, times a few blocks: checkpoints see most pages once. */
const checkpointPages = 4096;
/** After a burst the WAL is cut back to this many bytes. */
const walBytesKept = 64 * 1024 * 1024;

/** Pages that connections keep, in KiB each. They fill up with the file, and stay. */
export interface FileCaches {
  /** Of what writes ledger.db. */
  readonly writerKiB: number;
  /** Of each of the two that read ledger.db. */
  readonly readerKiB: number;
  readonly mempoolKiB: number;
}

/** Eight times as much makes no commit and no read measurably cheaper: the system keeps the pages as well. */
export const usualCaches: FileCaches = { writerKiB: 8 * 1024, readerKiB: 4 * 1024, mempoolKiB: 2 * 1024 };
/** Of a file that is not kept: what does not fit is written out. */
const scratchCacheKiB = 64 * 1024;
/** Readers never wait for the writer in WAL mode; this covers recovery after a crash and a foreign sqlite3 shell. */
const busyTimeoutMs = 5000;

/**
 * @param onOlder told before a file that is not new is brought up to date, which may take minutes
 * @throws an Error of one sentence if the file cannot be opened, is damaged, or is of a newer version.
 */
export function openWriter(
  path: string,
  migrations: readonly Migration[],
  cacheKiB: number = usualCaches.writerKiB,
  onOlder: OnOlder = () => {},
): Connection {
  return opening(path, () => {
    // SQLite opens for reading what it may not write, and says so at the first write only.
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    else refuseLogAlone(path);
    // A process that died left its log; whether its last sync succeeded is not known.
    if (existsSync(`${path}-wal`)) rewriteInPlace(`${path}-wal`);
    const database = new Database(path, { timeout: busyTimeoutMs });
    try {
      refuseOther(database, path, migrations);
      database.pragma(`page_size = ${pageBytes}`);
      database.pragma('journal_mode = WAL');
      // Under WAL the default is NORMAL, which loses acknowledged rows in a power cut.
      database.pragma('synchronous = FULL');
      database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
      database.pragma(`journal_size_limit = ${walBytesKept}`);
      database.pragma(`cache_size = -${cacheKiB}`);
      database.pragma('trusted_schema = OFF');
      const version = versionOf(database);
      if (version > 0 && version < migrations.length) onOlder(version, migrations.length);
      migrate(database, migrations);
      // SQLite does this for a new log, and ignores it when it fails.
      syncDirectory(dirname(path));
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

/** For a file that a writer has opened before. @throws an Error of one sentence. */
export function openReader(
  path: string,
  migrations: readonly Migration[],
  cacheKiB: number = usualCaches.readerKiB,
): Connection {
  return opening(path, () => {
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    try {
      database.pragma(`cache_size = -${cacheKiB}`);
      database.pragma('trusted_schema = OFF');
      refuseOther(database, path, migrations);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

/** A database that nobody else sees: in memory while it is small, then in a temporary file; gone when it is closed. */
export function openScratch(migrations: readonly Migration[]): Connection {
  const database = new Database('');
  database.pragma('journal_mode = MEMORY');
  database.pragma('synchronous = OFF');
  database.pragma(`cache_size = -${scratchCacheKiB}`);
  migrate(database, migrations);
  return database;
}

/** A quota: the file refuses to grow past so many bytes, as a full disk does. Per connection; undefined: none. */
export function limitSize(database: Connection, maxBytes: number | undefined): void {
  if (maxBytes !== undefined) database.pragma(`max_page_count = ${Math.floor(maxBytes / pageBytes)}`);
}

/** SQL, or what does more than SQL can. */
export type Migration = string | ((database: Connection) => void);

/** @param from the version of the file, @param to that of this program */
export type OnOlder = (from: number, to: number) => void;

export class RefusedFile extends Error {
  /** What to do about it. */
  readonly fix: string = 'See docs/OPERATING.md, updating: how to go back to an older version.';
}

/** Its rows cannot be compared with those of now; its blocks can be read. */
export class OlderFile extends RefusedFile {
  override readonly fix: string = 'Start the node once, which brings it up to date.';
}

export class ForeignFile extends RefusedFile {
  override readonly fix: string = 'Move it away; is --home right?';
}

class MissingFile extends RefusedFile {
  override readonly fix: string =
    'Put it back where it still is, such as on a disk that is not mounted; where it is gone for good, move the -wal away as well.';
}

/** As `openReader`. @throws OlderFile where the file was not brought up to date yet. */
export function openPresentReader(path: string, migrations: readonly Migration[]): Connection {
  const database = openReader(path, migrations);
  const version = versionOf(database);
  if (version >= migrations.length) return database;
  database.close();
  throw new OlderFile(`${path} has schema version ${version}, and this program writes version ${migrations.length}.`);
}

function opening(path: string, open: () => Connection): Connection {
  try {
    return open();
  } catch (error) {
    throw error instanceof RefusedFile ? error : diskFailure('open', path, error);
  }
}

const versionOf = (database: Connection): number => database.pragma('user_version', { simple: true }) as number;

/** SQLite deletes a log that lies beside no database, and what was written last stands nowhere else. */
function refuseLogAlone(path: string): void {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0) return;
  throw new MissingFile(
    `${path} is missing, and its log ${path}-wal, which holds what was written to it last, is there.`,
  );
}

function refuseOther(database: Connection, path: string, migrations: readonly Migration[]): void {
  const version = versionOf(database);
  if (version === 0 && database.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
    throw new ForeignFile(`${path} is a database of another program.`);
  }
  if (version <= migrations.length) return;
  throw new RefusedFile(
    `${path} has schema version ${version}, and this program knows only versions up to ${migrations.length}: ` +
      'run the newer version of slotledger that wrote it.',
  );
}

/** Migration n (from 1) brings user_version n - 1 to n, each in a transaction of its own. */
function migrate(database: Connection, migrations: readonly Migration[]): void {
  for (let version = versionOf(database); version < migrations.length; version += 1) {
    const step = migrations[version] ?? '';
    database.transaction(() => {
      if (typeof step === 'string') database.exec(step);
      else step(database);
      database.pragma(`user_version = ${version + 1}`);
    })();
  }
}
