/**
 * Has the system bring a file into memory that is free, in the background, so that what payments and questions need of a
 * long history is not fetched from the disk page by page, with votes waiting. A process of its own reads it: whoever closes
 * a file lets go of every lock that its process holds on it (fcntl in POSIX), and those of SQLite are among them.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./read-ahead.process.js', import.meta.url));
/** A smaller file comes into memory by itself before the process has started. */
const worthIt = 16 * 1024 * 1024;
/** Of the memory that is available. The system gives these pages back when others ask for them, but reading more is in vain. */
const mostOfAvailable = 0.5;

export interface ReadAheadOptions {
  /** Memory that nobody uses, bytes. */
  readonly availableBytes: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** @returns bytes: the whole file, or 0 where it is too small or too large for that or reading was ended. Rejects with what went wrong. */
export async function readAhead(path: string, { availableBytes, signal }: ReadAheadOptions): Promise<number> {
  const { size } = await stat(path);
  if (size < worthIt || size > mostOfAvailable * availableBytes || signal.aborted) return 0;
  // Whatever the node was started with, a debugger or a secret, is not meant for it.
  const child = fork(program, [path], { execArgv: [], env: {}, stdio: 'ignore' });
  const end = (): void => void child.kill();
  signal.addEventListener('abort', end);
  let problem: string | undefined;
  child.once('message', (message) => {
    problem = String(message);
  });
  try {
    // The second: all that it had to say has come.
    const [[code]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    if (problem !== undefined) throw new Error(problem);
    return code === 0 ? size : 0;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
