/** Processes that a test program started end when it does, also when a signal ends it. */
import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

export function endWithUs(child: ChildProcess): void {
  if (children.size === 0 && process.listenerCount('exit', endAll) === 0) {
    process.on('exit', endAll);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  }
  children.add(child);
  child.once('exit', () => children.delete(child));
}

function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
}
