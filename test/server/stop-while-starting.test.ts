/** Whoever stops a node does not wait for peers: neither for one that is silent, nor for one that cannot be reached. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { Server } from '../../server/server.js';
import { silentPeer } from '../silent-peer.js';
import { temporaryDirectory } from './nodes.js';

for (const tls of [false, true]) {
  test(`a start that waits for the genesis of a silent peer ${tls ? 'over TLS ' : ''}ends with the stop`, async (t) => {
    const { address, listener } = await silentPeer(t);
    const server = new Server({ home: temporaryDirectory(t), logLevel: 'silent' });
    const network = { enableP2P: true, p2pPort: 0, listenAddr: '127.0.0.1', bootstrapPeers: [address, address], tls };
    const starting = server.start(0, network).catch((error: unknown) => error);
    await once(listener, 'connection');
    await server.stop();
    // Who waits for the answer ends with GENESIS_NOT_FOUND.
    assert.equal(((await starting) as { code?: string }).code, 'START_STOPPED');
    assert.equal(server.isRunning(), false);
    await server.start(0);
    assert.equal(server.isRunning(), true, 'the home is free, and holds no half of a chain');
    await server.stop();
  });
}

test('a stop cuts connections that were coming about, so that the process can end', async (t) => {
  const { address, listener } = await silentPeer(t);
  const server = new Server({ home: temporaryDirectory(t), logLevel: 'silent' });
  await server.start(0);
  await server.stop();
  await server.start(0, { enableP2P: true, p2pPort: 0, listenAddr: '127.0.0.1', bootstrapPeers: [address], tls: true });
  const [socket] = (await once(listener, 'connection')) as [Socket];
  socket.resume();
  const cut = once(socket, 'close');
  await server.stop();
  const stopped = performance.now();
  await cut;
  assert.ok(performance.now() - stopped < 5_000, 'TLS has ten seconds to come about, and nobody waits for it any more');
});

test('a start that is stopped at once goes no further, and leaves the home as free as before', async (t) => {
  const server = new Server({ home: temporaryDirectory(t), logLevel: 'silent' });
  const starting = server.start(0, { enableP2P: true, p2pPort: 0 }).catch((error: unknown) => error);
  await server.stop();
  assert.equal(((await starting) as { code?: string }).code, 'START_STOPPED');
  await server.start(0);
  await server.stop();
});
