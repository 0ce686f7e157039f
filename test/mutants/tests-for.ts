/** Which tests may notice a mutant: those of the folder it breaks, the quickest first. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Mutant } from './mutant.js';

const folders: Readonly<Record<string, readonly string[]>> = {
  'consensus/': ['consensus'],
  'ledger/': ['ledger', 'consensus', 'ledger/values'],
  'server/replica/': ['server/replica', 'server', 'server/sync'],
  'server/storage/': ['server/storage', 'server'],
  'server/home/': ['server/home', 'server/storage'],
  'server/mempool/': ['server/mempool', 'server'],
};

/** These start whole servers, or the simulator once more. */
const left = /^(server|simulator|random-runs|testnet)\.test\.js$/;
/** These take seconds: after all others. */
const slow = /^(faults|finality|supply|state-tree|kill|full-disk)/;

/** @param root holds the compiled tests in `dist`. @returns test files in groups, one group after the other */
export function testsFor(root: string, { edits }: Mutant): readonly (readonly string[])[] {
  const files = edits.length === 0 ? ['consensus/', 'ledger/'] : edits.map(({ file }) => file);
  const wanted = Object.entries(folders).filter(([start]) => files.some((file) => file.startsWith(start)));
  const names = [...new Set(wanted.flatMap(([, those]) => those))];
  const byFolder = names.map((name) => {
    const folder = join('dist/test', name);
    const tests = readdirSync(join(root, folder)).filter((file) => file.endsWith('.test.js') && !left.test(file));
    return tests.sort().map((file) => join(folder, file));
  });
  const isSlow = (file: string): boolean => slow.test(basename(file));
  const groups = [...byFolder.map((files) => files.filter((file) => !isSlow(file))), byFolder.flat().filter(isSlow)];
  return groups.filter((group) => group.length > 0);
}
