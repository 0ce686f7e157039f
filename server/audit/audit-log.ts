/**
 * Writes the audit log of a home. One rule: the log only grows; an entry that `record` has taken is on disk, and a log
 * that cannot be written stops the node.
 */
import { closeSync, existsSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import type { Hash } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';
import { syncDirectory, writeFully } from '../storage/durable-files.js';
import { type AuditEntry, type AuditEvent, entryHash, entryLine, noHash, readEntry } from './audit-entry.js';
import { currentFile, maxFileBytes, oldFiles, putAside } from './audit-files.js';

export interface AuditLog {
  /** Writes and syncs. @returns false if that failed: then it was not recorded, and the node is being stopped */
  record(event: AuditEvent, about: AuditEntry['about']): boolean;
  /**
   * For what strangers can bring about: written without waiting for the disk, and at most `notesAMinute` times; how
   * many were left out is told afterwards.
   */
  note(event: AuditEvent, about: AuditEntry['about']): void;
  close(): void;
}

export interface AuditLogOptions {
  readonly home: string;
  /** Unix ms. */
  readonly now: () => number;
  /** A sentence. Called once; nothing is written afterwards. */
  readonly onFailure: (sentence: string) => void;
  readonly fileBytes?: number;
}

const notesAMinute = 60;

/** One process at a time: the caller holds the home's lock. @throws SlotledgerError AUDIT_LOG_FAILED */
export function openAuditLog({ home, now, onFailure, fileBytes = maxFileBytes }: AuditLogOptions): AuditLog {
  const path = currentFile(home);
  let handle: number;
  let bytes: number;
  let first: number;
  let last: { readonly n: number; readonly hash: Hash };
  let failed = false;
  const minute = { began: 0, notes: 0, leftOut: 0 };

  function append(event: AuditEvent, about: AuditEntry['about'], durable: boolean): void {
    if (bytes >= fileBytes) {
      putAside(home, first);
      // The old one stays open until there is another: a number that is closed already may be that of another file by the next close.
      const next = openSync(path, 'a', 0o600);
      closeSync(handle);
      handle = next;
      syncDirectory(home);
      bytes = 0;
      first = last.n + 1;
    }
    const body = { n: last.n + 1, at: Math.round(now()), event, about, previous: last.hash };
    const hash = entryHash(body);
    const line = `${entryLine({ ...body, hash })}\n`;
    writeFully(handle, line);
    if (durable) fdatasyncSync(handle);
    bytes += Buffer.byteLength(line);
    last = { n: body.n, hash };
  }

  function guarded(work: () => void): boolean {
    if (failed) return false;
    try {
      work();
      return true;
    } catch (error) {
      failed = true;
      onFailure(failureSentence(path, error));
      return false;
    }
  }

  function countNote(): boolean {
    if (now() - minute.began >= 60_000 || now() < minute.began) {
      const { leftOut } = minute;
      Object.assign(minute, { began: now(), notes: 0, leftOut: 0 });
      if (leftOut > 0) append('left_out', { count: leftOut }, false);
    }
    if (minute.notes >= notesAMinute) {
      minute.leftOut += 1;
      return false;
    }
    minute.notes += 1;
    return true;
  }

  try {
    handle = openSync(path, 'a+', 0o600);
    syncDirectory(home);
    const found = readEnd(path, handle);
    bytes = fstatSync(handle).size;
    const older = bytes > 0 ? undefined : oldFiles(home).at(-1);
    const end = older === undefined ? found : { ...readEnd(older.path), halfLine: found.halfLine };
    last = end.last ?? { n: end.n, hash: noHash };
    first = found.first ?? last.n + 1;
    if (end.last === undefined && end.n > 0) append('chain_begun_anew', {}, true);
    if (end.halfLine > 0) append('half_line_removed', { bytes: end.halfLine }, true);
  } catch (error) {
    throw new SlotledgerError(
      'AUDIT_LOG_FAILED',
      failureSentence(path, error),
      'Mend that, then start the node again.',
    );
  }

  return {
    record: (event, about) => guarded(() => append(event, about, true)),
    note(event, about) {
      guarded(() => {
        if (countNote()) append(event, about, false);
      });
    },
    close() {
      if (minute.leftOut > 0) guarded(() => append('left_out', { count: minute.leftOut }, false));
      closeSync(handle);
    },
  };
}

const failureSentence = (path: string, error: unknown): string =>
  `The audit log ${path} cannot be written (${(error as Error).message}).`;

interface End {
  /** Number of the first entry, if there is one that can be read. */
  readonly first: number | undefined;
  /** Absent: the last line is not an entry. */
  readonly last: { readonly n: number; readonly hash: Hash } | undefined;
  /** Of the last line: its number, or by its place what that would be if it is no entry. */
  readonly n: number;
  /** Bytes behind the last line feed. */
  readonly halfLine: number;
}

/** @param handle to take half a line off the end, which was never acknowledged */
function readEnd(path: string, handle?: number): End {
  const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const whole = text.lastIndexOf(10) + 1;
  if (handle !== undefined && whole < text.length) ftruncateSync(handle, whole);
  const lines = text.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
  const entryAt = (line: string | undefined): AuditEntry | undefined => {
    const entry = line === undefined ? undefined : readEntry(line);
    return typeof entry === 'string' ? undefined : entry;
  };
  const first = entryAt(lines[0])?.n;
  const last = entryAt(lines.at(-1));
  return { first, last, n: last?.n ?? (first ?? 1) + lines.length - 1, halfLine: text.length - whole };
}
