/** Which names stand in the directories after a power cut: what was synced, and any of what was done since. */
import { dirname } from 'node:path';
import type { Random } from '../../../server/simulator/random.js';
import type { DiskRecord } from './disk-journal.js';

type Naming = Extract<DiskRecord, { kind: 'create' | 'remove' | 'rename' }>;

/** Inode number by absolute path. */
export type Names = ReadonlyMap<string, string>;

const directoryOf = (naming: Naming): string => dirname(naming.kind === 'rename' ? naming.to : naming.path);

function apply(names: Map<string, string>, naming: Naming): void {
  if (naming.kind === 'create') names.set(naming.path, naming.file);
  else if (naming.kind === 'remove') {
    if (names.get(naming.path) === naming.file) names.delete(naming.path);
  } else {
    names.set(naming.to, naming.file);
    if (names.get(naming.from) === naming.file) names.delete(naming.from);
  }
}

/**
 * File systems with a journal keep the order of changes of a directory, others need not: one half of the time the
 * changes up to some moment are there, the other half any of them.
 */
export function cutNames(
  base: Names,
  records: readonly DiskRecord[],
  random: Random,
): { readonly names: Names; readonly unsafe: number } {
  const names = new Map(base);
  const waiting: Naming[] = [];
  for (const record of records) {
    if (record.kind === 'create' || record.kind === 'remove' || record.kind === 'rename') waiting.push(record);
    else if (record.kind === 'sync_directory') {
      const isSafe = (naming: Naming) => directoryOf(naming) === record.path && naming.at < record.covers;
      for (const naming of waiting.filter(isSafe)) apply(names, naming);
      waiting.splice(0, waiting.length, ...waiting.filter((naming) => !isSafe(naming)));
    }
  }
  const inOrder = random.below(2) === 0;
  const reached = random.below(waiting.length + 1);
  waiting.forEach((naming, i) => {
    if (inOrder ? i < reached : random.below(2) === 0) apply(names, naming);
  });
  return { names, unsafe: waiting.length };
}
