/** Event streams by the hundred: whoever listens gets all of it once, nobody keeps the others waiting, work is done once. */
import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import { blockEnd } from '../../../server/http/events/block-events.js';
import { createEventSource, type EventSource } from '../../../server/http/events/event-source.js';
import { createFanOut, type Reader } from '../../../server/http/events/fan-out.js';
import { createListener } from '../../../server/http/events/listener.js';
import { startChainNode } from './chain-node.js';
import { type Listening, listening } from './listening.js';

interface Heard {
  readonly opened: Promise<void>;
  /** Resolves when so many events are here; their ids in order. */
  readonly ids: (count: number) => Promise<readonly string[]>;
}

function hear(t: TestContext, { url }: Listening, query: string): Heard {
  let text = '';
  let told = (): void => {};
  const found = (): readonly string[] => [...text.matchAll(/^id: (\S+)\nevent: /gm)].map(([, id]) => id!);
  const opened = new Promise<void>((resolve, reject) => {
    const asked = get(`${url}/v1/events${query}`, (response) => {
      assert.equal(response.statusCode, 200);
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        resolve();
        told();
      });
      response.on('error', () => {});
    });
    asked.on('error', reject);
    t.after(() => asked.destroy());
  });
  const ids = (count: number): Promise<readonly string[]> =>
    new Promise((resolve) => {
      told = () => {
        if (found().length >= count) resolve(found());
      };
      told();
    });
  return { opened, ids };
}

test('three hundred listeners get every event once and in order, new ones and those that read from the beginning', async (t) => {
  const node = await startChainNode(t);
  await node.finalise([node.transfer(0)]);
  await node.finalise([node.transfer(1), node.transfer(2)]);
  const server = await listening(t, node.api, { maxListeners: 300 });
  const fresh = Array.from({ length: 200 }, () => hear(t, server, '?types=final,transaction'));
  const old = Array.from({ length: 100 }, () => hear(t, server, '?types=final,transaction&since=0'));
  await Promise.all([...fresh, ...old].map(({ opened }) => opened));
  await node.finalise([node.transfer(3)]);
  await node.finalise([node.transfer(4)]);
  const latest = ['3.0', '3.1', '4.0', '4.1'];
  const before = ['1.0', '1.1', '2.0', '2.1', '2.2'];
  for (const one of fresh) assert.deepEqual(await one.ids(latest.length), latest);
  for (const one of old) assert.deepEqual(await one.ids(before.length + latest.length), [...before, ...latest]);
});

test('an event is put into its form once, whoever wants it', async (t) => {
  const node = await startChainNode(t);
  await node.finalise([node.transfer(0)]);
  const source = createEventSource(node.api);
  const [first] = source.eventsOf(1)!;
  const [again] = source.eventsOf(1)!;
  assert.equal(first!.bytes(), again!.bytes());
  assert.match(first!.bytes().toString(), /^id: 1\.0\nevent: final\ndata: \{.*\}\n\n$/);
});

for (const limits of [
  { bytes: 6_000, blocks: 1_000 },
  { bytes: 1_000_000_000, blocks: 4 },
]) {
  test(`what is kept for listeners is bounded in ${limits.blocks === 4 ? 'number' : 'bytes'}: of the latest blocks and of old ones, each for itself`, async (t) => {
    const node = await startChainNode(t);
    const blocks = 40;
    await node.pay(blocks);
    const source = createEventSource(node.api, limits);
    const kept = (from: number, to: number): number[] => {
      const indexes = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      return indexes.filter((index) => source.isAtHand(index));
    };
    const tip = source.tip();
    for (let index = 1; index <= tip; index += 1) source.eventsOf(index);
    const old = kept(1, tip - 32);
    const latest = kept(tip - 31, tip);
    assert.ok(old.length > 0 && old.length < 8, `${old.length} of the old blocks are kept: ${old}`);
    assert.ok(latest.length > 1 && latest.length < 8, `${latest.length} of the latest are kept: ${latest}`);
    assert.deepEqual(latest, kept(tip - latest.length + 1, tip), 'the last ones are kept');
    source.eventsOf(1);
    assert.deepEqual(kept(tip - 31, tip), latest, 'who reads from the beginning does not push out what all want');
    assert.ok(source.isAtHand(1));
  });
}

