/** Reads the whole audit log and follows its chain of hashes. One rule: the first line that does not fit is named. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Hash } from '../../ledger/values/text.js';
import { type AuditEntry, noHash, readEntry } from './audit-entry.js';
import { currentFile, oldFiles } from './audit-files.js';

export interface AuditReport {
  readonly entries: number;
  /** Number of the first entry that is still kept; those before were rotated away. */
  readonly first: number;
  readonly last: { readonly n: number; readonly hash: Hash } | undefined;
  readonly broken: { readonly file: string; readonly line: number; readonly detail: string } | undefined;
}

/** @param onEntry told of every good entry, in order @throws the system's error when a file cannot be read */
export function verifyAudit(home: string, onEntry: (entry: AuditEntry) => void = () => {}): AuditReport {
  let last: AuditEntry | undefined;
  let first = 1;
  let entries = 0;
  const report = (broken?: AuditReport['broken']): AuditReport => ({ entries, first, last, broken });
  const current = currentFile(home);
  const files = [...oldFiles(home), ...(existsSync(current) ? [{ path: current, first: undefined }] : [])];
  for (const file of files) {
    const lines = readFileSync(file.path, 'utf8').split('\n');
    const rest = lines.pop();
    for (const [at, line] of lines.entries()) {
      const entry = readEntry(line);
      const problem = typeof entry === 'string' ? entry : placeProblem(entry, last, at === 0 ? file.first : undefined);
      if (problem !== undefined) return report({ file: basename(file.path), line: at + 1, detail: problem });
      last = entry as AuditEntry;
      if (entries === 0) first = last.n;
      entries += 1;
      onEntry(last);
    }
    if (rest !== '') return report({ file: basename(file.path), line: lines.length + 1, detail: 'it does not end' });
  }
  return report();
}

/** @param named the number that the name of a file gives its first entry */
function placeProblem(
  entry: AuditEntry,
  before: AuditEntry | undefined,
  named: number | undefined,
): string | undefined {
  if (named !== undefined && entry.n !== named) return `it is entry ${entry.n}, and its file is named after ${named}`;
  if (before !== undefined && entry.n !== before.n + 1) return `it is entry ${entry.n}, and ${before.n + 1} is missing`;
  if (before !== undefined && entry.previous !== before.hash) return 'it does not name the hash of the line before';
  if (before === undefined && entry.n === 1 && entry.previous !== noHash)
    return 'it is the first and names another before';
  return undefined;
}
