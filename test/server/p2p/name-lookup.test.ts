/** Names in addresses: all that one stands for is tried, and names that nobody answers for hold nothing up. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createAddressBook } from '../../../server/p2p/address-book.js';
import { createDialler, type DiallerOptions } from '../../../server/p2p/dialler.js';
import { FetchClient } from '../../../server/p2p/fetch-client.js';
import { DIAL_INTERVAL_MS, DIAL_TIMEOUT_MS } from '../../../server/p2p/limits.js';
import { createNameLookup, type NameLookupOptions } from '../../../server/p2p/name-lookup.js';
import { until } from '../../hang-guard.js';
import { silentPeer } from '../../silent-peer.js';
import { clock, handClock, hashOf } from './fixture.js';

const found = (...addresses: readonly string[]) => addresses.map((address) => ({ address, family: 4 }));

test('each attempt begins with another address of a name, so that none keeps this node from the others for good', async (t) => {
  const { listener } = await silentPeer(t, '0.0.0.0');
  const { port } = listener.address() as AddressInfo;
  const random = [0, 0.4, 0.99];
  const names = createNameLookup({
    random: () => random.shift() ?? 0,
    ask: (_, answer) => answer(null, found('127.0.0.1', '127.0.0.2', '127.0.0.3')),
  });
  const client = new FetchClient({ clock, lookup: names.lookup });
  const met: (string | undefined)[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const connected = await client.connect(`nodes.test:${port}`);
    assert.ok(connected.ok);
    met.push(connected.value.socket.remoteAddress);
    connected.value.socket.destroy();
  }
  assert.deepEqual(met, ['127.0.0.1', '127.0.0.2', '127.0.0.3']);
});

test('a name that has no answer yet is not asked for again, and one answer serves all', () => {
  const asked: [string, (...answer: Parameters<Parameters<NonNullable<NameLookupOptions['ask']>>[1]>) => void][] = [];
  const names = createNameLookup({ random: () => 0, ask: (name, answer) => void asked.push([name, answer]) });
  const answers: unknown[] = [];
  for (let i = 0; i < 3; i += 1) {
    names.lookup('slow.test', { all: true }, (problem, addresses) => void answers.push([problem, addresses]));
  }
  assert.deepEqual([asked.length, names.isAsking()], [1, true]);
  asked[0]?.[1](null, found('127.0.0.9'));
  assert.deepEqual(answers, Array(3).fill([null, found('127.0.0.9')]));
  assert.equal(names.isAsking(), false);
});

const others = (count: number, addressOf: (i: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, i) => addressOf(i));

/** A dialler that knows a bootstrap address and others where nodes proved themselves; time passes by hand. */
function startDialler(
  t: TestContext,
  bootstrap: readonly string[],
  known: readonly string[],
  options: Pick<DiallerOptions, 'names' | 'isSubnetFull'>,
) {
  const time = handClock();
  const book = createAddressBook({
    clock: time,
    random: () => 0.5,
    bootstrap,
    file: undefined,
    onFileProblem: assert.fail,
  });
  for (const [i, address] of known.entries()) book.onProved(address, hashOf(i));
  const reached: string[] = [];
  const sockets: Socket[] = [];
  const dialler = createDialler({
    clock: time,
    book,
    logger: { debug() {}, info() {}, warn() {} },
    bootstrapOnly: false,
    inUse: () => reached,
    isOut: () => false,
    room: () => ({ total: 50, chosen: 16 }),
    maxReserved: 8,
    tls: undefined,
    onSocket: (socket, address) => {
      reached.push(address);
      sockets.push(socket);
    },
    onFailed: () => {},
    ...options,
  });
  t.after(() => {
    dialler.stop();
    for (const socket of sockets) socket.destroy();
  });
  dialler.start();
  return { time, reached };
}

test('however many names others told that nobody answers for, one at a time is asked for, and bootstrap names are', async (t) => {
  const listener = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const asked: string[] = [];
  const ask: NameLookupOptions['ask'] = (name, answer) => {
    asked.push(name);
    if (name === 'own.test') setImmediate(answer, null, found('127.0.0.1'));
  };
  const silent = others(50, (i) => `n${i}.silent.test:9000`);
  const { time, reached } = startDialler(t, [`own.test:${port}`], silent, {
    names: { random: () => 0, ask },
    isSubnetFull: () => false,
  });
  time.pass(DIAL_INTERVAL_MS);
  await until('the bootstrap address is reached', () => reached.length === 1);
  // The dial is given up, and its name has no answer still.
  time.pass(DIAL_TIMEOUT_MS);
  await new Promise((resolve) => setImmediate(resolve));
  time.pass(60_000);
  assert.deepEqual(asked, ['own.test', 'n0.silent.test']);
});

test('where a subnet holds its part of the chosen peers, no more of it are dialled, and bootstrap addresses are', async (t) => {
  const { listener } = await silentPeer(t, '0.0.0.0');
  const { port } = listener.address() as AddressInfo;
  const full = others(20, (i) => `127.0.1.${i + 1}:${port}`);
  const { time, reached } = startDialler(
    t,
    [`127.0.1.99:${port}`],
    [...full, `127.0.2.1:${port}`, `full.test:${port}`],
    {
      names: { random: () => 0, ask: (_, answer) => setImmediate(answer, null, found('127.0.1.50')) },
      isSubnetFull: (host) => host.startsWith('127.0.1.'),
    },
  );
  time.pass(DIAL_INTERVAL_MS);
  await until('both are reached', () => reached.length === 2);
  time.pass(60_000);
  assert.deepEqual([...reached].sort(), [`127.0.1.99:${port}`, `127.0.2.1:${port}`]);
});
