/** Commands at a node that speaks HTTPS, where its certificate is not what they want. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createNodeCertificate } from '../../server/crypto/node-certificate.js';
import { Server } from '../../server/server.js';
import { endedLongAgo } from '../server/http/ended-certificate.js';
import { run, temporaryHome } from './programs.js';

test('a certificate that does not hold is no reason to start another node: what helps is said', async (t) => {
  const home = temporaryHome(t);
  const file = (name: string, text: string): string => {
    writeFileSync(join(home, name), text, { mode: 0o600 });
    return join(home, name);
  };
  const { cert, key } = createNodeCertificate(Buffer.alloc(32, 1));
  const keyFile = file('key.pem', key);
  const ask = async (certFile: string, authority?: string) => {
    const server = new Server({
      home: join(home, 'node'),
      httpTls: { cert: certFile, key: keyFile },
      logLevel: 'silent',
    });
    await server.start(0);
    const env = authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: authority };
    const asked = await run('server', home, ['status', '--home', join(home, 'node')], { env });
    await server.stop();
    assert.equal(asked.code, 7, asked.stdout);
    return asked.stderr;
  };
  const nameless = file('cert.pem', cert);
  assert.match(await ask(nameless), /by no authority known here.*\n {2}fix: Set NODE_EXTRA_CA_CERTS/);
  assert.match(await ask(nameless, nameless), /is for other names.*\n {2}fix: Name the node as its certificate does/);
  const ended = file('ended.pem', endedLongAgo(cert));
  assert.match(await ask(ended, ended), /has expired.*\n {2}fix: Put a new certificate and key in the place/);
});
