/** One real node on a disk that can lose power, fail and lie about time. It is ended and started, again and again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Client, createClient } from '../../client/http/client.js';
import type { Random } from '../../server/simulator/random.js';
import { binOf, environment } from '../cli/programs.js';
import { endWithUs } from '../end-with-us.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { type CutReport, createPowerCutDisk, type PowerCutDisk } from './disk/power-cut-disk.js';

export interface TorturedNode {
  readonly name: string;
  readonly home: string;
  readonly disk: PowerCutDisk;
  readonly client: Client;
  readonly address: string;
  /** @returns ms until HTTP answers. Rejects when the process ends first. */
  start(): Promise<number>;
  /** Resolves when the process is gone. */
  kill(): Promise<void>;
  stop(): Promise<number | null>;
  /** Resolves with the exit code, null after a signal, undefined when it still runs after so many ms. */
  endsWithin(ms: number): Promise<number | null | undefined>;
  /** Only when the process is gone. */
  cutPower(random: Random): CutReport;
  isRunning(): boolean;
  /** What it has printed since its last start. */
  output(): string;
}

/** A longer journal is not worth reading: what it holds is taken for written. */
const maxJournalBytes = 128 * 1024 * 1024;
/** Syncs of a disk of its own take time, and what is being synced is at risk meanwhile. */
const syncDelayUs = 2_000;

export interface TorturedNodePlan {
  readonly name: string;
  readonly home: string;
  /** For what the disk remembers; outside the home. */
  readonly place: string;
  readonly p2pPort: number;
  readonly bootstrap: readonly number[];
}

export async function createTorturedNode(plan: TorturedNodePlan): Promise<TorturedNode> {
  const { name, p2pPort } = plan;
  const disk = createPowerCutDisk(plan.home, plan.place);
  disk.control.syncDelay(syncDelayUs);
  const httpPort = await freePort();
  const client = createClient({ url: `http://127.0.0.1:${httpPort}`, timeoutMs: 5_000 });
  const dials = plan.bootstrap.flatMap((port) => ['--bootstrap', `127.0.0.1:${port}`]);
  const ports = ['--p2p-port', `${p2pPort}`, '--http-port', `${httpPort}`, '--p2p-host', '127.0.0.1'];
  const words = [binOf('server'), 'start', '--home', disk.home, ...ports, ...dials, '--log-level', 'warn'];
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(0);
  let output = '';

  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const within = <Value>(ms: number, what: Promise<Value>): Promise<Value | undefined> => {
    let timer: NodeJS.Timeout;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    return Promise.race([what, late]).finally(() => clearTimeout(timer));
  };

  async function answers(): Promise<boolean> {
    return client.status().then(
      () => true,
      () => false,
    );
  }

  return {
    name,
    home: disk.home,
    disk,
    client,
    address: `127.0.0.1:${p2pPort}`,
    isRunning,
    output: () => output,
    async start() {
      const begun = performance.now();
      output = '';
      const started = spawn(process.execPath, words, {
        env: environment(disk.home, { ...disk.environment }),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      endWithUs(started);
      ended = new Promise((resolve) => started.once('close', resolve));
      const collect = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-50_000);
      };
      started.stdout.on('data', collect);
      started.stderr.on('data', collect);
      while (!(await answers())) {
        if (!isRunning()) throw new Error(`${name} ended with ${started.exitCode ?? started.signalCode}:\n${output}`);
        if (performance.now() - begun > hangGuardMs) throw new Error(`${name} does not answer:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return performance.now() - begun;
    },
    async kill() {
      child?.kill('SIGKILL');
      await ended;
      if (disk.journalBytes() > maxJournalBytes) disk.settle();
    },
    async stop() {
      child?.kill('SIGTERM');
      const code = await within(hangGuardMs, ended);
      if (code === undefined) {
        child?.kill('SIGKILL');
        await ended;
        throw new Error(`${name} does not stop`);
      }
      return code;
    },
    endsWithin: (ms) => within(ms, ended),
    cutPower: (random) => disk.cut(random),
  };
}
