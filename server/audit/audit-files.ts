/**
 * Where the audit log stands: `audit.jsonl` in the home, and full files beside it, named after their first entry. One
 * rule: a file is never changed after it was put aside.
 */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory } from '../storage/durable-files.js';

/** A file with more is put aside. */
export const maxFileBytes = 4 * 1_048_576;
/** Older ones are deleted. With the current one they hold some hundred thousand entries. */
const maxOldFiles = 15;

const oldName = /^audit-([0-9]{1,16})\.jsonl$/;

export const currentFile = (home: string): string => join(home, 'audit.jsonl');

/** Full files, the oldest first. */
export function oldFiles(home: string): readonly { readonly path: string; readonly first: number }[] {
  return readdirSync(home)
    .flatMap((name) => {
      const first = oldName.exec(name)?.[1];
      return first === undefined ? [] : [{ path: join(home, name), first: Number(first) }];
    })
    .sort((a, b) => a.first - b.first);
}

/** @param first number of the current file's first entry */
export function putAside(home: string, first: number): void {
  renameSync(currentFile(home), join(home, `audit-${first}.jsonl`));
  for (const { path } of oldFiles(home).slice(0, -maxOldFiles)) rmSync(path);
  syncDirectory(home);
}
