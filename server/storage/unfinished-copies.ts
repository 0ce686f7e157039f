/**
 * Copies of a ledger on their way to their name. What a killed process left of one is as large as a ledger and of no use. One
 * rule: what a process that still runs is writing stays.
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

export const unfinishedName = (file: string): string => `${file}.${process.pid}.new`;

const companions = ['', '-journal', '-wal', '-shm'];
const unfinished = /^(.+)\.([0-9]{1,10})\.new(?:-journal|-wal|-shm)?$/;

/** The copy of this process, with what SQLite keeps beside it. */
export function removeUnfinished(file: string): void {
  for (const end of companions) rmSync(unfinishedName(file) + end, { force: true });
}

/**
 * Copies of processes that are gone; of a container's processes each may have had the number of this one.
 * @param file the only name whose copies are looked for; absent: all in the directory, and the caller makes no copy there now
 */
export function removeLeftBehind(directory: string, file?: string): void {
  for (const name of namesIn(directory)) {
    const [, of, pid] = unfinished.exec(name) ?? [];
    if (of === undefined || (file !== undefined && of !== basename(file))) continue;
    if (Number(pid) === process.pid || !isRunning(Number(pid))) rmSync(join(directory, name), { force: true });
  }
}

/** A directory that may be written to and not be listed takes copies as well. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
