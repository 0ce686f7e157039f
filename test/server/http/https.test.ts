import assert from 'node:assert/strict';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { createNodeCertificate } from '../../../server/crypto/node-certificate.js';
import { createHttpServer } from '../../../server/http/http-server.js';
import { hangGuardMs } from '../../hang-guard.js';
import { temporaryDirectory } from '../nodes.js';
import { sharedChainNode } from './chain-node.js';
import { endedLongAgo } from './ended-certificate.js';

const shared = sharedChainNode();

/** Over a connection of its own. @returns the status, and the fingerprint of the certificate shown */
function ask(port: number, ca: string): Promise<{ status: number; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/livez', agent: false, ca, checkServerIdentity: () => undefined };
    get(options, (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, fingerprint: fingerprint256 }));
    }).on('error', reject);
  });
}

test('HTTPS takes replaced files without a restart, and keeps the old ones while new ones do not fit', async (t) => {
  const directory = temporaryDirectory(t);
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const [first, second] = [1, 2].map((seed) => createNodeCertificate(Buffer.alloc(32, seed)));
  const write = (name: 'cert' | 'key', text: string) => writeFileSync(files[name], text, { mode: 0o600 });
  write('cert', first!.cert);
  write('key', first!.key);
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const server = createHttpServer({ node: (await shared()).api, port: 0, tls: files, log });
  t.after(() => server.close());
  const { port } = await server.listen();
  const before = await ask(port, first!.cert);
  assert.equal(before.status, 200);
  await assert.rejects(ask(port, second!.cert));
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`), 'plain HTTP is not answered');

  const said = async (text: string): Promise<void> => {
    const deadline = Date.now() + hangGuardMs;
    while (!lines.some((line) => line.includes(text))) {
      assert.ok(Date.now() < deadline, `it was never said that ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  write('cert', second!.cert);
  await said('keeps its old certificate');
  assert.equal((await ask(port, first!.cert)).fingerprint, before.fingerprint);
  write('key', second!.key);
  await said('has a new certificate');
  const after = await ask(port, second!.cert);
  assert.equal(after.status, 200);
  assert.notEqual(after.fingerprint, before.fingerprint);
  // Such as a link to itself, or a directory that only root may enter now.
  lines.length = 0;
  rmSync(files.cert);
  symlinkSync(files.cert, files.cert);
  await said('cert.pem cannot be read (ELOOP)');
  assert.equal((await ask(port, second!.cert)).fingerprint, after.fingerprint);
});

test('files that do not fit keep the node from starting, with a sentence', async (t) => {
  const { api } = await shared();
  const directory = temporaryDirectory(t);
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const start = () => createHttpServer({ node: api, port: 0, tls: files, log: pino({ level: 'silent' }) });
  const [own, other] = [1, 2].map((seed) => createNodeCertificate(Buffer.alloc(32, seed)));
  assert.throws(start, { code: 'TLS_FILES_INVALID' });
  writeFileSync(files.cert, own!.cert);
  writeFileSync(files.key, other!.key, { mode: 0o600 });
  assert.throws(start, /is not the key of/);
  writeFileSync(files.key, 'nonsense');
  assert.throws(start, /is not a private key/);
  writeFileSync(files.key, own!.key);
  chmodSync(files.key, 0o644);
  assert.throws(start, { code: 'KEY_PERMISSIONS' });
  chmodSync(files.key, 0o600);
  writeFileSync(files.cert, `${own!.cert}\n-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n`);
  assert.throws(start, { code: 'TLS_FILES_INVALID', message: /cert\.pem cannot be shown to clients \(/ });
});

test('a certificate that has ended is told of at the start, and when it comes while the node runs', async (t) => {
  const directory = temporaryDirectory(t);
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const { cert, key } = createNodeCertificate(Buffer.alloc(32, 1));
  writeFileSync(files.key, key, { mode: 0o600 });
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const start = async (text: string) => {
    writeFileSync(files.cert, text);
    const server = createHttpServer({ node: (await shared()).api, port: 0, tls: files, log });
    t.after(() => server.close());
    await server.listen();
  };
  await start(endedLongAgo(cert));
  assert.match(lines.join(''), /cert\.pem has ended at 2001-01-01T00:00:00Z/);
  lines.splice(0);
  await start(cert);
  assert.equal(lines.join(''), '');
  writeFileSync(files.cert, endedLongAgo(cert));
  const deadline = Date.now() + hangGuardMs;
  while (!lines.some((line) => line.includes('has ended'))) {
    assert.ok(Date.now() < deadline, 'it was never told');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