test('a block is kept as long as all want it, however large it is', async (t) => {
  const node = await startChainNode(t);
  await node.pay(2);
  const source = createEventSource(node.api, { bytes: 1, blocks: 1 });
  const tip = source.tip();
  assert.equal(source.eventsOf(tip), source.eventsOf(tip));
  assert.ok(source.isAtHand(tip));
  source.eventsOf(tip - 1);
  assert.ok(source.isAtHand(tip - 1), 'what was read last is kept for those who want it too');
});

/** Counts turns of the event loop until told to stop. */
function countTurns(t: TestContext): () => number {
  let turns = 0;
  let next: NodeJS.Immediate;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  next = setImmediate(count);
  t.after(() => clearImmediate(next));
  return () => turns;
}

test('other work gets its turn between the listeners, however many there are', async (t) => {
  let now = 0;
  const turnsOfLoop = countTurns(t);
  const fanOut = createFanOut(() => now);
  t.after(fanOut.close);
  const servedIn: number[] = [];
  await new Promise<void>((allServed) => {
    for (let n = 0; n < 100; n += 1) {
      const reader: Reader = {
        turn: () => {
          now += 1;
          if (servedIn.push(turnsOfLoop()) === 100) allServed();
          return 'done';
        },
      };
      fanOut.add(reader);
    }
  });
  for (const turn of new Set(servedIn)) {
    const together = servedIn.filter((one) => one === turn).length;
    assert.ok(together <= 2, `${together} listeners were served in one turn, each for a millisecond`);
  }
});

test('who has to read the ledger waits for those who want what is new, and both come to their turn', async (t) => {
  let now = 0;
  const fanOut = createFanOut(() => now);
  t.after(fanOut.close);
  const served: string[] = [];
  await new Promise<void>((allServed) => {
    const serve = (name: string, ms: number): void => {
      now += ms;
      if (served.push(name) === 40) allServed();
    };
    for (let n = 0; n < 20; n += 1) {
      fanOut.add({
        turn: (mayRead) => {
          if (!mayRead) return 'behind';
          serve('old', 5);
          return 'done';
        },
      });
      fanOut.add({
        turn: () => {
          serve('new', 1);
          return 'done';
        },
      });
    }
  });
  assert.ok(served.lastIndexOf('new') < served.lastIndexOf('old'), served.join(' '));
  assert.ok(served.indexOf('old') < served.lastIndexOf('new'), served.join(' '));
  const reads = served.slice(0, served.lastIndexOf('new')).filter((name) => name === 'old').length;
  assert.ok(reads <= 10, `${reads} of 20 reads came before the last who wanted what is new`);
});

test('of all that many streams have to read of the ledger, one block is read between two turns of other work', async (t) => {
  const [streams, blocks] = [20, 10];
  let [reads, readNow, most] = [0, 0, 0];
  let told = (): void => {};
  const source: EventSource = {
    tip: () => toHeight(blocks),
    advance() {},
    isAtHand: () => false,
    eventsOf(index) {
      reads += 1;
      readNow += 1;
      most = Math.max(most, readNow);
      queueMicrotask(() => {
        readNow = 0;
      });
      if (reads === streams * blocks) told();
      const bytes = Buffer.from(`id: ${index}.0\nevent: final\ndata: {}\n\n`);
      return [{ place: { index, n: 0 }, type: 'final', addresses: [], bytes: () => bytes }];
    },
  };
  // No slice ends by the clock.
  const fanOut = createFanOut(() => 0);
  const wanted = { types: new Set(['final'] as const), address: undefined };
  const from = { index: 0, n: blockEnd };
  const stallMs = 60_000;
  const server = createServer((_, response) => {
    response.writeHead(200).flushHeaders();
    createListener({
      response,
      source,
      fanOut,
      from,
      wanted,
      stallMs,
      onFailure: (error) => assert.fail(String(error)),
    }).wake();
  });
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  t.after(() => {
    fanOut.close();
    server.closeAllConnections();
    server.close();
  });
  const all = new Promise<void>((resolve) => {
    told = resolve;
  });
  for (let i = 0; i < streams; i += 1) get(url, (response) => response.resume()).on('error', () => {});
  await all;
  assert.equal(most, 1);
});
