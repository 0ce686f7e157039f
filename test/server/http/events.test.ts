import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { toSlot } from '../../../ledger/values/numbers.js';
import { call, type Listening, listening } from './listening.js';
import {
  addressOf,
  createMemoryNode,
  doubleVote,
  idOf,
  type MemoryNode,
  transfer,
  validatorKey,
} from './memory-node.js';

interface Event {
  readonly id: string | undefined;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: data of several types
  readonly data: any;
}

interface Stream {
  /** The next `count` events. */
  readonly take: (count: number) => Promise<readonly Event[]>;
  /** Everything until the server ends the stream. */
  readonly rest: () => Promise<readonly Event[]>;
  readonly comments: string[];
  readonly cancel: () => Promise<void>;
}

async function listen(t: TestContext, { url }: Listening, query = '', lastEventId?: string): Promise<Stream> {
  const abort = new AbortController();
  t.after(() => abort.abort());
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await fetch(`${url}/v1/events${query}`, { headers, signal: abort.signal });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const comments: string[] = [];
  let text = '';
  let ended = false;
  const next = async (): Promise<Event | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end === -1) {
        const { value, done } = await reader.read();
        if (done) {
          ended = true;
          return undefined;
        }
        text += value;
        continue;
      }
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      comments.push(...lines.filter((line) => line.startsWith(':')));
      const data = field('data');
      if (data !== undefined) return { id: field('id'), type: field('event') ?? '', data: JSON.parse(data) };
    }
  };
  return {
    take: async (count) => {
      const events = [];
      while (events.length < count) {
        const event = await next();
        assert.ok(event, `the stream ended after ${events.length} of ${count} events`);
        events.push(event);
      }
      return events;
    },
    rest: async () => {
      const events = [];
      while (!ended) {
        const event = await next();
        if (event !== undefined) events.push(event);
      }
      return events;
    },
    comments,
    cancel: async () => abort.abort(),
  };
}

const ids = (events: readonly Event[]): readonly (string | undefined)[] => events.map((event) => event.id);

/** Six blocks with one or two transactions; the third has evidence, the fifth closes the epoch. */
function history(node: MemoryNode): void {
  for (let i = 1; i <= 6; i += 1) {
    const transactions = i % 2 === 0 ? [transfer(i), transfer(i + 50)] : [transfer(i)];
    node.finalise(transactions, i === 3 ? [doubleVote('liar')] : []);
  }
}

const allIds = ['1.0', '1.1', '2.0', '2.1', '2.2', '3.0', '3.1', '3.2', '4.0', '4.1', '4.2', '5.0', '5.1', '5.2'];
allIds.push('6.0', '6.1', '6.2');

test('since=0 replays the whole ledger in one order, then goes on live', async (t) => {
  const node = createMemoryNode();
  history(node);
  const stream = await listen(t, await listening(t, node), '?since=0');
  const events = await stream.take(allIds.length);
  assert.deepEqual(ids(events), allIds);
  assert.deepEqual(
    events.slice(5, 8).map((event) => event.type),
    ['final', 'transaction', 'evidence'],
  );
  assert.deepEqual([events[13]!.type, events[13]!.data.number, events[13]!.data.index], ['epoch', 1, 5]);
  assert.equal(events[4]!.data.id, idOf(transfer(52)));
  node.finalise([transfer(7)]);
  assert.deepEqual(ids(await stream.take(2)), ['7.0', '7.1']);
});

test('without an id a stream begins with what becomes final next', async (t) => {
  const node = createMemoryNode();
  history(node);
  const stream = await listen(t, await listening(t, node));
  node.finalise([transfer(7)]);
  const [first] = await stream.take(1);
  assert.deepEqual([first!.id, first!.type, first!.data.index], ['7.0', 'final', 7]);
});

test('a reader that resumes at any event misses nothing and sees nothing twice, also across a restart', async (t) => {
  const node = createMemoryNode();
  history(node);
  for (let seen = 0; seen < allIds.length; seen += 3) {
    const before = await listening(t, node);
    const first = await listen(t, before, '?since=0');
    const read = [...(await first.take(seen + 1))];
    await before.close();
    const after = await listening(t, node);
    const second = await listen(t, after, '', read[seen]!.id);
    read.push(...(await second.take(allIds.length - seen - 1)));
    assert.deepEqual(ids(read), allIds);
    await after.close();
    assert.deepEqual(await second.rest(), []);
  }
});

