/** Which tests may notice a mutant: those of what it breaks, the quickest first, and none that measures real time. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Mutant } from './mutant.js';

/** Folders or files below `test/` by what is broken. */
const testsByPlace: Readonly<Record<string, readonly string[]>> = {
  'consensus/': ['consensus'],
  'ledger/': ['ledger', 'consensus', 'ledger/values'],
  'server/replica/': ['server/replica', 'server/checkpoint.test.js'],
  'server/storage/': [
    'server/storage/sync-order.test.js',
    'server/storage/vote-state-file.test.js',
    'server/storage/mempool-store.test.js',
  ],
  'server/mempool/': ['server/mempool'],
};

/** Runs of many seeds: what the simulator is for. */
const left = /^random-runs\.test\.js$/;
/** These take seconds: after all others. */
const slow = /^(faults|finality|supply|state-tree|mempool-random)/;

/** @param root holds the compiled tests in `dist`. @returns test files in groups, one group after the other */
export function testsFor(root: string, { edits }: Mutant): readonly (readonly string[])[] {
  const places = edits.length === 0 ? Object.keys(testsByPlace) : edits.map(({ file }) => file);
  const wanted = Object.entries(testsByPlace).filter(([start]) => places.some((place) => place.startsWith(start)));
  const byName = [...new Set(wanted.flatMap(([, names]) => names))].map((name) => {
    const path = join('dist/test', name);
    if (path.endsWith('.js')) return [path];
    const tests = readdirSync(join(root, path)).filter((file) => file.endsWith('.test.js') && !left.test(file));
    return tests.sort().map((file) => join(path, file));
  });
  const isSlow = (file: string): boolean => slow.test(basename(file));
  const groups = [...byName.map((files) => files.filter((file) => !isSlow(file))), byName.flat().filter(isSlow)];
  return groups.filter((group) => group.length > 0);
}
