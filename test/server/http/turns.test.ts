/** Answers share the loop that votes: how many a turn of it gives, in what order, and what waits meanwhile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { createTurns } from '../../../server/http/turns.js';
import { sharedChainNode } from './chain-node.js';
import { listening } from './listening.js';

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

/** A node to which each schedule takes longer than a turn has for answers. @returns with the most that one turn gave */
async function slowNode() {
  const { api } = await shared();
  const seen = { calls: 0, mostInTurn: 0 };
  let inTurn = 0;
  const schedule: typeof api.schedule = (...asked) => {
    if (inTurn === 0) {
      setImmediate(() => {
        inTurn = 0;
      });
    }
    inTurn += 1;
    seen.calls += 1;
    seen.mostInTurn = Math.max(seen.mostInTurn, inTurn);
    spin(6);
    return api.schedule(...asked);
  };
  return { api: { ...api, schedule }, seen };
}

for (const [how, connections, requests] of [
  ['from as many connections', 40, 1],
  ['on one connection, one behind the other', 1, 40],
] as const) {
  test(`requests that come at once ${how} are answered one in a turn, if they take as long, and a probe between`, async (t) => {
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
    assert.deepEqual(seen, { calls: 40, mostInTurn: 1 });
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
