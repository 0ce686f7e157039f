/**
 * Puts a database that was made anew in the place of one that is moved aside. One rule: before the old one leaves its place, the new
 * one lies beside it, whole and on disk, under a name that says so; whoever finds the place empty after a crash puts it there.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../storage/durable-files.js';
import { stepsAside, type Why } from './move-aside.js';

const whys: readonly Why[] = ['damaged', 'replaced'];

const readyFor = (path: string, why: Why): string => `${path}.ready-${why}`;

/** With what SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true });
}

/** @param fresh one file, whole and synced. @returns where the old database is now */
export function takePlace(path: string, fresh: string, why: Why): string {
  const steps = stepsOfTakingPlace(path, fresh, why);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** After each step a crash may come. `finishTakingPlace` goes on where it was cut off. */
export function* stepsOfTakingPlace(path: string, fresh: string, why: Why): Generator<void, string> {
  renameSync(fresh, readyFor(path, why));
  syncDirectory(dirname(path));
  yield;
  return yield* stepsReady(path, why);
}

/**
 * The caller holds the home's lock. Where the old database is still in its place nothing was replaced, and what was made anew goes.
 * @returns whether it put a database there
 */
export function finishTakingPlace(path: string): boolean {
  let isFinished = false;
  for (const why of whys) {
    if (!existsSync(readyFor(path, why))) continue;
    if (existsSync(path)) {
      rmSync(readyFor(path, why));
      continue;
    }
    for (const _ of stepsReady(path, why));
    isFinished = true;
  }
  return isFinished;
}

function* stepsReady(path: string, why: Why): Generator<void, string> {
  const movedTo = yield* stepsAside(path, why);
  renameSync(readyFor(path, why), path);
  yield;
  syncDirectory(dirname(path));
  return movedTo;
}
