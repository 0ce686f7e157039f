import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { defaultHttpLimits } from '../../../server/http/limits.js';
import { sharedChainNode } from './chain-node.js';
import { call, listening, post } from './listening.js';

const shared = sharedChainNode();

/** A connection that has had one answer and is left open. */
async function idle(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => ['closed'])]);
  assert.match(String(answer), /^HTTP\/1\.1 200 /);
  return socket;
}

test('an answer says that its connection stays open for longer than proxies keep theirs', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const answer = await fetch(`${url}/livez`);
  const told = /timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1];
  assert.equal(Number(told) * 1000, defaultHttpLimits.keepAliveTimeoutMs);
  assert.ok(defaultHttpLimits.keepAliveTimeoutMs > 60_000);
});

for (const [what, limits] of [
  ['a few', { maxConnections: 8, maxListeners: 0 }],
  ['many', { maxConnections: 128, maxListeners: 0 }],
  ['those of event streams beside them', { maxConnections: 8, maxListeners: 40 }],
] as const) {
  test(`where places run short, idle connections give way to new ones: ${what}`, async (t) => {
    const { port } = await listening(t, (await shared()).api, limits);
    const sockets: Socket[] = [];
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    const most = limits.maxConnections + limits.maxListeners;
    const roomy = most - limits.maxConnections / 4;
    for (let i = 0; i < roomy; i += 1) sockets.push(await idle(port));
    assert.ok(sockets.every(({ readyState }) => readyState === 'open'));
    for (let i = roomy; i < 3 * most; i += 1) sockets.push(await idle(port));
  });
}

test('one on which an answer is awaited does not give way', async (t) => {
  const { api, transfer } = await shared();
  const { port, url } = await listening(t, api, { maxConnections: 8, maxListeners: 0 });
  const before = api.mempool().count;
  const answered = post(`${url}/v1/transactions?wait=final&timeout_ms=2000`, transfer(3, undefined, 8));
  while (api.mempool().count === before) await new Promise((resolve) => setImmediate(resolve));
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let i = 0; i < 24; i += 1) sockets.push(await idle(port));
  assert.equal((await answered).status, 202);
});

test('who opens connections on and on and asks slowly keeps nobody out who comes from elsewhere', async (t) => {
  const { port, url } = await listening(t, (await shared()).api, { maxConnections: 8, maxListeners: 0 });
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let i = 0; i < 12; i += 1) {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write('GET /livez HTTP/1.1\r\n');
  }
  for (let i = 0; i < 4; i += 1) {
    const socket = await idle(port);
    sockets.push(socket);
  }
  assert.equal((await fetch(`${url}/livez`)).status, 200);
});

test('streams from one address make room for one from elsewhere, until both have as many', async (t) => {
  const { port, url } = await listening(t, (await shared()).api, { maxListeners: 4 });
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const listen = async (localAddress: string): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
    sockets.push(socket);
    socket.write('GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    return String((await once(socket, 'data'))[0]).slice(9, 12);
  };
  const own: string[] = [];
  for (let i = 0; i < 5; i += 1) own.push(await listen('127.0.0.2'));
  assert.deepEqual(own, ['200', '200', '200', '200', '503']);
  const others: string[] = [];
  for (let i = 0; i < 3; i += 1) others.push(await listen('127.0.0.3'));
  assert.deepEqual(others, ['200', '200', '503']);
  assert.equal((await call(`${url}/v1/events`, { method: 'HEAD' })).status, 200);
});
