/** A real `server start` in a home of its own, on free ports, for as long as a test lasts. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { binOf, environment } from './programs.js';

export interface RunningNode {
  readonly url: string;
  readonly p2pPort: number;
  readonly home: string;
  readonly process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Resolves with the exit code. */
  ended(): Promise<number | null>;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly p2pPort?: number;
  readonly httpPort?: number;
  readonly env?: Record<string, string>;
  /** Shown when asking whether it answers. */
  readonly apiKey?: string;
}

/** Starts a node and waits until it answers HTTP. It is stopped after the test. */
export async function startNode(t: TestContext, home: string, options: StartOptions = {}): Promise<RunningNode> {
  const p2pPort = options.p2pPort ?? (await freePort());
  const httpPort = options.httpPort ?? (await freePort());
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [binOf('server'), 'start', '--p2p-port', `${p2pPort}`, '--http-port', `${httpPort}`, ...(options.args ?? [])],
    { env: environment(home, options.env), cwd: options.cwd ?? home, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const forced = setTimeout(() => child.kill('SIGKILL'), hangGuardMs);
    await ended;
    clearTimeout(forced);
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const client = createClient({ url, ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }) });
  for (;;) {
    const answered = await client.status().then(
      () => true,
      () => false,
    );
    if (answered) return { url, p2pPort, home, process: child, output: () => output, ended: () => ended };
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`the node ended with ${end}:\n${output}`);
    if (performance.now() - started > hangGuardMs) throw new Error(`the node does not answer:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves when `condition` holds; asks again every 20 ms. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + hangGuardMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
