import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { createAddressBook } from '../../../server/p2p/address-book.js';
import { claimedAddress, parseHostPort } from '../../../server/p2p/host-port.js';
import { DIAL_INTERVAL_MS } from '../../../server/p2p/limits.js';
import type { Clock } from '../../../server/replica/ports.js';
import { until } from '../../hang-guard.js';
import { silentPeer } from '../../silent-peer.js';
import { at, chain, connected, handClock, hashOf, keyOf, rules, startNode, stopAll, type TestNode } from './fixture.js';

afterEach(stopAll);

test('a lost peer is dialled again', async () => {
  const a = await startNode(1);
  const b = await startNode(2, { bootstrap: [at(a)] });
  await until('connected', () => connected(a, b));
  const address = at(a);
  await a.network.stop();
  await until('gone', () => b.network.peers().length === 0);
  const again = await startNode(1, { listen: { host: '127.0.0.1', port: a.port } });
  assert.equal(at(again), address);
  await until('back', () => connected(b, again));
});

test('pauses between dials grow, spread, and end at a minute', () => {
  let now = 1_000_000;
  const virtual: Clock = { now: () => now, at: () => () => {} };
  const pauses = (random: number): number[] => {
    const address = '127.0.0.1:9000';
    const book = createAddressBook({
      clock: virtual,
      random: () => random,
      bootstrap: [address],
      file: undefined,
      onFileProblem: assert.fail,
    });
    return Array.from({ length: 12 }, () => {
      const failedAt = now;
      book.onFailed(address, 0);
      while (book.due().length === 0) now += 250;
      return now - failedAt;
    });
  };
  assert.deepEqual(pauses(0.5).slice(0, 9), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(pauses(0).at(-1), 30_000);
  assert.ok((pauses(0.999).at(-1) ?? 0) <= 90_000);
});

test('peers learn of each other through a third', async () => {
  const hub = await startNode(1);
  const a = await startNode(2, { bootstrap: [at(hub)] });
  await until('a', () => connected(hub, a));
  const b = await startNode(3, { bootstrap: [at(hub)] });
  await until('a and b', () => connected(a, b) && connected(b, a));
});

test('without peer exchange nobody learns of anybody', async () => {
  const hub = await startNode(1, { peerExchange: false });
  const a = await startNode(2, { bootstrap: [at(hub)] });
  await until('a', () => connected(hub, a));
  const b = await startNode(3, { bootstrap: [at(hub)] });
  await until('b', () => connected(hub, b));
  // The answer to b's question is on its way before this one's; when this one is here, b has learnt all it will.
  b.network.announceHead();
  await until('answered', () => b.received.filter(({ message }) => message.type === 'pong').length >= 2);
  assert.ok(!connected(a, b));
  assert.ok(!JSON.stringify(b.log).includes(at(a)));
});

test('the advertised address is what others are told', async () => {
  const a = await startNode(1);
  const b = await startNode(2, { bootstrap: [at(a)], advertise: 'node.example.org:9100' });
  await until('connected', () => connected(a, b));
  assert.equal(a.network.peerViews()[0]?.address, 'node.example.org:9100');
});

test('addresses are remembered on disk, and a node without bootstrap finds its peers again', async () => {
  const home = mkdtempSync(join(tmpdir(), 'slotledger-peers-'));
  try {
    const peersFile = join(home, 'peers.json');
    const a = await startNode(1);
    const b = await startNode(2, { bootstrap: [at(a)], peersFile });
    await until('connected', () => connected(a, b));
    await b.network.stop();
    const stored = JSON.parse(readFileSync(peersFile, 'utf8'));
    assert.deepEqual(
      stored.peers.map((peer: { address: string; node: string }) => [peer.address, peer.node]),
      [[at(a), a.key]],
    );
    const again = await startNode(2, { peersFile });
    await until('connected', () => connected(a, again));

    // A running node writes the file itself now and then.
    await again.network.stop();
    writeFileSync(peersFile, '{"version":1,"peers":[');
    const third = await startNode(3, { peersFile });
    assert.match(JSON.stringify(third.log), /is not a list of peers and is started anew/);
  } finally {
    await stopAll();
    rmSync(home, { recursive: true, force: true });
  }
});

test('of the addresses on disk the one where a node was met last is dialled first, however many are silent by now', async (t) => {
  const { listener } = await silentPeer(t, '0.0.0.0');
  const { port } = listener.address() as AddressInfo;
  const friend = await startNode(2);
  const silent = Array.from({ length: 100 }, (_, i) => ({
    address: `127.0.1.${1 + i}:${port}`,
    node: keyOf(3).publicKey,
    proved_at: i,
  }));
  const peers = [...silent, { address: at(friend), node: friend.key, proved_at: 1_000 }];
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-peers-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const peersFile = join(directory, 'peers.json');
  writeFileSync(peersFile, JSON.stringify({ version: 1, peers }));
  // Time passes once, so that nobody's silence ends.
  const time = handClock();
  const node = await startNode(1, { peersFile, clock: time });
  time.pass(DIAL_INTERVAL_MS);
  await until('connected', () => connected(node, friend));
});

test('a bootstrap peer finds its place when it comes back, whoever took all others meanwhile', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-peers-'));
  try {
    const away = await startNode(9);
    await away.network.stop();
    const known = [await startNode(2), await startNode(3), await startNode(4)];
    const peersFile = join(directory, 'peers.json');
    const peers = known.map((node) => ({ address: at(node), node: node.key, proved_at: 1 }));
    writeFileSync(peersFile, JSON.stringify({ version: 1, peers }));
    // Two places for those who come, two for those of its own choice.
    const node = await startNode(1, { maxPeers: 4, bootstrap: [at(away)], peersFile });
    for (const seed of [5, 6]) await startNode(seed, { bootstrap: [at(node)], peerExchange: false });
    const { stats } = node.network;
    await until('others are connected', () => stats().peersInbound === 2 && stats().peersOutbound > 0);
    const back = await startNode(9, { listen: { host: '127.0.0.1', port: away.port } });
    await until('it is connected', () => connected(node, back));
    assert.deepEqual([stats().peersInbound, stats().peersOutbound], [2, 2]);
  } finally {
    await stopAll();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a full node takes no more peers, and says so', async () => {
  const hub = await startNode(1, { maxPeers: 2 });
  const rest: TestNode[] = [];
  for (let seed = 2; seed <= 5; seed += 1)
    rest.push(await startNode(seed, { bootstrap: [at(hub)], peerExchange: false }));
  await until('busy', () => rest.some((node) => /has its 2 peers already/.test(JSON.stringify(node.log))));
  assert.ok(hub.network.peers().length <= 2);
});

test('a node on another chain is told so when it dials, and put off', async () => {
  const a = await startNode(1);
  const stranger = await startNode(2, {
    rules: { ...rules, chain: chain.replace('test', 'else') as typeof chain },
    genesisHash: hashOf(8),
    bootstrap: [at(a)],
  });
  const told = (): number =>
    stranger.log.filter(({ fields }) => /is on chain test/.test(JSON.stringify(fields))).length;
  await until('told', () => told() === 1);
  // Its address fails in the meantime; a lost peer would have been dialled twice by the time of the second failure.
  stranger.network.connect('127.0.0.1:1');
  await until('another address failed twice', () => {
    const failed = stranger.log.filter(({ fields }) => /127\.0\.0\.1:1 /.test(JSON.stringify(fields)));
    return failed.length >= 2;
  });
  assert.equal(told(), 1);
  assert.equal(a.network.peers().length, 0);
});

test('a port in use is reported as what it is', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  try {
    await assert.rejects(startNode(1, { listen: { host: '127.0.0.1', port } }), { code: 'EADDRINUSE' });
  } finally {
    taken.close();
  }
});

