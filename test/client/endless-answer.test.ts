/** Whoever answers at the address of a node cannot fill the memory of who asks. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createClient } from '../../client/index.js';

const mebibyte = Buffer.alloc(1_048_576, ' ');
const most = 64;

test('an answer without an end is given up after 64 MiB, one of that length is read', {
  timeout: 240_000,
}, async (t) => {
  let sent = 0;
  let mebibytes = Number.POSITIVE_INFINITY;
  const send = (response: ServerResponse): void => {
    for (; sent < mebibytes; sent += 1) if (!response.write(mebibyte)) return;
    response.end();
  };
  const server = createServer((request, response) => {
    sent = 0;
    response.writeHead(request.url === '/readyz' ? 503 : 200, { 'content-type': 'application/json' });
    response.on('drain', () => {
      sent += 1;
      send(response);
    });
    response.write('{"a":1}');
    send(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createClient({ url, timeoutMs: 100_000 });
  for (const ask of [() => client.status(), () => client.ready()]) {
    await assert.rejects(ask(), {
      name: 'NodeUnreachable',
      message: `No node answers at ${url} (what answers there sends more than ${most} MiB).`,
    });
    assert.ok(sent < 2 * most, `${sent} MiB were read`);
  }
  mebibytes = most - 1;
  assert.deepEqual(await client.status(), { a: 1 });
});
