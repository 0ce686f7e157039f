/** Takes a damaged database out of the way. One rule: nothing is deleted. */
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../storage/durable-files.js';

const companions = ['', '-wal', '-shm'];

/** @returns where it is now; its log lies beside it, so that SQLite still opens both together */
export function moveAside(path: string): string {
  let number = 1;
  while (companions.some((end) => existsSync(`${path}.damaged-${number}${end}`))) number += 1;
  const aside = `${path}.damaged-${number}`;
  for (const end of companions) if (existsSync(path + end)) renameSync(path + end, aside + end);
  syncDirectory(dirname(path));
  return aside;
}
