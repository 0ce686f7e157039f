import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Hash } from '../../../ledger/values/text.js';
import { handshakeText, makeProof, newerReplaces } from '../../../server/p2p/handshake.js';
import { until } from '../../hang-guard.js';
import { at, chain, connected, hashOf, keyOf, randomHash, startNode, stopAll } from './fixture.js';
import { destroyRawPeers, type RawPeer, raw } from './raw-peer.js';

afterEach(async () => {
  destroyRawPeers();
  await stopAll();
});

/** Says hello with one key's name and answers the node's challenge by a proof of the caller's making. */
async function greet(
  port: number,
  claimed: Hash,
  proof: (us: { challenge: Hash }, them: { node: Hash; challenge: Hash }) => object,
): Promise<RawPeer> {
  const peer = raw(port);
  const challenge = randomHash();
  peer.hello({ node: claimed, challenge });
  const hello = await peer.next('hello');
  await peer.next('proof');
  peer.send(proof({ challenge }, { node: hello.node as Hash, challenge: hello.challenge as Hash }));
  return peer;
}

async function assertRefused(peer: RawPeer, code: string): Promise<void> {
  assert.equal((await peer.next('error')).code, code);
  await peer.untilClosed();
}

test('an honest peer is welcome', async () => {
  const node = await startNode(1);
  const peer = raw(node.port);
  await peer.prove(keyOf(2), {}, keyOf(12));
  peer.send({ type: 'get_peers', id: 3 });
  assert.equal((await peer.next('peers')).id, 3);
  assert.equal(node.network.peerViews()[0]?.validator, keyOf(12).publicKey);
});

test('an impostor who claims a key that it does not hold is refused', async () => {
  const node = await startNode(1);
  const peer = await greet(node.port, keyOf(2).publicKey, (us, them) => {
    const side = { node: keyOf(2).publicKey, challenge: us.challenge, role: 'opener' as const };
    return makeProof(chain, side, { ...them, role: 'accepter' }, keyOf(3));
  });
  await assertRefused(peer, 'bad_proof');
  assert.equal(node.network.peers().length, 0);
});

test('an impostor who repeats the proof of another connection is refused', async () => {
  const node = await startNode(1);
  const honest = raw(node.port);
  let stolen: object = {};
  const send = honest.send.bind(honest);
  honest.send = (message) => {
    if ('signature' in message) stolen = message;
    send(message);
  };
  await honest.prove(keyOf(2));
  const peer = await greet(node.port, keyOf(2).publicKey, () => stolen);
  await assertRefused(peer, 'bad_proof');
});

test("an impostor who hands the node's own proof back is refused", async () => {
  const node = await startNode(1);
  const peer = raw(node.port);
  peer.hello({ node: node.key, challenge: randomHash() });
  await assertRefused(peer, 'self');
});

test('a proof for the other role does not count', async () => {
  const node = await startNode(1);
  const peer = await greet(node.port, keyOf(2).publicKey, (us, them) => {
    const side = { node: keyOf(2).publicKey, challenge: us.challenge, role: 'accepter' as const };
    return makeProof(chain, side, { ...them, role: 'opener' }, keyOf(2));
  });
  await assertRefused(peer, 'bad_proof');
});

test('a validator key that is claimed without its signature is refused', async () => {
  const node = await startNode(1);
  const peer = await greet(node.port, keyOf(2).publicKey, (us, them) => {
    const side = { node: keyOf(2).publicKey, challenge: us.challenge, role: 'opener' as const };
    const proof = makeProof(chain, side, { ...them, role: 'accepter' }, keyOf(2), keyOf(3));
    return { ...proof, validator: { ...proof.validator, key: keyOf(4).publicKey } };
  });
  await assertRefused(peer, 'bad_proof');
});

test("a node of another chain is told so, and this node's key signs nothing for it", async () => {
  const node = await startNode(1);
  const peer = raw(node.port);
  peer.hello({ node: keyOf(2).publicKey, chain: `other-${'1'.repeat(32)}`, genesis_hash: hashOf(8) });
  const error = await peer.next('error');
  assert.equal(error.code, 'wrong_chain');
  assert.match(String(error.detail), new RegExp(`is on chain ${chain}`));
  await peer.untilClosed();
  assert.ok(!peer.lines.some((line) => line.type === 'proof'));
});

