import assert from 'node:assert/strict';
import { Server as HttpServer } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { SlotledgerError } from '../../../server/errors.js';
import { hostName, isLoopback } from '../../../server/http/guard.js';
import { createHttpServer } from '../../../server/http/http-server.js';
import { hangGuardMs } from '../../hang-guard.js';
import { sharedChainNode } from './chain-node.js';
import { call, listening, post } from './listening.js';

const shared = sharedChainNode();
/** Waits for ever: a transaction before it in its lane is never made. */
const waiting = async (nonce: number) => (await shared()).transfer(nonce, undefined, 7);

/** What comes back for these bytes. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const get = (host: string): string => `GET /v1/status HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;

test('a port in use is refused with the command that works', async (t) => {
  const { api } = await shared();
  const { port } = await listening(t, api);
  const second = createHttpServer({ node: api, port, log: pino({ level: 'silent' }) });
  await assert.rejects(second.listen(), (error) => {
    assert.ok(error instanceof SlotledgerError);
    assert.equal(error.code, 'PORT_IN_USE');
    assert.match(error.fix, new RegExp(`--http-port ${port + 1}`));
    return true;
  });
  await second.close();
});

test('while bound to loopback only names of this machine are served', async (t) => {
  const { port } = await listening(t, (await shared()).api, { allowedHosts: ['node.lan'] });
  for (const host of [`127.0.0.1:${port}`, 'localhost', `localhost:${port}`, '[::1]:80', '127.8.8.8', 'node.lan']) {
    assert.match(await raw(port, get(host)), /^HTTP\/1\.1 200 /, host);
  }
  for (const host of ['evil.example', 'localhost.evil.example', '10.0.0.1', '127.0.0.1.evil.example', 'a b', '']) {
    const answer = await raw(port, get(host));
    assert.match(answer, /^HTTP\/1\.1 403 /, host);
    assert.match(answer, /"code":"host_not_allowed"/, host);
  }
  assert.match(await raw(port, 'GET / HTTP/1.0\r\n\r\n'), /"code":"host_not_allowed"/);
});

test('a request with two Host headers is refused, whoever is named first', async (t) => {
  const { port } = await listening(t, (await shared()).api);
  for (const [first, second] of [
    ['localhost', 'evil.example'],
    ['evil.example', 'localhost'],
    ['localhost', 'localhost'],
  ]) {
    const answer = await raw(port, get(`${first}\r\nHost: ${second}`));
    assert.match(answer, /^HTTP\/1\.1 (400|403) /);
    assert.match(answer, /"code":"malformed_request","detail":"The request has more than one Host header\."/);
  }
});

test('the host that a target names counts as well', async (t) => {
  const { port } = await listening(t, (await shared()).api);
  const at = (target: string): Promise<string> => raw(port, get('localhost').replace('/v1', `${target}/v1`));
  assert.match(await at(`http://127.0.0.1:${port}`), /^HTTP\/1\.1 200 /);
  assert.match(await at('http://evil.example'), /not reached as \\"evil\.example\\"/);
  assert.match(await at('HTTP://localhost@evil.example'), /"code":"host_not_allowed"/);
});

test('names and addresses are read exactly', () => {
  assert.equal(hostName('[::1]:8080'), '::1');
  assert.equal(hostName('LocalHost:1'), 'localhost');
  assert.equal(hostName('localhost:1:2'), undefined);
  assert.equal(hostName('user@localhost'), undefined);
  assert.equal(isLoopback('::ffff:127.0.0.1'), true);
  assert.equal(isLoopback('128.0.0.1'), false);
  assert.equal(isLoopback('127.evil.example'), false);
});

test('pages of other sites may not post, and read only where allowed', async (t) => {
  const { url, port } = await listening(t, (await shared()).api);
  const foreign = await post(`${url}/v1/transactions`, await waiting(1), { origin: 'https://evil.example' });
  assert.deepEqual([foreign.status, foreign.body.code], [403, 'origin_not_allowed']);
  assert.equal((await post(`${url}/v1/faucet`, {}, { origin: 'null' })).body.code, 'origin_not_allowed');
  assert.equal(
    (await post(`${url}/v1/faucet`, {}, { 'sec-fetch-site': 'cross-site' })).body.code,
    'origin_not_allowed',
  );
  const own = await post(`${url}/v1/transactions`, await waiting(1), { origin: `http://127.0.0.1:${port}` });
  assert.equal(own.status, 202);
  const read = await call(`${url}/v1/status`, { headers: { origin: 'https://evil.example' } });
  assert.equal(read.headers.get('access-control-allow-origin'), null);

  const open = await listening(t, (await shared()).api, { allowedOrigins: ['https://wallet.example'] });
  const headers = { origin: 'https://wallet.example' };
  const allowed = await post(`${open.url}/v1/transactions`, await waiting(1), headers);
  assert.equal(allowed.status, 202);
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://wallet.example');
  const preflight = await call(`${open.url}/v1/transactions`, {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://wallet.example');
});

test('too many requests from one address are 429 with Retry-After; this machine is exempt by default', async (t) => {
  const limited = await listening(t, (await shared()).api, { requestsPer10s: 3, limitLoopback: true });
  for (let i = 0; i < 3; i += 1) assert.equal((await call(`${limited.url}/livez`)).status, 200);
  for (const answer of [await call(`${limited.url}/livez`), await post(`${limited.url}/v1/transactions`, {})]) {
    assert.deepEqual([answer.status, answer.body.code], [429, 'rate_limited']);
    const wait = Number(answer.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 10);
  }
  const exempt = await listening(t, (await shared()).api, { requestsPer10s: 3 });
  for (let i = 0; i < 6; i += 1) assert.equal((await call(`${exempt.url}/livez`)).status, 200);
});

test('what is not HTTP, or too long, or too slow, gets a problem and loses its connection', async (t) => {
  const { port } = await listening(t, (await shared()).api, { maxHeaderBytes: 2000 });
  const long = await raw(port, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(3000)}\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 431 /);
  assert.match(long, /"code":"headers_too_large"/);
  const nonsense = await raw(port, '\x16\x03\x01\x02\x00\x01\r\n\r\n');
  assert.match(nonsense, /^HTTP\/1\.1 400 /);
  assert.match(nonsense, /"code":"malformed_request"/);
});

test('a request that does not arrive in time is 408', async (t) => {
  const timing = { headersTimeoutMs: 50, requestTimeoutMs: 100, connectionsCheckMs: 20 };
  const { port } = await listening(t, (await shared()).api, timing);
  const answer = await raw(port, 'GET / HTTP/1.1\r\nhost: localhost\r\n');
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /"code":"request_timeout"/);
});

test('answers carry safe headers, and pages load nothing from elsewhere', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  for (const path of ['/', '/docs', '/docs/problems', '/docs/problems/nonce_taken', '/assets/landing.js']) {
    const got = await call(url + path);
    assert.equal(got.status, 200, path);
    assert.equal(got.headers.get('x-powered-by'), null);
    assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
    assert.match(got.headers.get('content-security-policy') ?? '', /default-src 'self'/);
    assert.doesNotMatch(got.body, /https?:\/\/(?!127\.0\.0\.1)/, path);
    for (const [, target] of (got.body as string).matchAll(/(?:href|src)="(\/[^"]*)"/g)) {
      assert.equal((await call(url + target)).status, 200, `${path} links to ${target}`);
    }
  }
  const [data, page] = [await call(`${url}/v1/status`), await call(`${url}/docs`)];
  for (const [name, value] of page.headers) {
    if (/^(x-|content-security|cross-origin|origin-agent|referrer)/.test(name)) {
      assert.equal(data.headers.get(name), value, name);
    }
  }
  assert.equal((await call(`${url}/docs/files/package.json`)).body.code, 'route_not_found');
  assert.equal((await call(`${url}/docs/files/..%2fpackage.json`)).body.code, 'route_not_found');
});

test('closing ends at once when nothing is open, and lets an open answer finish', {
  timeout: hangGuardMs,
}, async (t) => {
  const { api } = await shared();
  // Neither what closes idle connections nor what cuts answers off after a while helps it.
  t.mock.method(HttpServer.prototype, 'closeAllConnections', () => {});
  const server = await listening(t, api, { keepAliveTimeoutMs: 2 * hangGuardMs });
  const before = api.mempool().count;
  const answered = post(`${server.url}/v1/transactions?wait=final&timeout_ms=50`, await waiting(9));
  while (api.mempool().count === before) await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  assert.equal((await answered).status, 202);
  await assert.rejects(fetch(`${server.url}/livez`));
});
