/** Runs the real programs as a user would, each in a home directory of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hangGuardMs } from '../hang-guard.js';

export type Program = 'slotledger' | 'server' | 'wallet';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Someone whom permissions bind: nobody where root runs the tests, else whoever does. */
const nobody = 65_534;
export const mereUser: User | undefined = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : undefined;

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Whom the program runs as. Starting value: who runs the tests. */
  readonly as?: User;
  /** Starting value: the guard against hanging. */
  readonly timeoutMs?: number;
}

export const binOf = (program: Program): string =>
  fileURLToPath(new URL(`../../server/bin/${program}.js`, import.meta.url));

/** A directory that stands for the user's home; gone when all tests of the file, and their nodes, have ended. */
export function temporaryHome(_t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-cli-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The environment of a user who has set nothing of ours. */
export function environment(home: string, extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const ours = /^(SLOTLEDGER_|NO_COLOR|FORCE_COLOR|NODE_TEST_CONTEXT)/;
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(inherited), HOME: home, ...extra };
}

/** Runs one command to its end, or for as long as it may take. */
export async function run(
  program: Program,
  home: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [binOf(program), ...args], {
    env: environment(home, options.env),
    cwd: options.cwd ?? home,
    stdio: 'pipe',
    ...options.as,
    timeout: options.timeoutMs ?? hangGuardMs,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
