/**
 * Takes a database out of the way. One rule: nothing is deleted, and whenever it is cut off, one of the two places has all of
 * the database, and the other all of it or none: never a file without the log that belongs to it.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../storage/durable-files.js';

export type Why = 'damaged' | 'replaced';

/** The log and its index; beside no database they are nothing, and SQLite deletes them. */
const companions = ['-wal', '-shm'];

/** @returns where it is now; its log lies beside it, so that SQLite still opens both together */
export function moveAside(path: string, why: Why = 'damaged'): string {
  const steps = stepsAside(path, why);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** After each step a crash may come. Called again, it goes on where it was cut off. */
export function* stepsAside(path: string, why: Why): Generator<void, string> {
  const aside = placeFor(path, why);
  // The names there come first, that of the database last, and those here go in the other order.
  if (existsSync(path) || !existsSync(aside)) {
    for (const end of [...companions, '']) {
      if (isSame(path + end, aside + end)) continue;
      rmSync(aside + end, { force: true });
      yield;
      if (existsSync(path + end)) nameAlso(path + end, aside + end);
      yield;
    }
    syncDirectory(dirname(path));
    yield;
  }
  for (const end of ['', ...companions]) {
    rmSync(path + end, { force: true });
    syncDirectory(dirname(path));
    yield;
  }
  return aside;
}

/** A new place, or that of a move that was cut off. */
function placeFor(path: string, why: Why): string {
  for (let number = 1; ; number += 1) {
    const aside = `${path}.${why}-${number}`;
    if (!['', ...companions].some((end) => existsSync(aside + end))) return aside;
    const both = existsSync(path) && existsSync(aside);
    if ((both ? [''] : companions).some((end) => isSame(path + end, aside + end))) return aside;
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

/** Where the file system gives a file one name only, it is copied. */
function nameAlso(path: string, other: string): void {
  try {
    linkSync(path, other);
  } catch {
    copyFileSync(path, `${other}.new`);
    const handle = openSync(`${other}.new`, 'r');
    fsyncSync(handle);
    closeSync(handle);
    renameSync(`${other}.new`, other);
  }
}
