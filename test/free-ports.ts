/**
 * Ports for the nodes of tests. Test files run at one time, and a port that was free when it was looked at is another's a
 * moment later: so each process takes whole blocks of ports, and gives no port away twice.
 */
import { createServer, type Server } from 'node:net';

/** Below the ports that the system gives to outgoing connections: those may be taken again before a node listens. */
const firstPort = 20_000;
const blockSize = 100;
const blockCount = 120;

/** Of the block in hand; both 0: none yet. */
let next = 0;
let end = 0;
/** Requests follow each other: two at one time must not take a block each. */
let last: Promise<unknown> = Promise.resolve();

/** A port that is free, on all addresses, and that no test was given before. */
export const freePort = (): Promise<number> => freePortRun(1);

/** @param count at most 99 @returns the first of so many free ports in a row */
export function freePortRun(count: number): Promise<number> {
  const found = last.then(() => findRun(count));
  last = found.catch(() => {});
  return found;
}

async function findRun(count: number): Promise<number> {
  if (count >= blockSize) throw new RangeError(`at most ${blockSize - 1} ports in a row, not ${count}`);
  for (let blocks = 0; blocks < blockCount; ) {
    while (next + count <= end) {
      const first = next;
      const taken = await firstTaken(first, count);
      next = taken === undefined ? first + count : taken + 1;
      if (taken === undefined) return first;
    }
    await takeBlock();
    blocks += 1;
  }
  throw new Error(`no ${count} ports in a row are free`);
}

async function firstTaken(first: number, count: number): Promise<number | undefined> {
  for (let port = first; port < first + count; port += 1) {
    const server = await listenOn(port);
    if (server === undefined) return port;
    await new Promise((closed) => server.close(closed));
  }
  return undefined;
}

/** A block is taken by who listens on its first port, until that process ends. */
async function takeBlock(): Promise<void> {
  const from = end === 0 ? process.pid : (end - firstPort) / blockSize;
  for (let i = 0; i < blockCount; i += 1) {
    const first = firstPort + ((from + i) % blockCount) * blockSize;
    const sign = await listenOn(first);
    if (sign === undefined) continue;
    sign.unref();
    [next, end] = [first + 1, first + blockSize];
    return;
  }
  throw new Error('all blocks of ports are taken');
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((stranger) => stranger.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(port, () => resolve(server));
  });
}
