/**
 * Whether the log beside a database can be shortened. It cannot while anybody reads on in one go, such as a `sqlite3` shell in a
 * transaction: until that ends, all that is written is added to the log. One rule: a log that is long for a moment is no news.
 */
import { statSync } from 'node:fs';
import type { Connection } from './sqlite.js';

export interface LogWatchLimits {
  /** A log of more bytes is long. Four times what a burst leaves. */
  readonly bytes: number;
  /** For how long something has to read before it is told, in ms: longer than our own questions. */
  readonly afterMs: number;
  /** Until it is told again, in ms. */
  readonly againMs: number;
}

export const usualLogLimits: LogWatchLimits = { bytes: 256 * 1024 * 1024, afterMs: 10_000, againMs: 600_000 };

/**
 * @param database the connection that writes `path`
 * @param now in ms; never set back
 * @param tell given the bytes of the log
 * @returns to be called after a write
 */
export function createLogWatch(
  database: Connection,
  path: string,
  { bytes, afterMs, againMs }: LogWatchLimits,
  now: () => number,
  tell: (bytes: number) => void,
): () => void {
  let since: number | undefined;
  let toldAt: number | undefined;
  return () => {
    const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= bytes || !isHeld(database)) {
      since = undefined;
      return;
    }
    since ??= now();
    if (now() < Math.max(since + afterMs, toldAt === undefined ? 0 : toldAt + againMs)) return;
    toldAt = now();
    tell(size);
  };
}

/** What nobody's reading holds up is copied to its place, and then the log is written from its beginning. */
function isHeld(database: Connection): boolean {
  const [{ log, checkpointed }] = database.pragma('wal_checkpoint(PASSIVE)') as [{ log: number; checkpointed: number }];
  return checkpointed < log;
}

/** For people. @param path of the database. @param ours what of our own reads it in one go */
export const longLogText = (path: string, bytes: number, ours = ''): string =>
  `${path}-wal has grown to ${Math.round(bytes / 1_048_576)} MiB, and grows with each write until whoever reads ${path} in one go has ended: ` +
  `a sqlite3 shell or another program in a transaction${ours}.`;
