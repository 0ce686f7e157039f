import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PublicKey } from '../../../ledger/values/text.js';
import { createMessageDecoder } from '../../../server/p2p/decode-message.js';
import { wireLines } from '../../../server/p2p/encode-line.js';
import { createGossip, type Gossip, type GossipPeer } from '../../../server/p2p/gossip.js';
import { SEEN_MS } from '../../../server/p2p/limits.js';
import { createSeenMessages } from '../../../server/p2p/seen-messages.js';
import type { Clock, ReplicaMessage } from '../../../server/replica/ports.js';
import { hashOf, rules, voteOf } from './fixture.js';

const decode = createMessageDecoder(rules);
const keyOf = (node: number): PublicKey => hashOf(node + 1);

interface Node {
  readonly gossip: Gossip<Buffer>;
  readonly heard: number[];
}

/**
 * Nodes on a graph with links of given delays, without sockets: the order in which copies arrive is the test's choice.
 * Every node knows its peers' neighbours. With `checkMs` a node passes a message on itself, that much later.
 */
function spread(
  size: number,
  links: readonly (readonly [number, number])[],
  delays: readonly number[],
  origin: number,
  checkMs: number | undefined,
) {
  let now = 0;
  const clock: Clock = { now: () => now, at: () => () => {} };
  const adjacent = Array.from({ length: size }, () => new Set<number>());
  for (const [a, b] of links) {
    adjacent[a]?.add(b);
    adjacent[b]?.add(a);
  }
  const events: { at: number; call: () => void }[] = [];
  let copies = 0;
  const peerAs = (me: number, other: number): GossipPeer<Buffer> => ({
    id: `${other}`,
    node: keyOf(other),
    validator: undefined,
    neighbours: new Set([...(adjacent[other] ?? [])].map(keyOf)),
    sendLine(line) {
      const delay = delays[(me * size + other + copies) % delays.length] ?? 1;
      copies += 1;
      const message = decode(JSON.parse(line.toString()));
      assert.ok(message.ok);
      events.push({
        at: now + delay,
        call: () => nodes[other]?.gossip.onMessage(peerAs(other, me), message.value as ReplicaMessage),
      });
      return true;
    },
  });
  const nodes: Node[] = Array.from({ length: size }, (_, me) => {
    const heard: number[] = [];
    const gossip: Gossip<Buffer> = createGossip({
      clock,
      lines: wireLines,
      peers: () => [...(adjacent[me] ?? [])].map((other) => peerAs(me, other)),
      receive: (peer, message) => {
        if (message.type === 'vote') heard.push(message.vote.view);
        if (checkMs === undefined) return { relay: true, peer: 'fine' };
        events.push({ at: now + checkMs, call: () => gossip.relay(peer, message) });
        return { relay: false, peer: 'fine' };
      },
    });
    return { gossip, heard };
  });
  nodes[origin]?.gossip.broadcast({ type: 'vote', vote: voteOf(1) });
  while (events.length > 0) {
    events.sort((a, b) => a.at - b.at);
    const event = events.shift();
    now = event?.at ?? now;
    event?.call();
  }
  return { nodes, copies };
}

test('on any connected graph, whatever the delays, everyone hears a message once', () => {
  const graphs = fc.integer({ min: 2, max: 12 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      // Each node but the first hangs on an earlier one, so the graph is connected; the rest are extra links.
      parents: fc.tuple(...Array.from({ length: size - 1 }, (_, i) => fc.integer({ min: 0, max: i }))),
      extra: fc.array(fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 0, max: size - 1 })), {
        maxLength: 30,
      }),
      delays: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
      origin: fc.integer({ min: 0, max: size - 1 }),
      checkMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    }),
  );
  fc.assert(
    fc.property(graphs, ({ size, parents, extra, delays, origin, checkMs }) => {
      const tree = parents.map((parent, i) => [i + 1, parent] as const);
      const links = [...tree, ...extra.filter(([a, b]) => a !== b)];
      const { nodes, copies } = spread(size, links, delays, origin, checkMs);
      for (const [i, node] of nodes.entries()) assert.deepEqual(node.heard, i === origin ? [] : [1]);
      assert.ok(copies <= 2 * new Set(links.map(([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`)).size);
    }),
    { numRuns: 500 },
  );
});

test('in a full mesh each node gets one copy, straight from the origin', () => {
  const links = [...Array(8).keys()].flatMap((a) => [...Array(a).keys()].map((b) => [a, b] as const));
  assert.equal(spread(8, links, [1, 7, 3], 2, undefined).copies, 7);
  assert.equal(spread(8, links, [1, 7, 3], 2, 5).copies, 7);
});

test('a message is forgotten after a while, so that it can be sent again', () => {
  let now = 0;
  const seen = createSeenMessages({ now: () => now, at: () => () => {} });
  const line = 'x';
  assert.equal(seen.add(line), true);
  now = SEEN_MS - 1;
  assert.equal(seen.add(line), false);
  now = 2 * SEEN_MS + 1;
  assert.equal(seen.add('y'), true);
  now = 3 * SEEN_MS + 2;
  assert.equal(seen.add(line), true);
});

test('what is remembered as seen is bounded, the latest stays', () => {
  const seen = createSeenMessages({ now: () => 0, at: () => () => {} }, 100);
  for (let i = 0; i < 1_000; i += 1) assert.equal(seen.add(`${i}`), true);
  for (let i = 900; i < 1_000; i += 1) assert.equal(seen.add(`${i}`), false, `${i}`);
  assert.equal(seen.add('0'), true);
});

test('what is kept for peers that connect holds on to its own bytes alone', () => {
  const gossip = createGossip({
    clock: { now: () => 0, at: () => () => {} },
    lines: wireLines,
    peers: () => [],
    receive: () => ({ relay: false, peer: 'fine' }),
  });
  for (let view = 1; view <= 3; view += 1) gossip.broadcast({ type: 'vote', vote: voteOf(view) });
  const told: Buffer[] = [];
  const sendLine = (line: Buffer): boolean => told.push(line) > 0;
  gossip.tellRecent({ id: '1', node: keyOf(1), validator: undefined, neighbours: new Set(), sendLine });
  assert.deepEqual(
    told.map((line) => (JSON.parse(line.toString()) as { vote: { view: number } }).vote.view),
    [1, 2, 3],
  );
  for (const line of told) assert.equal(line.buffer.byteLength, line.length);
});
