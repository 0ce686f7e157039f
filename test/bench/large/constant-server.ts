/** What reading is compared with: a server of Node's that answers every question with the same few bytes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface ConstantServer {
  readonly url: string;
  stop(): void;
}

/** In a process of its own, as a node is. */
export async function startConstantServer(): Promise<ConstantServer> {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, stop: () => child.disconnect() };
}

function serve(): void {
  const body = Buffer.from('{"balance":0}');
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const server = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.once('disconnect', () => process.exit(0));
}

if (process.argv[2] === 'serve' && process.send !== undefined) serve();
