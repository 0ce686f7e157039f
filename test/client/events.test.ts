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
    asked.push(request.headers['last-event-id'] as string | undefined);
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
