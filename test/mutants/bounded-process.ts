/** A Node.js process with a limit on memory, processor time and wall time, which never outlives its parent. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { atOurEnd } from '../end-with-us.js';

export interface Ended {
  /** undefined: it was ended because a limit was reached. */
  readonly code: number | undefined;
  readonly output: string;
}

export interface Limits {
  readonly processorSeconds: number;
  readonly wallSeconds: number;
}

const megabytes = 768;
const running = new Set<number>();

/** A group of its own, so that the test runner's children end with it. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

atOurEnd(() => {
  for (const pid of running) endGroup(pid);
});

/** @param cwd holds the compiled program in `dist`. @param enough ends it as soon as its output says so */
export function runBounded(
  cwd: string,
  args: readonly string[],
  limits: Limits,
  enough: (output: string) => boolean = () => false,
): Promise<Ended> {
  const watchdog = pathToFileURL(resolve(cwd, 'dist/test/mutants/watchdog.js')).href;
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: `--max-old-space-size=${megabytes} --import=${watchdog}`,
        SLOTLEDGER_LIMITS: `${limits.processorSeconds},${limits.wallSeconds}`,
      },
    });
    const pid = child.pid;
    if (pid !== undefined) running.add(pid);
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < 1_000_000) output += chunk;
      if (pid !== undefined && enough(output)) endGroup(pid);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const limit = setTimeout(() => pid !== undefined && endGroup(pid), limits.wallSeconds * 1000 + 2_000);
    child.on('close', (code) => {
      clearTimeout(limit);
      if (pid !== undefined) {
        endGroup(pid);
        running.delete(pid);
      }
      done({ code: code ?? undefined, output });
    });
  });
}
