import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { signTransaction } from '../../../client/account.js';
import { createClient } from '../../../client/http/client.js';
import { toAmount } from '../../../ledger/values/numbers.js';
import { addressOf, type ChainNode, idOf, sharedChainNode, startChainNode } from './chain-node.js';
import { call, type Listening, listening } from './listening.js';

const shared = sharedChainNode();

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

/** Blocks with one or two transactions, nothing else: what is idle makes no block. */
async function history(node: ChainNode, blocks: number): Promise<void> {
  for (let i = 0, nonce = 0; i < blocks; i += 1) {
    const transactions = [node.transfer(nonce), ...(i % 2 === 1 ? [node.transfer(nonce + 1)] : [])];
    await node.finalise(transactions);
    nonce += transactions.length;
  }
}

const fromLedger = 'types=final,transaction,evidence,epoch';

/** The ids that the ledger's own blocks give: transactions, evidence, the epoch that a closing block states. */
function idsOf({ api }: ChainNode): string[] {
  const found: string[] = [];
  for (let index = 1; index <= api.status().final.index; index += 1) {
    const { block } = api.queries.block(index as never)!;
    const parts = block.transactions.length + block.evidence.length + (block.next_epoch === undefined ? 0 : 1);
    for (let part = 0; part <= parts; part += 1) found.push(`${index}.${part}`);
  }
  return found;
}

test('since=0 replays the whole ledger in one order, then goes on live', async (t) => {
  const node = await startChainNode(t);
  await history(node, 6);
  const expected = idsOf(node);
  const stream = await listen(t, await listening(t, node.api), `?since=0&${fromLedger}`);
  assert.deepEqual(ids(await stream.take(expected.length)), expected);
  const [paid] = await node.pay(1);
  const next = await stream.take(2);
  assert.deepEqual(ids(next), idsOf(node).slice(expected.length));
  assert.equal(next[1]!.data.id, idOf(paid!));
});

test('evidence and the end of an epoch have their place among the events of their block', async (t) => {
  const node = await startChainNode(t, { paired: true, idle: 1, slotsPerEpoch: 8 });
  const closed = once(node.api.events, 'epoch');
  await node.pay(1);
  await node.punish(node.doubleVote(0));
  // The offender leaves the set: something to add at the end of the epoch.
  await closed;
  await node.freeze();
  const expected = idsOf(node);
  const events = await (await listen(t, await listening(t, node.api), `?since=0&${fromLedger}`)).take(expected.length);
  assert.deepEqual(ids(events), expected);
  const evidence = events.find(({ type }) => type === 'evidence')!;
  assert.deepEqual([evidence.data.status, evidence.data.kind], ['final', 'double_vote']);
  assert.equal(
    evidence.id,
    `${evidence.data.index}.${idsOf(node)
      .filter((id) => id.startsWith(`${evidence.data.index}.`))
      .indexOf(evidence.id!)}`,
  );
  const epoch = events.find(({ type }) => type === 'epoch')!;
  assert.equal(epoch.id!.split('.')[0], String(epoch.data.index));
  assert.ok(epoch.data.number >= 1);
});

test('without an id a stream begins with what becomes final next', async (t) => {
  const node = await startChainNode(t);
  await history(node, 2);
  const stream = await listen(t, await listening(t, node.api), `?${fromLedger}`);
  await node.pay(1);
  const [first] = await stream.take(1);
  assert.deepEqual([first!.id, first!.type, first!.data.index], ['3.0', 'final', 3]);
});

test('a reader that resumes at any event misses nothing and sees nothing twice, also across a restart', async (t) => {
  const node = await startChainNode(t);
  await history(node, 6);
  const expected = idsOf(node);
  for (let seen = 0; seen < expected.length; seen += 3) {
    const before = await listening(t, node.api);
    const first = await listen(t, before, `?since=0&${fromLedger}`);
    const read = [...(await first.take(seen + 1))];
    await before.close();
    const after = await listening(t, node.api);
    const second = await listen(t, after, `?${fromLedger}`, read[seen]!.id);
    read.push(...(await second.take(expected.length - seen - 1)));
    assert.deepEqual(ids(read), expected);
    await after.close();
    assert.deepEqual(await second.rest(), []);
  }
});

test('who listens from now on misses nothing of what becomes final while the connection is lost, even if nothing came before', async (t) => {
  const node = await startChainNode(t);
  await history(node, 2);
  let server = await listening(t, node.api);
  let lost = (): void => undefined;
  const isLost = new Promise<void>((resolve) => {
    lost = resolve;
  });
  let begun = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const client = createClient({
    url: 'http://node.test',
    fetch: (input, init) => fetch(String(input).replace('http://node.test', server.url), init),
  });
  const events = client.events({ types: ['transaction'], onPlace: begun, onReconnect: lost });
  const next = events.next();
  await hasBegun;
  await server.close();
  await isLost;
  await node.pay(1);
  server = await listening(t, node.api);
  assert.equal((await next).value?.id, '3.1');
  await events.return();
});