test('a node of another protocol version is told so', async () => {
  const node = await startNode(1);
  const peer = raw(node.port);
  peer.hello({ node: keyOf(2).publicKey, protocol: 2 });
  await assertRefused(peer, 'wrong_protocol');
});

test('a message before the proof is refused, and so is welcome', async () => {
  const node = await startNode(1);
  for (const line of [{ type: 'get_peers', id: 1 }, { type: 'welcome' }]) {
    const peer = raw(node.port);
    peer.hello({ node: keyOf(2).publicKey });
    await peer.next('proof');
    peer.send(line);
    await assertRefused(peer, 'hello_first');
  }
  assert.equal(node.received.length, 0);
});

test('a line longer than 4 KiB before the proof is refused', async () => {
  const node = await startNode(1);
  const peer = raw(node.port);
  peer.write(`{"type":"hello","x":"${'x'.repeat(5_000)}"}\n`);
  await assertRefused(peer, 'bad_line');
});

test('a node that dials itself notices and stops trying', async () => {
  const node = await startNode(1);
  node.network.connect(at(node));
  await until('noticed', () => node.log.some(({ fields }) => /connect to itself/.test(JSON.stringify(fields))));
  assert.equal(node.network.peers().length, 0);
});

test('the same node over a second connection replaces its first one', async () => {
  const node = await startNode(1);
  const first = raw(node.port);
  await first.prove(keyOf(2));
  const second = raw(node.port);
  await second.prove(keyOf(2));
  await assertRefused(first, 'duplicate');
  await until('one peer is left', () => node.network.peers().length === 1);
});

test('a connection that was replaced is no peer any more, however long it takes to go', async () => {
  const node = await startNode(1);
  const count = (text: string): number => node.log.filter((line) => line.text === text).length;
  for (let connections = 1; connections <= 5; connections += 1) {
    const peer = raw(node.port);
    await peer.prove(keyOf(2));
    await until('it is connected', () => count('peer connected') === connections);
    // It does not read that the connection ends, and so does not end it.
    peer.pauseReading();
    assert.equal(node.network.peers().length, 1, `${connections} connections, ${count('peer gone')} gone`);
    assert.equal(node.network.stats().peersInbound, 1);
  }
});

test('both ends choose the same of two connections, in whatever order they see them', () => {
  const [low, high] = [hashOf(1), hashOf(2)];
  for (const lowOpenedFirst of [true, false]) {
    for (const [us, them] of [[low, high] as const, [high, low] as const]) {
      const older = lowOpenedFirst === (us === low);
      const kept = newerReplaces(us, them, older, !older) ? !lowOpenedFirst : lowOpenedFirst;
      assert.equal(kept, true, 'the connection opened by the lower key stays');
    }
  }
});

test('the text that is signed names chain, keys, challenges and role', () => {
  const us = { node: hashOf(1), challenge: hashOf(2), role: 'opener' as const };
  const them = { node: hashOf(3), challenge: hashOf(4), role: 'accepter' as const };
  assert.equal(
    handshakeText(chain, us, them),
    `slotledger/1/handshake\n{"by":"${hashOf(1)}","by_challenge":"${hashOf(2)}","by_role":"opener",` +
      `"chain":"${chain}","to":"${hashOf(3)}","to_challenge":"${hashOf(4)}"}`,
  );
});

test('denied, not allowed and banned nodes are refused after their proof', async () => {
  const node = await startNode(1, { deny: [keyOf(2).publicKey] });
  const denied = raw(node.port);
  await assert.rejects(denied.prove(keyOf(2)));
  assert.equal(denied.lines.at(-1)?.code, 'refused');

  const strict = await startNode(4, { allow: [keyOf(5).publicKey], bootstrap: [at(node)] });
  const friend = await startNode(5, { bootstrap: [at(strict)] });
  await until('friend', () => connected(strict, friend));
  assert.ok(!connected(strict, node));

  const banned = raw(node.port);
  node.verdict = () => ({ relay: false, peer: 'ban', reason: 'it lied about a vote' });
  await banned.prove(keyOf(6));
  banned.send({ type: 'ping' });
  assert.equal((await banned.next('error')).detail, 'it lied about a vote');
  await banned.untilClosed();
  const again = raw(node.port);
  await assert.rejects(again.prove(keyOf(6)));
  assert.equal(again.lines.at(-1)?.code, 'refused');
  assert.equal(node.network.stats().bannedPeers, 1);
});