test('a private node dials its bootstrap peers only and tells strangers nothing', async () => {
  const hub = await startNode(1);
  const other = await startNode(2, { bootstrap: [at(hub)] });
  const hidden = await startNode(3, { bootstrap: [at(hub)], privateMode: true, nodeSigner: keyOf(3) });
  await until('connected', () => connected(hub, other, hidden));
  assert.ok(!hidden.network.peerViews().some(({ direction, node }) => direction === 'outbound' && node === other.key));
});

test('another spelling of the address of a peer does not cost the connection to it', async () => {
  const honest = await startNode(2, { peerExchange: false });
  const gone: string[] = [];
  const node = await startNode(1, { bootstrap: [at(honest)], onPeerGone: (peer) => void gone.push(peer) });
  await until('connected', () => connected(node, honest) && connected(honest, node));
  node.network.connect(`localhost:${honest.port}`);
  await until('dialled', () =>
    node.log.some(({ fields }) => 'reason' in fields && fields.reason === 'we are connected already'),
  );
  assert.deepEqual(gone, []);
  assert.ok(connected(honest, node));
});

test('where an inbound peer is said to listen is an address that a line takes, whatever interface its connection came over', () => {
  const hosts = [
    '192.0.2.7',
    '2001:db8::7',
    'fe80::7%eth0',
    'fe80::7%br-0f3a',
    'fe80::7%wlan_0',
    'fe80::7%Ethernet 2',
    'unknown',
  ];
  const claimed = hosts.map((host) => claimedAddress(host, { listen_port: 9_000 }));
  assert.deepEqual(claimed, ['192.0.2.7:9000', '[2001:db8::7]:9000', ...Array(4).fill(undefined), 'unknown:9000']);
  for (const address of claimed) assert.ok(address === undefined || parseHostPort(address) !== undefined);
  const advertise = 'node.example.org:9000';
  assert.equal(claimedAddress('fe80::7%br-0f3a', { advertise, listen_port: 9_000 }), advertise);
  assert.equal(claimedAddress('192.0.2.7', {}), undefined);
});
