/** What a failing database says to the person who runs the node: one sentence with what to do. */

/** SQLite's extended result code of an error that better-sqlite3 threw, or undefined. */
function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Our statements do not change: where the file's schema lacks what they name, a bit of its text has flipped. */
const isOtherSchema = (error: unknown): boolean =>
  sqliteCode(error) === 'SQLITE_ERROR' && /^no such (column|table|index)\b/.test((error as Error).message);

/** Whether the file is not what SQLite wrote. */
export const isDamage = (error: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '') || isOtherSchema(error);

/** Whether the database or the disk below it failed, and not our own code. */
export const isDiskFailure = (error: unknown): boolean => sqliteCode(error)?.startsWith('SQLITE_') === true;

const sentences: readonly (readonly [prefix: string, sentence: string])[] = [
  ['SQLITE_FULL', 'the disk is full; free some space and start again'],
  ['ENOSPC', 'the disk is full; free some space and start again'],
  // What SQLite says where there is no room for the index of the log.
  ['SQLITE_IOERR_SHMSIZE', 'the disk is full; free some space and start again'],
  ['SQLITE_IOERR', 'the disk reported an error; check the disk, then start again'],
  ['EIO', 'the disk reported an error; check the disk, then start again'],
  ['SQLITE_CORRUPT', 'the file is damaged; stop the node and run `server repair`'],
  ['SQLITE_NOTADB', 'the file is not a SQLite database; stop the node and run `server repair`'],
  ['EACCES', 'the file cannot be opened; check its owner and permissions'],
  ['EPERM', 'the file cannot be opened; check its owner and permissions'],
  ['EROFS', 'the file cannot be written; check the mount'],
  ['SQLITE_READONLY', 'the file cannot be written; check its owner, its permissions and the mount'],
  ['SQLITE_CANTOPEN', 'the file cannot be opened; check that its directory exists and may be written'],
  ['SQLITE_PERM', 'the file cannot be opened; check its owner and permissions'],
  ['SQLITE_BUSY', 'another process is writing to it; stop that process'],
  ['SQLITE_LOCKED', 'another process is writing to it; stop that process'],
];

/** @param doing such as `write block 17 to`. @returns an Error whose message is one sentence; the cause is kept. */
export function diskFailure(doing: string, path: string, cause: unknown): Error {
  const code = sqliteCode(cause);
  const known = sentences.find(([prefix]) => code?.startsWith(prefix));
  const detail = cause instanceof Error ? cause.message : String(cause);
  const because = known === undefined ? detail : `${known[1]} (${code}: ${detail})`;
  return new Error(`Cannot ${doing} ${path}: ${because}.`, { cause });
}
