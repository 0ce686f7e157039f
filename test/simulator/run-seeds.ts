/**
 * Many seeds over several processes. One rule: a result depends on its seed alone, and results come in the order of the
 * seeds, however many processes share the work.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReportLine, SeedOptions } from './report-line.js';
import { runOne } from './run-one.js';

export type Result = Omit<ReportLine, 'commit'>;

export interface RunSeedsOptions {
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  /** No seed begins after so much real time, in ms; those under way end. */
  readonly budgetMs: number;
  readonly optionsOf: (seed: number) => SeedOptions;
  /** In the order of the seeds. */
  readonly onResult: (result: Result) => void;
  /** Only with one job. */
  readonly trace?: (line: string) => void;
}

/** Resolves when every seed that began has been reported; rejects when a process ends early. */
export async function runSeeds(options: RunSeedsOptions): Promise<void> {
  const { first, count, budgetMs, optionsOf, onResult, trace } = options;
  const started = performance.now();
  let begun = 0;
  const next = (): SeedOptions | undefined =>
    begun < count && performance.now() - started < budgetMs ? optionsOf(first + begun++) : undefined;

  const jobs = Math.min(options.jobs, count);
  if (jobs <= 1) {
    for (let seed = next(); seed !== undefined; seed = next()) onResult(runOne(seed, trace));
    return;
  }
  const waiting = new Map<number, Result>();
  let reported = 0;
  const take = (result: Result): void => {
    waiting.set(result.options.seed, result);
    for (let due = waiting.get(first + reported); due !== undefined; due = waiting.get(first + reported)) {
      waiting.delete(first + reported++);
      onResult(due);
    }
  };
  await Promise.all(Array.from({ length: jobs }, () => work(next, take)));
}

/** One process, fed with seeds until there are none. */
function work(next: () => SeedOptions | undefined, take: (result: Result) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = fork(fileURLToPath(new URL('./seed-process.js', import.meta.url)));
    let running: SeedOptions | undefined;
    const feed = (): void => {
      running = next();
      if (running === undefined) child.disconnect();
      else child.send(running);
    };
    child.on('message', (result: Result) => {
      take(result);
      feed();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (running === undefined) resolve();
      else reject(new Error(`the process that ran seed ${running.seed} ended with ${signal ?? `code ${code}`}`));
    });
    feed();
  });
}
