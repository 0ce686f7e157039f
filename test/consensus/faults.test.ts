/** Named faults in a cluster: each must cost time only, and little of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from './cluster.js';

const running = () => {
  const cluster = new Cluster({ delay: [5, 30] }).start();
  cluster.run(1100);
  cluster.pay();
  cluster.runUntil('a first block', () => cluster.allFinal());
  return cluster;
};

test('a leader that crashes after its QC: the next leader makes its block final', () => {
  const cluster = running();
  let crashed: string | undefined;
  let proposed: string | undefined;
  cluster.filter = (from, _to, wire) => {
    if (wire.type !== 'consensus') return undefined;
    const { message } = wire;
    if (message.type === 'proposal' && crashed === undefined) proposed = message.proposal.block;
    if (message.type === 'vote' && message.vote.phase === 'commit' && crashed === undefined) {
      const leader = cluster.nodes.find((node) => node.key === from.core.describe().leader)!;
      crashed = leader.name;
      leader.crash();
    }
    // What the others say about commitment in this slot is lost too: only their locks remain.
    return message.type === 'vote' && message.vote.phase === 'commit' ? 'drop' : undefined;
  };
  cluster.pay();
  cluster.runUntil('the crash', () => crashed !== undefined, 10_000);
  cluster.run(100);
  cluster.filter = undefined;
  const left = cluster.nodes.filter(({ up }) => up);
  cluster.runUntil('final', () => cluster.allFinal(left), 10_000);
  assert.ok(
    cluster.chain.some(({ hash }) => hash === proposed),
    'that very block',
  );
});

test('all crash at once and lose what was not written; everything goes on', () => {
  const cluster = running();
  for (let round = 0; round < 5; round += 1) {
    cluster.pay();
    cluster.run(15 + 12 * round);
    for (const node of cluster.nodes) node.crash();
    cluster.run(500);
    for (const node of cluster.nodes) node.start();
    cluster.runUntil('final again', () => cluster.allFinal(), 10_000);
  }
});

test('without a quorum nothing becomes final; when a partition heals it takes few slots', () => {
  const cluster = running();
  cluster.partition(['v1', 'v2'], ['v3', 'v4']);
  const height = cluster.chain.length;
  for (let slot = 0; slot < 100; slot += 1) {
    cluster.pay();
    cluster.run(1000);
  }
  assert.equal(cluster.chain.length, height);
  cluster.heal();
  const took = cluster.runUntil('final', () => cluster.allFinal(), 15_000);
  assert.ok(took < 8000, `${took} ms after the partition`);
});

test('a leader that proposes two blocks in one view is caught, and the others agree', () => {
  const cluster = new Cluster({ twins: ['v2'] }).start();
  cluster.run(1100);
  const honest = cluster.nodes.filter(({ identity }) => identity !== 'v2');
  for (let step = 0; step < 60; step += 1) {
    cluster.pay();
    cluster.pay('bob', 'ann');
    cluster.run(500);
  }
  cluster.runUntil('final', () => cluster.allFinal(honest), 10_000);
  assert.ok(cluster.evidence.length > 0);
  assert.ok(cluster.evidence.every(({ first }) => cluster.nameOf(first.validator) === 'v2'));
});

test('a validator that lost its vote state follows, signs nothing at first, and votes again after a later finality', () => {
  const cluster = running();
  const node = cluster.node('v3');
  node.crash();
  const { voteState } = node.disk;
  node.disk.voteState = undefined;
  node.disk.bodies.clear();
  node.start({ voteStateLost: true });
  cluster.pay();
  cluster.run(900);
  assert.equal(node.disk.voteState, undefined, 'nothing signed in the slot it came back in');
  for (let slot = 0; slot < 5; slot += 1) {
    cluster.pay();
    cluster.run(1000);
  }
  cluster.node('v1').crash();
  cluster.pay();
  const left = cluster.nodes.filter(({ up }) => up);
  cluster.runUntil('final with its vote', () => cluster.allFinal(left), 10_000);
  assert.ok(node.disk.voteState!.watermark.view > voteState!.watermark.view);
});

test('where delays exceed the slot, terms grow until finality comes', () => {
  const cluster = running();
  cluster.delay = [3000, 3500];
  cluster.pay();
  let longest = 0;
  const final = (): boolean => {
    longest = Math.max(longest, cluster.node('v1').core.describe().term_slots);
    return cluster.allFinal();
  };
  cluster.runUntil('final in spite of it', final, 200_000);
  assert.ok(longest > 1, `terms of ${longest}`);
});
