/** Programs of others, started for a measurement and ended by their process id. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hangGuardMs } from '../../hang-guard.js';
import { within } from '../../network/node-process.js';
import { NotHere } from './rival.js';

/** Nobody: PostgreSQL refuses to run as root. */
const nobody = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** @returns the path of a program, from PATH or one of `places` @throws NotHere */
export function findProgram(name: string, places: readonly string[], hint: string): string {
  const paths = [...places, ...(process.env.PATH ?? '').split(':')].map((place) => join(place, name));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new NotHere(`${name} is not installed: ${hint}`);
  return found;
}

export function runProgram(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...asNobody });
}

/** A directory that its program may write to. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-compare-'));
  if ('uid' in asNobody) chownSync(directory, nobody, nobody);
  return directory;
}

export interface Running {
  stop(): Promise<void>;
}

/** Starts a program and waits until `ready` does not fail. */
export async function startProgram(
  program: string,
  args: readonly string[],
  ready: () => Promise<unknown>,
): Promise<Running> {
  const child = spawn(program, args, { stdio: 'ignore', ...asNobody });
  const running: Running = { stop: () => stop(child) };
  try {
    await within(hangGuardMs, `${program} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      return ready().then(
        () => true,
        () => false,
      );
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}

export const removeDirectory = (directory: string): void => rmSync(directory, { recursive: true, force: true });
