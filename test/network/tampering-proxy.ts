/** A peer that lies: all that the real one says passes, but in blocks one text is put in place of another. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface TamperingProxy {
  readonly port: number;
  /** Lines changed so far. */
  lies(): number;
  close(): Promise<void>;
}

export async function createTamperingProxy(target: number, real: string, lie: string): Promise<TamperingProxy> {
  let lies = 0;
  const open = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1');
    for (const socket of [inner, outer]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        inner.destroy();
        outer.destroy();
      });
    }
    inner.pipe(outer);
    const lines = createInterface({ input: outer });
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      const isLie = line.includes('"type":"blocks"') && line.includes(real);
      if (isLie) lies += 1;
      inner.write(`${isLie ? line.replaceAll(real, lie) : line}\n`);
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  return {
    port: (server.address() as AddressInfo).port,
    lies: () => lies,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
