import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { until } from '../../hang-guard.js';
import { at, connected, startNode, stopAll, type TestNode, voteOf, votesAt } from './fixture.js';

afterEach(stopAll);

const alone = { peerExchange: false } as const;

async function startLine(length: number): Promise<readonly TestNode[]> {
  const line: TestNode[] = [];
  for (let i = 0; i < length; i += 1) {
    const before = line.at(-1);
    line.push(await startNode(i + 1, { ...alone, bootstrap: before ? [at(before)] : [] }));
  }
  for (const [i, node] of line.entries()) {
    const next = line[i + 1];
    if (next) await until('line', () => connected(node, next) && connected(next, node));
  }
  return line;
}

async function startMesh(size: number): Promise<readonly TestNode[]> {
  const mesh: TestNode[] = [];
  for (let i = 0; i < size; i += 1) mesh.push(await startNode(i + 1, { ...alone, bootstrap: mesh.map(at) }));
  const others = (node: TestNode): TestNode[] => mesh.filter((other) => other !== node);
  await until('mesh', () => mesh.every((node) => connected(node, ...others(node))));
  return mesh;
}

test('on a line A–B–C–D a message reaches everyone once, and A never meets C or D', async () => {
  const line = await startLine(4);
  const [a, b, c, d] = line as [TestNode, TestNode, TestNode, TestNode];
  a.network.broadcast({ type: 'vote', vote: voteOf(1) });
  d.network.broadcast({ type: 'vote', vote: voteOf(2) });
  await until('both ends', () => votesAt(d, 1) === 1 && votesAt(a, 2) === 1);
  assert.deepEqual(
    [b, c].map((node) => [votesAt(node, 1), votesAt(node, 2)]),
    [
      [1, 1],
      [1, 1],
    ],
  );
  assert.deepEqual(
    line.map((node) => node.network.stats().relayed),
    [0, 2, 2, 0],
  );
  assert.deepEqual(
    line.map((node) => node.network.stats().duplicates),
    [0, 0, 0, 0],
  );
  const met = a.log
    .filter(({ text }) => text === 'peer connected')
    .map(({ fields }) => (fields as { node: string }).node);
  assert.deepEqual(met, [b.key]);
});

test('on a ring a message reaches everyone and dies out', async () => {
  const ring = await startLine(5);
  const [first, last] = [ring[0], ring.at(-1)] as [TestNode, TestNode];
  first.network.connect(at(last));
  await until('ring', () => connected(first, last) && connected(last, first));
  for (let view = 1; view <= 20; view += 1) ring[view % 5]?.network.broadcast({ type: 'vote', vote: voteOf(view) });
  await until('everyone', () =>
    ring.every((node, i) => [...Array(20).keys()].every((v) => (v + 1) % 5 === i || votesAt(node, v + 1) === 1)),
  );
  const sent = ring.reduce((sum, node) => sum + node.network.stats().relayed, 0);
  assert.ok(sent <= 20 * 5, `${sent} relays`);
});

test('in a full mesh nothing is relayed', async () => {
  const mesh = await startMesh(5);
  let view = 0;
  /** One message from each node; how many copies of them were relayed, saved and superfluous in all. */
  async function round() {
    const before = totals();
    for (const origin of mesh) {
      view += 1;
      origin.network.broadcast({ type: 'vote', vote: voteOf(view) });
      await until('everyone', () => mesh.every((node) => node === origin || votesAt(node, view) === 1));
    }
    const after = totals();
    return {
      relayed: after.relayed - before.relayed,
      duplicates: after.duplicates - before.duplicates,
      pruned: after.pruned - before.pruned,
    };
  }
  function totals() {
    const stats = mesh.map((node) => node.network.stats());
    const sum = (of: 'relayed' | 'duplicates' | 'pruned') => stats.reduce((total, each) => total + each[of], 0);
    return { relayed: sum('relayed'), duplicates: sum('duplicates'), pruned: sum('pruned') };
  }
  // Until the nodes have told each other who their neighbours are, messages are relayed, which costs but does no harm.
  let relayed = 1;
  for (let rounds = 0; relayed > 0; rounds += 1) {
    assert.ok(rounds < 500, 'the neighbours were never known');
    ({ relayed } = await round());
    if (relayed > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (let rounds = 0; rounds < 10; rounds += 1) {
    // 5 origins, 4 receivers each, who each leave out 3 others.
    assert.deepEqual(await round(), { relayed: 0, duplicates: 0, pruned: 60 });
  }
});

test('what the replica does not want relayed stays', async () => {
  const [a, b, c] = (await startLine(3)) as [TestNode, TestNode, TestNode];
  b.verdict = () => ({ relay: false, peer: 'fine' });
  a.network.broadcast({ type: 'vote', vote: voteOf(1) });
  await until('b', () => votesAt(b, 1) === 1);
  b.verdict = () => ({ relay: true, peer: 'fine' });
  a.network.broadcast({ type: 'vote', vote: voteOf(2) });
  await until('c', () => votesAt(c, 2) === 1);
  assert.equal(votesAt(c, 1), 0);
});

test('a peer that connects during a round is told what it missed', async () => {
  const a = await startNode(1, alone);
  a.network.broadcast({ type: 'vote', vote: voteOf(1) });
  const b = await startNode(2, { ...alone, bootstrap: [at(a)] });
  await until('told', () => votesAt(b, 1) === 1);
});

test('a lie does not hide the true message that follows it', async () => {
  const [a, b, c] = (await startLine(3)) as [TestNode, TestNode, TestNode];
  b.verdict = (message) =>
    message.type === 'vote'
      ? { relay: false, peer: 'disconnect', reason: 'a bad signature' }
      : { relay: false, peer: 'fine' };
  a.network.broadcast({ type: 'vote', vote: voteOf(1) });
  await until('dropped', () => b.network.stats().droppedPeers === 1);
  b.verdict = () => ({ relay: true, peer: 'fine' });
  c.network.broadcast({ type: 'vote', vote: voteOf(1) });
  await until('heard again', () => votesAt(b, 1) === 2);
});
