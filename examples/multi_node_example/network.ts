/** Four validators with equal stake on this machine: one genesis, four homes, four processes, free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Server } from 'slotledger';
import { type Client, createClient } from 'slotledger/client';
import type { NodeSettings } from './node.js';

const names = ['north', 'east', 'south', 'west'] as const;
/** A guard against hanging: a node answers, and catches up, far sooner, also on a busy machine. */
export const hangGuardMs = 180_000;
const program = fileURLToPath(new URL('./node.js', import.meta.url));

export interface DemoNode {
  readonly name: string;
  readonly client: Client;
  isUp(): boolean;
  /** Resolves when the node answers. */
  start(): Promise<void>;
  /** SIGKILL, as when the power goes. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @param directory empty; the homes are made in it */
export async function makeNetwork(directory: string): Promise<readonly DemoNode[]> {
  const homes = names.map((name) => join(directory, name));
  // A Server with four stakeholders makes the chain, and a home for each in the first one's.
  const founder = new Server({ home: homes[0]!, http: false, logLevel: 'silent' });
  for (const name of names) founder.registerStakeholder(name, 1_000_000);
  await founder.start();
  await founder.stop();
  for (const [i, home] of homes.entries()) {
    if (i === 0) continue;
    cpSync(join(homes[0]!, 'validators', names[i]!), home, { recursive: true });
  }
  const ports = await freePorts(2 * names.length);
  const addresses = names.map((_, i) => `127.0.0.1:${ports[2 * i]}`);
  return names.map((name, i) =>
    createDemoNode({
      name,
      home: homes[i]!,
      p2pPort: ports[2 * i]!,
      httpPort: ports[2 * i + 1]!,
      others: addresses.filter((_, j) => j !== i),
    }),
  );
}

function createDemoNode(settings: NodeSettings): DemoNode {
  const client = createClient({ url: `http://127.0.0.1:${settings.httpPort}` });
  let child: ChildProcess | undefined;
  let answered = false;
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child;
    child = undefined;
    answered = false;
    if (ending === undefined || ending.exitCode !== null) return;
    const ended = once(ending, 'close');
    ending.kill(signal);
    await ended;
  }
  return {
    name: settings.name,
    client,
    isUp: () => answered && child?.exitCode === null,
    async start() {
      const started = spawn(process.execPath, [program, JSON.stringify(settings)], {
        // The pipe ends with this process, however it ends, and the node with the pipe.
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      child = started;
      const deadline = Date.now() + hangGuardMs;
      while (!(await answers(client))) {
        if (started.exitCode !== null) throw new Error(`${settings.name} ended with ${started.exitCode}`);
        if (Date.now() > deadline) throw new Error(`${settings.name} does not answer`);
        await pause(50);
      }
      answered = true;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function answers(client: Client): Promise<boolean> {
  return client.status().then(
    () => true,
    () => false,
  );
}

/** Below the ports that the system gives to outgoing connections: a node that comes back finds its own still free. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let port = 20_000 + ((process.pid * 61) % 10_000); ports.length < count; port++) {
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      await once(server.close(), 'close');
      ports.push(port);
    } catch {
      // Somebody else's.
    }
  }
  return ports;
}
