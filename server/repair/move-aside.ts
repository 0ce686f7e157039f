/** Takes a database out of the way. One rule: nothing is deleted. */
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../storage/durable-files.js';

const companions = ['', '-wal', '-shm'];

/** @returns where it is now; its log lies beside it, so that SQLite still opens both together */
export function moveAside(path: string, why: 'damaged' | 'replaced' = 'damaged'): string {
  let number = 1;
  while (companions.some((end) => existsSync(`${path}.${why}-${number}${end}`))) number += 1;
  const aside = `${path}.${why}-${number}`;
  for (const end of companions) if (existsSync(path + end)) renameSync(path + end, aside + end);
  syncDirectory(dirname(path));
  return aside;
}
