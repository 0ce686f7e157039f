/** Answers share the loop that votes: how many a turn of it gives, in what order, and what waits meanwhile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { defaultHttpLimits } from '../../../server/http/limits.js';
import { createHttpMetrics } from '../../../server/http/metrics.js';
import { createSubmit } from '../../../server/http/submit.js';
import { createTurns, type Turns } from '../../../server/http/turns.js';
import { sharedChainNode } from './chain-node.js';
import { listening, post } from './listening.js';

const shared = sharedChainNode();
const path = '/v1/epochs/current/schedule';

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Once it is answered, the server has the connection. */
async function askProbe(socket: Socket): Promise<void> {
  socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 /);
}

/** What reads a socket and what goes on after it has a slice each. */
function fewInTurn({ calls, mostInTurn }: { readonly calls: number; readonly mostInTurn: number }): void {
  assert.equal(calls, 40);
  assert.ok(mostInTurn <= 2, `${mostInTurn} in one turn`);
}

/** A node to which a schedule, or what is handed in, takes longer than a turn has for answers; with the most of them in one turn. */
async function slowNode() {
  const { api, transfer } = await shared();
  const seen = { calls: 0, mostInTurn: 0 };
  let inTurn = 0;
  const slowly = (): void => {
    if (inTurn === 0) {
      setImmediate(() => {
        inTurn = 0;
      });
    }
    inTurn += 1;
    seen.calls += 1;
    seen.mostInTurn = Math.max(seen.mostInTurn, inTurn);
    spin(6);
  };
  const schedule: typeof api.schedule = (...asked) => {
    slowly();
    return api.schedule(...asked);
  };
  const submit: typeof api.submit = (transactions) => {
    slowly();
    return api.submit(transactions);
  };
  return { api: { ...api, schedule, submit }, seen, transfer };
}

test('of transactions that come at once on many connections, a turn decodes and takes a few', async (t) => {
  const { api, seen, transfer } = await slowNode();
  const { port } = await listening(t, api);
  const sockets = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const socket = connect(port, '127.0.0.1');
      await askProbe(socket);
      return socket;
    }),
  );
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const body = JSON.stringify(transfer(0, undefined, 7));
  const head = `POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  const answers = sockets.map((socket) => once(socket, 'data'));
  for (const socket of sockets) socket.write(`${head}\r\n\r\n${body}`);
  for (const [answer] of await Promise.all(answers)) assert.match(String(answer), /^HTTP\/1\.1 20[02] /);
  fewInTurn(seen);
});

test('a long list is decoded over many turns, and handed in whole', async (t) => {
  const { api, transfer } = await shared();
  const requests: number[] = [];
  const node = {
    ...api,
    submit: async (transactions: readonly Transaction[]) => {
      requests.push(transactions.length);
      return transactions.map(() => ({ kind: 'full' as const, retry_after_s: 1, detail: 'Full.' }));
    },
  };
  let runs = 0;
  const turns: Pick<Turns, 'run'> = {
    async run(_, work) {
      runs += 1;
      await work();
    },
  };
  const metrics = createHttpMetrics(node, '', () => performance.now());
  t.after(() => metrics.close());
  const context = { node, limits: defaultHttpLimits, version: '', now: Date.now, startedAt: 0, names: new Map() };
  const submit = createSubmit(context, metrics, turns);
  const server = createServer((request, response) => void submit(request, response, new URLSearchParams()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const list = Array.from({ length: 1000 }, () => transfer(0, undefined, 7));
  const { body } = await post(`http://127.0.0.1:${port}/`, [...list.slice(1), { type: 'nothing' }]);
  const codes = body.items.map((item: { readonly code: string }) => item.code);
  assert.deepEqual(codes, [...Array(999).fill('mempool_full'), 'invalid_transaction']);
  assert.deepEqual(requests, [999]);
  assert.ok(runs > 10, `${runs}`);
});

for (const [how, connections, requests] of [
  ['from as many connections', 40, 1],
  ['on one connection, one behind the other', 1, 40],
] as const) {
  test(`requests that come at once ${how} are answered over many turns, and a probe between`, async (t) => {
    const { api, seen } = await slowNode();
    const { port } = await listening(t, api);
    const [probe, ...sockets] = await Promise.all(
      Array.from({ length: 1 + connections }, async () => {
        const socket = connect(port, '127.0.0.1');
        await askProbe(socket);
        return socket;
      }),
    );
    t.after(() => {
      for (const socket of [probe!, ...sockets]) socket.destroy();
    });
    let answers = 0;
    const all = new Promise<void>((resolve) => {
      for (const socket of sockets) {
        socket.on('data', (chunk: Buffer) => {
          answers += chunk.toString().split('HTTP/1.1 200 OK').length - 1;
          if (answers === 40) resolve();
        });
      }
    });
    for (const socket of sockets) socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(requests));
    await askProbe(probe!);
    assert.ok(seen.calls < 40, `the probe was answered after ${seen.calls}`);
    await all;
    fewInTurn(seen);
  });
}

test('what waits is done in order; of its connection nothing more is read until its last has begun', async () => {
  let now = 0;
  const turns = createTurns(() => now);
  const log: string[] = [];
  const socket = (name: string) => ({
    pause: () => void log.push(`pause ${name}`),
    resume: () => void log.push(`resume ${name}`),
  });
  const [a, b] = [socket('a'), socket('b')] as never[];
  const work = (name: string) => () => {
    log.push(name);
    now += 10;
  };
  const failing = turns.run(b!, () => Promise.reject(new Error('it failed')));
  await Promise.all([
    turns.run(a!, work('a1')),
    turns.run(a!, work('a2')),
    turns.run(b!, work('b1')),
    assert.rejects(failing, /it failed/),
  ]);
  assert.deepEqual(log, ['pause a', 'pause a', 'pause b', 'a1', 'resume a', 'a2', 'resume b', 'b1']);
});
