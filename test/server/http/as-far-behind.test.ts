/** Nodes that only meet others which are as far behind as they are themselves, as after an outage or in the middle of an update. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Server } from '../../../server/server.js';
import { until } from '../../cli/running-node.js';
import { makeHomes } from '../../network/homes.js';
import { startServer, temporaryDirectory } from '../nodes.js';
import { call } from './listening.js';

/** Seven validators of equal stake on a chain whose last block, the genesis, is an hour old. @returns starts the next of them */
function oldChain(t: TestContext) {
  const genesisTime = Date.now() - 3_600_000;
  const { homes } = makeHomes(temporaryDirectory(t), { stakes: Array(7).fill(10_000), genesisTime });
  let started = 0;
  return (bootstrapPeers: readonly string[]): Promise<Server> => {
    const network = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0, bootstrapPeers: [...bootstrapPeers] };
    return startServer(t, { home: homes[started++]! }, network);
  };
}

const addressOf = (server: Server): string => `127.0.0.1:${server.p2pPort}`;
const ask = (server: Server, path: string) => call(`http://127.0.0.1:${server.httpPort}${path}`);

/** It is not ready, for want of validators with more than a third of the stake; then a third one comes, and it is. */
async function becomesReadyWithThird(server: Server, because: RegExp, startNext: () => Promise<Server>): Promise<void> {
  const { status, body } = await ask(server, '/readyz');
  assert.equal(status, 503);
  assert.match(body.checks.sync.detail, because);
  const { sync, peers } = (await ask(server, '/v1/status')).body;
  assert.deepEqual([sync.state, peers], ['waiting', 1]);
  assert.match(sync.unsure_because, because);
  assert.equal(server.isHealthy(), false);
  await startNext();
  await until(async () => (await ask(server, '/readyz')).status === 200, 'it is ready');
  assert.deepEqual((await ask(server, '/v1/status')).body.sync, { state: 'synced' });
}

test('a node whose first peer is as far behind as itself is not ready yet', async (t) => {
  const startNext = oldChain(t);
  const first = await startNext([]);
  const second = await startNext([addressOf(first)]);
  await until(() => second.getPeerCount() === 1 && first.getPeerCount() === 1, 'they are connected');
  await becomesReadyWithThird(second, /has not heard yet/, () => startNext([addressOf(first), addressOf(second)]));
});

test('nor is one that others of another version refuse, with a peer of its own version', async (t) => {
  const others = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${JSON.stringify({ type: 'error', code: 'wrong_protocol', detail: 'this node speaks protocol 0' })}\n`);
  }).listen(0, '127.0.0.1');
  await once(others, 'listening');
  t.after(() => others.close());
  const startNext = oldChain(t);
  const first = await startNext([`127.0.0.1:${(others.address() as AddressInfo).port}`]);
  const second = await startNext([addressOf(first)]);
  await until(() => second.getPeerCount() === 1 && first.getPeerCount() === 1, 'they are connected');
  await until(async () => /another version/.test((await ask(first, '/readyz')).body.checks.sync.detail), 'it is told');
  await becomesReadyWithThird(first, /another version of the protocol/, () => startNext([addressOf(first)]));
});
