/** One node of a test network: a real `server start` that can be killed, and started again on its home and ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Client, createClient } from '../../client/http/client.js';
import { binOf, environment } from '../cli/programs.js';
import { endWithUs } from '../end-with-us.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';

export interface NodeProcessOptions {
  readonly home: string;
  /** Where others reach it; a free one if none is given. */
  readonly p2pPort?: number;
  readonly args?: readonly string[];
  /** Words for Node.js itself, such as those of its profiler. */
  readonly nodeArgs?: readonly string[];
}

export interface NodeProcess {
  readonly home: string;
  readonly p2pPort: number;
  readonly client: Client;
  /** Resolves when HTTP answers. */
  start(moreArgs?: readonly string[]): Promise<void>;
  /** SIGKILL: as when the power goes. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  isRunning(): boolean;
  /** What it has printed since its last start. */
  output(): string;
}

export async function createNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { home } = options;
  const p2pPort = options.p2pPort ?? (await freePort());
  const httpPort = await freePort();
  const url = `http://127.0.0.1:${httpPort}`;
  const client = createClient({ url });
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(0);
  let output = '';

  const answers = (): Promise<boolean> =>
    client.status().then(
      () => true,
      () => false,
    );

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const forced = setTimeout(() => child?.kill('SIGKILL'), hangGuardMs);
    child?.kill(signal);
    const code = await ended;
    clearTimeout(forced);
    child = undefined;
    return code;
  }

  return {
    home,
    p2pPort,
    client,
    isRunning: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    output: () => output,
    async start(moreArgs = []) {
      output = '';
      const ports = ['--p2p-port', `${p2pPort}`, '--http-port', `${httpPort}`, '--p2p-host', '127.0.0.1'];
      const args = [
        ...(options.nodeArgs ?? []),
        binOf('server'),
        'start',
        '--home',
        home,
        ...ports,
        ...(options.args ?? []),
        ...moreArgs,
      ];
      const started = spawn(process.execPath, args, { env: environment(home), stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      endWithUs(started);
      ended = new Promise((resolve) => started.on('close', resolve));
      const collect = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-200_000);
      };
      started.stdout.on('data', collect);
      started.stderr.on('data', collect);
      const deadline = Date.now() + hangGuardMs;
      while (!(await answers())) {
        const end = started.exitCode ?? started.signalCode;
        if (end !== null) throw new Error(`the node ended with ${end}:\n${output}`);
        if (Date.now() > deadline) throw new Error(`the node does not answer:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

/** Resolves when `condition` holds; asks every 20 ms. @param withinMs at most so long */
export async function within(
  withinMs: number,
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<number> {
  const started = performance.now();
  while (!(await condition())) {
    if (performance.now() - started > withinMs) throw new Error(`in ${withinMs} ms it never came about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - started;
}