test('types and address choose events and leave the ids as they are', async (t) => {
  const node = createMemoryNode();
  node.finalise([transfer(1), transfer(2, addressOf('carol'))]);
  node.finalise([transfer(3, addressOf('carol'))]);
  const server = await listening(t, node);
  const finals = await listen(t, server, '?types=final&since=0');
  assert.deepEqual(ids(await finals.take(2)), ['1.0', '2.0']);
  const carol = await listen(t, server, `?types=transaction&address=${addressOf('carol')}&since=0`);
  assert.deepEqual(ids(await carol.take(2)), ['1.2', '2.1']);
  const header = await listen(t, server, '?types=final&since=0', '1.0');
  assert.deepEqual(ids(await header.take(1)), ['2.0']);
});

test('slots and pending evidence come live and without an id', async (t) => {
  const node = createMemoryNode();
  const stream = await listen(t, await listening(t, node), '?types=slot,evidence');
  node.events.emit('slot', { slot: toSlot(9), leader: validatorKey });
  const evidence = doubleVote('liar');
  node.events.emit('evidence', { offender: evidence.first.validator, evidence });
  const events = await stream.take(2);
  assert.deepEqual(ids(events), [undefined, undefined]);
  assert.deepEqual(events[0]!.data, { slot: 9, leader: validatorKey });
  assert.deepEqual([events[1]!.data.status, events[1]!.data.kind], ['pending', 'double_vote']);
});

test('heartbeats keep an idle stream open', async (t) => {
  const node = createMemoryNode();
  const server = await listening(t, node, { heartbeatMs: 10 });
  const stream = await listen(t, server, '?types=epoch');
  const ended = stream.rest();
  for (let beats = 0; beats < 2; beats = stream.comments.filter((line) => line === ': heartbeat').length) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await server.close();
  assert.deepEqual(await ended, []);
});

test('a malformed id, type or address is refused', async (t) => {
  const { url } = await listening(t, createMemoryNode());
  for (const [query, path] of [
    ['since=x', 'since'],
    ['since=1.2.3', 'since'],
    ['since=-1', 'since'],
    ['types=blocks', 'types'],
    ['types=', 'types'],
    ['address=sl1', 'address'],
  ] as const) {
    const got = await call(`${url}/v1/events?${query}`);
    assert.deepEqual([got.status, got.body.code, got.body.path], [400, 'invalid_parameter', path], query);
  }
  const header = await call(`${url}/v1/events`, { headers: { 'last-event-id': 'yesterday' } });
  assert.equal(header.body.path, 'Last-Event-ID');
  assert.equal((await call(`${url}/v1/events?type=final`)).body.code, 'unknown_parameter');
});

test('streams are bounded, and one that ends makes room', async (t) => {
  const node = createMemoryNode();
  const server = await listening(t, node, { maxListeners: 2 });
  const first = await listen(t, server);
  await listen(t, server);
  const third = await call(`${server.url}/v1/events`);
  assert.deepEqual([third.status, third.body.code], [503, 'too_many_listeners']);
  assert.ok(Number(third.headers.get('retry-after')) > 0);
  await first.cancel();
  const metric = async (): Promise<string> => (await call(`${server.url}/metrics`)).body;
  while (!(await metric()).includes('slotledger_http_event_streams 1')) {}
  await listen(t, server);
});

test('a listener that reads nothing is closed, and can resume where it stopped', async (t) => {
  const node = createMemoryNode();
  for (let i = 0; i < 400; i += 1) {
    node.finalise(Array.from({ length: 50 }, (_, n) => transfer(i * 50 + n)));
  }
  const server = await listening(t, node, { listenerStallMs: 100 });
  const socket = connect(server.port, '127.0.0.1');
  socket.pause();
  socket.write('GET /v1/events?since=0 HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const opened = async (): Promise<boolean> =>
    ((await call(`${server.url}/metrics`)).body as string).includes('slotledger_http_event_streams 1');
  while (!(await opened())) {}
  while (await opened()) {}
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  const last = [...text.matchAll(/^id: (\d+)\.(\d+)$/gm)].at(-1)!;
  assert.ok(Number(last[1]) < 400, 'the slow listener was sent everything');
  const resumed = await listen(t, server, '?types=final', `${last[1]}.${last[2]}`);
  const expected = Number(last[1]) + 1;
  assert.equal((await resumed.take(1))[0]!.id, `${expected}.0`);
});
