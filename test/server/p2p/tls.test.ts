import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { certificateKey, createNodeCertificate } from '../../../server/crypto/node-certificate.js';
import { FetchClient } from '../../../server/p2p/fetch-client.js';
import { createTlsTransport } from '../../../server/p2p/tls-transport.js';
import { speaksPlain, speaksTls, tlsNeeded } from '../../../server/p2p/tls-words.js';
import { until } from '../../hang-guard.js';
import { at, clock, connected, startNode, stopAll, type TestNode, voteOf, votesAt } from './fixture.js';

afterEach(stopAll);

const certificateOf = (seed: number) => createNodeCertificate(Buffer.alloc(32, seed));
const withTls = (seed: number, options = {}) => startNode(seed, { tls: certificateOf(seed), ...options });
const says = (node: TestNode, reason: string): boolean =>
  node.log.some(({ level, fields }) => level === 'warn' && (fields as { reason?: string }).reason === reason);

test('the certificate is of the node key, the same every time, and signed by it', () => {
  const seed = Buffer.alloc(32, 9);
  const { cert } = createNodeCertificate(seed);
  assert.equal(createNodeCertificate(seed).cert, cert);
  const read = new X509Certificate(cert);
  assert.equal(certificateKey(read), createSigner(seed).publicKey);
  assert.ok(read.verify(createPublicKey(cert)));
  assert.equal(read.subject, read.issuer);
  assert.match(read.validTo, /9999/);
});

test('nodes with TLS connect, and what travels inside is the same', async () => {
  const first = await withTls(1);
  const second = await withTls(2, { bootstrap: [at(first)] });
  const third = await withTls(3, { bootstrap: [at(second)], peerExchange: false });
  await until('connected', () => connected(first, second) && connected(third, second));
  first.network.broadcast({ type: 'vote', vote: voteOf(7) });
  await until('the vote is relayed', () => votesAt(second, 7) === 1 && votesAt(third, 7) === 1);
});

test('a plain node and one with TLS refuse each other, whoever opens, and both logs say why', async () => {
  for (const plainOpens of [true, false]) {
    const seed = plainOpens ? 10 : 20;
    const listener = plainOpens ? await withTls(seed) : await startNode(seed);
    const opener = plainOpens
      ? await startNode(seed + 1, { bootstrap: [at(listener)] })
      : await withTls(seed + 1, { bootstrap: [at(listener)] });
    await until('the listener says why', () => says(listener, plainOpens ? speaksPlain : speaksTls));
    await until('the opener says why', () => says(opener, plainOpens ? tlsNeeded : speaksPlain));
    assert.ok(!connected(listener, opener) && !connected(opener, listener));
    await stopAll();
  }
});

test('a certificate of another key than the node key claimed is refused', async () => {
  const node = await withTls(1);
  // Its certificate is of key 8, its hello and its proof are of key 2.
  const thief = await startNode(2, { tls: certificateOf(8), bootstrap: [at(node)] });
  await until('refused', () =>
    [node, thief].some(({ log }) =>
      log.some(({ fields }) => JSON.stringify(fields).includes('certificate is of another key')),
    ),
  );
  assert.ok(!connected(node, thief));
});

test('without a certificate, or with older TLS, nobody comes in', async () => {
  const node = await withTls(1);
  const attempts = [{}, { maxVersion: 'TLSv1.2' as const, ...certificateOf(5) }];
  for (const attempt of attempts) {
    const socket = tlsConnect({ port: node.port, host: '127.0.0.1', rejectUnauthorized: false, ...attempt });
    let answered = false;
    socket.on('secureConnect', () => socket.write('{"type":"ping","id":1}\n'));
    socket.on('data', () => {
      answered = true;
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    assert.equal(answered, false);
  }
});

test('questions that anyone may ask are answered over TLS to any certificate', async () => {
  const node = await withTls(1);
  const client = new FetchClient({ clock, tls: createTlsTransport(certificateOf(77), clock) });
  const answer = await client.ask(at(node), { type: 'get_genesis', id: 1 });
  assert.ok(answer.ok && (answer.value as { type?: string }).type === 'genesis', JSON.stringify(answer));
});
