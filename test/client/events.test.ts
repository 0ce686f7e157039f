/** The event reader: the stream format, and taking a lost stream up again. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LedgerEvent } from '../../client/api-types.js';
import { createClient } from '../../client/http/client.js';
import { parseEvents } from '../../client/http/events.js';

async function* chunks(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function read(texts: readonly string[]): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const event of parseEvents(chunks(texts))) events.push(event);
  return events;
}

const stream =
  ': hello\n\nid: 1-0\nevent: final\ndata: {"index":1,\ndata: "hash":"0x1"}\n\n: beat\n\nevent:slot\ndata:{}\n\n';
const expected = [
  { id: '1-0', type: 'final', data: { index: 1, hash: '0x1' } },
  { type: 'slot', data: {} },
];

test('events are read as the stream format says: comments, ids, data of several lines', async () => {
  assert.deepEqual(await read([stream]), expected);
});

test('where the network cuts the stream does not matter, with any line end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(stream.length)), fc.constantFrom('\n', '\r\n'), async (cuts, lineEnd) => {
      const text = stream.replaceAll('\n', lineEnd);
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
      assert.deepEqual(await read(pieces), expected);
    }),
  );
});

test('a lost stream is taken up again after the last event seen', async (t) => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://node.test').searchParams.get('since') ?? undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = Number(asked.at(-1) ?? 0) + 1;
    response.write(`id: ${next}\nevent: final\ndata: {"index":${next}}\n\n`, () => request.socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const stop = new AbortController();
  const seen: unknown[] = [];
  for await (const event of client.events({ types: ['final'], signal: stop.signal })) {
    seen.push(event.data);
    if (seen.length === 3) stop.abort();
  }
  assert.deepEqual(seen, [{ index: 1 }, { index: 2 }, { index: 3 }]);
  assert.deepEqual(asked, [undefined, '1', '2']);
});

test('a stream that is lost before anything came is taken up where it began, and where the node had read to', async (t) => {
  const asked: (string | undefined)[] = [];
  const places: string[] = [];
  const beginnings = [': welcome\nid: 17\n\n', ': welcome\nid: 17\n\n: heartbeat\nid: 23\n\n'];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://node.test').searchParams.get('since') ?? undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = beginnings.shift();
    if (next === undefined) response.write('id: 24.1\nevent: transaction\ndata: {"index":24}\n\n');
    else response.write(next, () => request.socket.end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  for await (const { data } of client.events({ types: ['transaction'], onPlace: (place) => places.push(place) })) {
    assert.deepEqual(data, { index: 24 });
    break;
  }
  assert.deepEqual(asked, [undefined, '17', '23']);
  assert.deepEqual(places, ['17', '17', '23', '24.1']);
});

test('a connection over which nothing comes any more is given up, however long a reader takes over an event', async (t) => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://node.test').searchParams.get('since') ?? undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${asked.length}\nevent: final\ndata: {}\n\n`);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let tellReason: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    tellReason = resolve;
  });
  const events = client.events({ types: ['final'], onReconnect: (reason) => tellReason(reason) });
  await events.next();
  t.mock.timers.tick(3_600_000);
  const second = events.next();
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(59_999);
  assert.equal(asked.length, 1);
  t.mock.timers.tick(1);
  assert.equal(await lost, 'nothing came for 60 s');
  t.mock.timers.tick(200);
  assert.equal((await second).value?.id, '2');
  assert.deepEqual(asked, [undefined, '1']);
  await events.return();
});

test('a refused subscription is a problem, not an endless retry', async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ status: 400, code: 'bad_query', detail: 'No such type.', fix: 'Name one.' }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await assert.rejects(client.events().next(), { name: 'ApiProblem', code: 'bad_query' });
});

test('events after a place: `since` reaches the node as it is called there, a 0 too', async () => {
  const asked: string[] = [];
  const client = createClient({
    url: 'http://node.test',
    fetch: async (input) => {
      asked.push(String(input));
      return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  for (const since of [0, '0', 17, '17.2']) await client.events({ types: ['final'], since }).next();
  assert.deepEqual(
    asked.map((url) => new URL(url).searchParams.get('since')),
    ['0', '0', '17', '17.2'],
  );
});

test('an option of events that is not known, or a place that is none, is refused at once', () => {
  const client = createClient({ url: 'http://node.test', fetch: () => assert.fail('nothing is to be asked') });
  const events = client.events as (options: object) => unknown;
  assert.throws(() => events({ lastEventId: '0' }), {
    name: 'TypeError',
    message: 'events knows no option "lastEventId"; it knows types, address, since, signal, onPlace, onReconnect.',
  });
  for (const since of [-1, 1.5, Number.NaN, '', 'now', '1.2.3', '01', null, {}]) {
    assert.throws(() => events({ since }), /^TypeError: since is .*; give the id of an event/, String(since));
  }
});

test('the first connection has to succeed: nobody there, or somebody else, is said at once', async (t) => {
  const gone = createServer();
  await new Promise<void>((listening) => gone.listen(0, '127.0.0.1', listening));
  const { port } = gone.address() as AddressInfo;
  await new Promise((closed) => gone.close(closed));
  const nobody = createClient({ url: `http://127.0.0.1:${port}` });
  await assert.rejects(nobody.events().next(), { name: 'NodeUnreachable', reason: 'connection refused' });

  const page = createServer((_request, response) => response.end('<html>'));
  await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening));
  t.after(() => page.close());
  const another = createClient({ url: `http://127.0.0.1:${(page.address() as AddressInfo).port}` });
  await assert.rejects(another.events().next(), /what answers there does not send events/);

  const silent = createServer();
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  t.after(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const late = createClient({ url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, timeoutMs: 50 });
  await assert.rejects(late.events().next(), /no answer in time/);
});

test('a reader that is stopped while nothing comes ends without another connection', async (t) => {
  let connections = 0;
  const server = createServer((_request, response) => {
    connections += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': nothing yet\n\n');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const stop = new AbortController();
  const next = client
    .events({ signal: stop.signal, onReconnect: () => assert.fail('it is not taken up again') })
    .next();
  setTimeout(() => stop.abort(), 100);
  assert.deepEqual(await next, { value: undefined, done: true });
  assert.equal(connections, 1);
});