test('types and address choose events and leave the ids as they are', async (t) => {
  const node = await startChainNode(t);
  const carol = addressOf('carol');
  await node.finalise([node.transfer(0)]);
  await node.finalise([node.transfer(1, carol)]);
  await node.finalise([node.transfer(2, carol)]);
  const server = await listening(t, node.api);
  const finals = await listen(t, server, '?types=final&since=0');
  assert.deepEqual(ids(await finals.take(3)), ['1.0', '2.0', '3.0']);
  const hers = await listen(t, server, `?types=transaction&address=${carol}&since=0`);
  assert.deepEqual(ids(await hers.take(2)), ['2.1', '3.1']);
  const header = await listen(t, server, '?types=final&since=0', '1.0');
  assert.deepEqual(ids(await header.take(1)), ['2.0']);
});

test('slots and pending evidence come live and without an id, before the evidence is final', async (t) => {
  const node = await startChainNode(t, { idle: 1 });
  const stream = await listen(t, await listening(t, node.api), '?types=slot,evidence');
  const [slot] = await stream.take(1);
  assert.deepEqual([slot!.type, slot!.id, Object.keys(slot!.data)], ['slot', undefined, ['slot', 'leader']]);
  await node.punish(node.doubleVote(0));
  const seen: Event[] = [];
  while (seen.length < 2) seen.push(...(await stream.take(1)).filter(({ type }) => type === 'evidence'));
  assert.deepEqual([seen[0]!.id, seen[0]!.data.status, seen[0]!.data.kind], [undefined, 'pending', 'double_vote']);
  assert.equal(seen[0]!.data.index, undefined);
  assert.deepEqual([seen[1]!.id !== undefined, seen[1]!.data.status], [true, 'final']);
});

test('heartbeats keep an idle stream open', async (t) => {
  const server = await listening(t, (await shared()).api, { heartbeatMs: 10 });
  const stream = await listen(t, server, '?types=epoch');
  const ended = stream.rest();
  for (let beats = 0; beats < 2; beats = stream.comments.filter((line) => line === ': heartbeat').length) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await server.close();
  assert.deepEqual(await ended, []);
});

test('who asks for what follows a block that is not final here is told so, at once and while it waits', async (t) => {
  const node = await startChainNode(t);
  await node.pay(1);
  const server = await listening(t, node.api, { heartbeatMs: 10 });
  const stream = await listen(t, server, '?types=final&since=3.0');
  const due = stream.take(1);
  const told = (tip: number): number =>
    stream.comments.filter(
      (line) => line === `: block 3 is not final here yet, the latest is ${tip}; events come from then on`,
    ).length;
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  await until(() => stream.comments[0] === ': welcome' && told(1) >= 2);
  await node.pay(1);
  await until(() => told(2) >= 1);
  await node.pay(2);
  assert.deepEqual(
    (await due).map(({ id }) => id),
    ['4.0'],
  );
  const before = stream.comments.length;
  const none = stream.take(1);
  await until(() => stream.comments.length > before + 1);
  assert.ok(stream.comments.slice(before).every((line) => line === ': heartbeat'));
  await node.pay(1);
  await none;
});

test('a malformed id, type or address is refused', async (t) => {
  const { url } = await listening(t, (await shared()).api);
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
  const server = await listening(t, (await shared()).api, { maxListeners: 2 });
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
  const node = await startChainNode(t);
  const { max_outputs, min_fee, min_fee_per_output } = node.genesis.parameters;
  const [output] = node.transfer(0).outputs;
  // Far more than sockets hold: each of these is a line of 20 KB.
  const long = Array.from({ length: 600 }, (_item, nonce) => {
    const { signature: _signature, ...body } = node.transfer(nonce);
    const outputs = Array.from({ length: max_outputs }, () => output!);
    const fee = toAmount(min_fee + max_outputs * min_fee_per_output);
    return signTransaction({ ...body, outputs, fee }, node.payer.signer);
  });
  await node.finalise(long);
  const server = await listening(t, node.api, { listenerStallMs: 100 });
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
  const tip = node.api.status().final.index;
  assert.ok(Number(last[1]) < tip, 'the slow listener was sent everything');
  const resumed = await listen(t, server, '?types=final', `${last[1]}.${last[2]}`);
  assert.equal((await resumed.take(1))[0]!.id, `${Number(last[1]) + 1}.0`);
});
