/** Which node runs on a home: its process writes down where it answers HTTP, beside the lock that it holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the home: the process id, and on a second line the URL, where there is one. */
export const holderFileName = 'lock.pid';

/** @returns where the process that runs on this home answers HTTP; undefined: none runs, or it does not answer HTTP */
export function runningUrl(home: string): string | undefined {
  return holder(home)?.url;
}

/** @returns the id of the process that runs on this home; undefined: none is seen here */
export function runningProcess(home: string): number | undefined {
  return holder(home)?.pid;
}

function holder(home: string): { readonly pid: number; readonly url?: string } | undefined {
  try {
    const [first, url] = readFileSync(join(home, holderFileName), 'utf8').split('\n');
    const pid = Number(first);
    if (!isAlive(pid)) return undefined;
    return url ? { pid, url } : { pid };
  } catch {
    return undefined;
  }
}

/** A process that was killed left its number behind. */
function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
