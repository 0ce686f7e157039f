/** A listener that a node takes for a peer that is slow to answer. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Accepts, and never says a word. */
export async function silentPeer(t: TestContext, host = '127.0.0.1') {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => sockets.push(socket.on('error', () => {})));
  t.after(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  listener.listen(0, host);
  await once(listener, 'listening');
  return { address: `127.0.0.1:${(listener.address() as AddressInfo).port}`, listener };
}
