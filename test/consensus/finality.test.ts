/** Finality in clusters of one, four and seven, with both ways of routing votes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster, type ClusterOptions } from './cluster.js';

const stakesOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`v${at + 1}`, 1000]));

for (const vote_routing of ['everyone', 'leader'] as const) {
  for (const count of [1, 4, 7]) {
    test(`${count} validators make a payment final in its slot, votes to ${vote_routing}`, () => {
      const cluster = new Cluster({ stakes: stakesOf(count), parameters: { vote_routing } }).start();
      cluster.run(1200);
      cluster.pay();
      const took = cluster.runUntil('final everywhere', () => cluster.allFinal(), 5000);
      assert.ok(took < 1000, `took ${took} ms`);
    });
  }
}

test('a leader goes on to the next round as fast as messages travel', () => {
  const cluster = new Cluster({ delay: [10, 10] }).start();
  cluster.run(1100);
  let blocks = 0;
  const end = cluster.time.now() + 5000;
  while (cluster.time.now() < end) {
    cluster.pay();
    cluster.run(20);
  }
  cluster.runUntil('all final', () => cluster.allFinal());
  blocks = cluster.chain.length;
  assert.ok(blocks > 100, `${blocks} blocks in 5 s`);
});

test('an idle cluster proposes nothing and writes nothing', () => {
  const cluster = new Cluster().start();
  cluster.run(1200);
  cluster.pay();
  cluster.runUntil('final', () => cluster.allFinal());
  cluster.run(3000);
  const before = cluster.nodes.map(({ persists }) => persists);
  cluster.run(60_000);
  assert.deepEqual(
    cluster.nodes.map(({ persists }) => persists),
    before,
  );
  assert.equal(cluster.chain.length, 1);
});

const harsh: ClusterOptions = { delay: [40, 100], loss: 0.05, clockOffsets: { v1: 25, v2: -25 } };
test('lost messages and clocks at the limit cost time only', () => {
  const cluster = new Cluster(harsh).start();
  for (let at = 0; at < 60; at += 1) {
    cluster.pay();
    cluster.run(500);
  }
  cluster.runUntil('all final', () => cluster.allFinal(), 20_000);
});
