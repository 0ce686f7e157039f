/** The way to a later validator set ends, whatever the node does that is asked for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { clientCrypto } from '../../client/crypto.js';
import { type Client, createClient } from '../../client/http/client.js';
import { reachEpoch } from '../../client/light/reach-epoch.js';
import { chain, epochOf } from './light-chain.js';

const trusted = epochOf(0, [1, 2, 3, 4]).entry;
const tip = 50;

/** A node in epoch 2 that says nothing by itself. `say` resolves when the client has read the place. */
async function silentNode(t: TestContext) {
  let stream: ServerResponse | undefined;
  let onPlace: (place: string) => void = () => undefined;
  let blocks = 0;
  const answers: { readonly [path: string]: object } = {
    '/v1/epochs/current': { number: 2 },
    '/v1/status': { final: { index: tip } },
  };
  const server = createServer((request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    if (path === '/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      stream = response;
      server.emit('listener');
      return;
    }
    if (path.startsWith('/v1/blocks/')) {
      blocks += 1;
      server.emit('asked');
      response.writeHead(429, { 'retry-after': '86400' }).end('{}');
      return;
    }
    response.end(JSON.stringify(answers[path]));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const plain = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const client: Client = {
    ...plain,
    events: (options = {}) =>
      plain.events({
        ...options,
        onPlace: (place) => {
          options.onPlace?.(place);
          onPlace(place);
        },
      }),
  };
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return {
    client,
    listener: once(server, 'listener'),
    asked: once(server, 'asked'),
    blocks: () => blocks,
    async say(text: string): Promise<void> {
      const heard = new Promise<string>((resolve) => {
        onPlace = resolve;
      });
      stream?.write(text);
      await heard;
      // What the reader does about it has been done.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const isOver = async (way: Promise<unknown>): Promise<boolean> =>
  Promise.race([way.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

test('a node that says nothing leads nowhere after a minute', async (t) => {
  const node = await silentNode(t);
  const way = reachEpoch(clientCrypto, chain, trusted, node.client, 2);
  await node.listener;
  await node.say(': welcome\nid: 0\n\n');
  t.mock.timers.tick(59_999);
  assert.equal(await isOver(way), false);
  t.mock.timers.tick(1);
  const reached = await way;
  assert.ok(!reached.ok);
  assert.match(reached.problem, /^The node at \S+ came no further for 60 s on the way to epoch 2\.$/);
});

test('one that reads on in its chain has time; one that says the same again, or what comes after its end, has not', async (t) => {
  const node = await silentNode(t);
  const way = reachEpoch(clientCrypto, chain, trusted, node.client, 2);
  await node.listener;
  await node.say(': welcome\nid: 0\n\n');
  for (const place of ['9', '20', '21.3', String(tip)]) {
    t.mock.timers.tick(50_000);
    await node.say(`: heartbeat\nid: ${place}\n\n`);
  }
  t.mock.timers.tick(30_000);
  for (const place of [String(tip), `${tip}.7`, '3', `${tip + 1}`, '9007199254740991', 'x']) {
    await node.say(`id: ${place}\nevent: epoch\ndata: {"number":0,"index":7}\n\n`);
  }
  t.mock.timers.tick(29_999);
  assert.equal(await isOver(way), false);
  t.mock.timers.tick(1);
  assert.equal((await way).ok, false);
});

test('one that has no time for a whole day ends the way as well, and a signal ends it at once', async (t) => {
  const node = await silentNode(t);
  const way = reachEpoch(clientCrypto, chain, trusted, node.client, 2);
  await node.listener;
  await node.say(': welcome\nid: 0\n\n');
  await node.say('id: 7.1\nevent: epoch\ndata: {"number":1,"index":7}\n\n');
  await node.asked;
  await node.client.status();
  t.mock.timers.tick(60_000);
  assert.equal((await way).ok, false);
  assert.equal(node.blocks(), 1);
  const stop = new AbortController();
  const stopped = reachEpoch(clientCrypto, chain, trusted, node.client, 2, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(stopped, /enough/);
});
