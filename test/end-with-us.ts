/** What a test program has to do when it ends, also when a signal ends it: its processes end with it. */
import type { ChildProcess } from 'node:child_process';

const duties = new Set<() => void>();

process.on('exit', () => {
  for (const duty of duties) duty();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

export function atOurEnd(duty: () => void): void {
  duties.add(duty);
}

const children = new Set<ChildProcess>();
atOurEnd(() => {
  for (const child of children) child.kill('SIGKILL');
});

export function endWithUs(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}
