/** Who may be a peer, between whole nodes: --allow, --deny, --private and --max-peers. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Server } from '../../server/server.js';
import type { NetworkConfig } from '../../server/server-options.js';
import { until } from '../hang-guard.js';
import { startServer, temporaryDirectory } from './nodes.js';

const p2p = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 } as const;
const keyOf = (server: Server) => server.api!.nodeId as PublicKey;
const at = (server: Server): string => `127.0.0.1:${server.p2pPort}`;
const knows = (server: Server, other: Server): boolean =>
  server.getConnectedPeers().some(({ node_id }) => node_id === keyOf(other));

/** A node of the same chain as `like`, or of a new one. */
const node = (t: TestContext, network: NetworkConfig, like?: Server): Promise<Server> =>
  startServer(
    t,
    { home: temporaryDirectory(t), ...(like === undefined ? {} : { genesis: like.api!.genesis }) },
    network,
  );

test('--allow lets in the nodes that it names and no others, and --deny keeps out whom it names', async (t) => {
  const friend = await node(t, p2p);
  const stranger = await node(t, p2p, friend);
  const enemy = await node(t, p2p, friend);
  const choosy = await node(t, { ...p2p, allow: [keyOf(friend)] }, friend);
  const wary = await node(t, { ...p2p, deny: [keyOf(enemy)] }, friend);
  await stranger.connectToPeer(at(choosy));
  await enemy.connectToPeer(at(wary));
  await friend.connectToPeer(at(choosy));
  await friend.connectToPeer(at(wary));
  await until('the friend is connected to both', () => knows(choosy, friend) && knows(wary, friend));
  for (const { since } of friend.getConnectedPeers()) assert.ok(Number.isSafeInteger(since), `since ${since}`);
  // Bytes count when a connection that was never proved has ended: these have heard why, and have no peer.
  for (const one of [stranger, enemy]) {
    await until('the other is refused', () => (one.api!.networkStats?.().bytesReceived ?? 0) > 0);
    assert.equal(one.getPeerCount(), 0);
  }
  assert.ok(!knows(choosy, stranger) && !knows(wary, enemy));
});

test('--private answers nobody before a proof, and connects to its bootstrap peers only', async (t) => {
  const friend = await node(t, p2p);
  const third = await node(t, { ...p2p, bootstrapPeers: [at(friend)] }, friend);
  const hidden = await node(t, { ...p2p, privateMode: true, bootstrapPeers: [at(friend)] }, friend);
  await until('the bootstrap peer is connected', () => knows(hidden, friend) && knows(third, friend));
  const socket = connect(hidden.p2pPort!, '127.0.0.1');
  socket.end('{"type":"get_peers","id":1}\n');
  assert.equal((JSON.parse(await text(socket)) as { code?: string }).code, 'private');
  assert.equal(knows(hidden, third), false);
  await third.connectToPeer(at(hidden));
  await until('a node that proves its key comes in', () => knows(hidden, third));
  const told = async (by: Server): Promise<readonly unknown[]> => {
    const asking = connect(by.p2pPort!, '127.0.0.1');
    asking.end('{"type":"get_peers","id":1}\n');
    const { peers } = JSON.parse(await text(asking)) as { peers: { node: unknown }[] };
    return peers.map((peer) => peer.node);
  };
  assert.deepEqual(await told(friend), [keyOf(third)], 'who was connected to by it tells nobody where it is');
  assert.deepEqual(await told(third), [keyOf(friend)], 'nor does who connected to it');
  for (const sentry of [friend, third]) {
    const response = await fetch(`http://127.0.0.1:${sentry.httpPort}/v1/peers`);
    const { items } = (await response.json()) as { items: { node_id: string; address?: string }[] };
    const withAddress = items.filter(({ address }) => address !== undefined).map(({ node_id }) => node_id);
    assert.deepEqual(withAddress, [keyOf(sentry === friend ? third : friend)], 'nor does their API');
    assert.ok(items.some(({ node_id }) => node_id === keyOf(hidden)));
    assert.match(
      sentry.getConnectedPeers().find(({ node_id }) => node_id === keyOf(hidden))!.address,
      /^127\.0\.0\.1:/,
    );
  }
});

test('--max-peers is never exceeded', async (t) => {
  const small = await node(t, { ...p2p, maxPeers: 2 });
  const others = await Promise.all([1, 2, 3].map(() => node(t, { ...p2p, peerExchange: false }, small)));
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, small.getPeerCount());
  }, 1);
  t.after(() => clearInterval(watch));
  for (const other of others) await other.connectToPeer(at(small));
  await until('one of them is connected', () => small.getPeerCount() > 0);
  // One place of two is kept for peers that the node chooses itself.
  for (const other of others) await other.connectToPeer(at(small));
  await small.connectToPeer(at(others.find((other) => !knows(small, other))!));
  await until('both places are taken', () => small.getPeerCount() === 2);
  for (const other of others) await other.connectToPeer(at(small));
  await until('a third one was refused', () => others.filter((other) => other.getPeerCount() === 0).length === 1);
  assert.ok(most <= 2, `${most} peers`);
});
