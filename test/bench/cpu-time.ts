/** CPU time that a process has taken, which other load on the machine changes much less than it changes the clock. */
import { readFileSync } from 'node:fs';

/** Linux counts in ticks of 10 ms. */
const tickMs = 10;

/** All threads, in user and kernel mode, in ms. NaN where there is no /proc. */
export function cpuTimeMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may hold spaces; the fields after it start with the third.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return Number.NaN;
  }
}
