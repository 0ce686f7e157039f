/** Epoch changes with the real ledger: joins, leaves, moved stake, a slashing, and nodes that were away meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEpoch } from '../../ledger/state-keys.js';
import { toAmount } from '../../ledger/values/numbers.js';
import { possessionText } from '../../ledger/values/signing.js';
import { person } from '../ledger/test-chain.js';
import { Cluster } from './cluster.js';
import type { ClusterNode } from './cluster-node.js';

const setOf = (cluster: Cluster, node: ClusterNode): Record<string, number> =>
  Object.fromEntries(readEpoch(node.finalState).validators.map(({ key, stake }) => [cluster.nameOf(key), stake]));

function join(cluster: Cluster, name: string, amount: number): void {
  const { validator, vrf, address } = person(name);
  const where = { chain: cluster.context.chain };
  const keys = {
    key: validator.publicKey,
    vrf_key: vrf.publicKey,
    key_proof: validator.sign(possessionText(where, address, 'validator', validator.publicKey)),
    vrf_key_proof: vrf.sign(possessionText(where, address, 'vrf', vrf.publicKey)),
  };
  cluster.submit(name, { type: 'stake', amount: toAmount(amount), validator: keys });
}

/** Pays until every node of these is in a later epoch than now. */
function nextEpoch(cluster: Cluster, nodes: readonly ClusterNode[]): void {
  const before = Math.max(...nodes.map((node) => node.core.describe().epoch));
  cluster.pay();
  cluster.pay('bob', 'ann');
  cluster.run(3000);
  cluster.pay();
  cluster.pay('bob', 'ann');
  cluster.runUntil('an epoch change', () => nodes.every((node) => node.core.describe().epoch > before), 30_000);
}

test('twenty epoch changes with joins, leaves, moved stake and a slashing', () => {
  const cluster = new Cluster({ joiners: ['v5', 'v6'], twins: ['v4'], parameters: { slots_per_epoch: 3 } });
  for (const node of cluster.nodes) if (node.name !== 'v4-twin') node.start();
  const honest = cluster.nodes.filter(({ identity }) => identity !== 'v4');
  const first = cluster.node('v1');
  cluster.run(1100);
  const begun = first.core.describe().epoch;
  const setAfter: Record<string, number>[] = [];
  for (let change = 0; change < 20; change += 1) {
    if (change === 1) join(cluster, 'v5', 1000);
    if (change === 2) join(cluster, 'v6', 500);
    if (change === 6) cluster.submit('v1', { type: 'stake', amount: toAmount(700) });
    if (change === 9) cluster.submit('v2', { type: 'unstake', amount: toAmount(1000) });
    if (change === 12) {
      cluster.node('v4-twin').start();
      for (let step = 0; step < 100 && cluster.evidence.length === 0; step += 1) {
        cluster.pay();
        cluster.pay('bob', 'ann');
        cluster.run(500);
      }
    }
    nextEpoch(cluster, honest);
    setAfter.push(setOf(cluster, first));
  }
  cluster.runUntil('all final', () => cluster.allFinal(honest), 20_000);
  assert.ok(first.core.describe().epoch - begun >= 20);
  const closings = cluster.chain.filter(({ next_epoch }) => next_epoch !== undefined).length;
  assert.ok(closings >= 20, `${closings} closing blocks`);
  assert.equal(setAfter[5]!.v5, 1000, 'v5 joined');
  assert.equal(setAfter[6]!.v6, 500, 'v6 joined');
  assert.equal(setAfter[9]!.v1, 1700, 'v1 has more');
  assert.equal(setAfter[13]!.v2, undefined, 'v2 left');
  assert.ok(cluster.evidence.length > 0, 'the twin was caught');
  assert.ok(
    cluster.chain.some(({ evidence }) => evidence.length > 0),
    'the evidence is in a block',
  );
  assert.equal(setAfter[19]!.v4, undefined, 'v4 was thrown out');
});

test('[6-help] one node that knows the closing block final brings the others along', () => {
  const cluster = new Cluster({ parameters: { slots_per_epoch: 3 }, delay: [10, 10] }).start();
  cluster.run(1100);
  cluster.pay();
  cluster.runUntil('a first block', () => cluster.allFinal());
  // Only v1 hears the commit votes for the closing block.
  let hidden = 0;
  cluster.filter = (_from, to, wire) => {
    if (wire.type !== 'consensus' || to.name === 'v1') return undefined;
    const { message } = wire;
    if (message.type !== 'vote' || message.vote.phase !== 'commit') return undefined;
    hidden += 1;
    return 'drop';
  };
  cluster.run(3000);
  cluster.pay();
  cluster.runUntil('v1 in the next epoch', () => cluster.node('v1').core.describe().epoch > 0, 20_000);
  assert.ok(hidden > 0);
  assert.equal(cluster.node('v2').core.describe().epoch, 0);
  cluster.filter = undefined;
  cluster.runUntil('all in it', () => cluster.nodes.every((node) => node.core.describe().epoch > 0), 5000);
  cluster.pay();
  cluster.runUntil('and going on', () => cluster.allFinal(), 5000);
});

test('[6-skip] empty epochs are skipped in one step', () => {
  const cluster = new Cluster({ parameters: { slots_per_epoch: 3 } }).start();
  cluster.run(1100);
  cluster.pay();
  cluster.runUntil('final', () => cluster.allFinal());
  cluster.run(40_000);
  cluster.pay();
  cluster.runUntil('final', () => cluster.allFinal());
  assert.equal(cluster.chain.length, 2);
  assert.deepEqual(cluster.chain[1]!.next_epoch?.number, Math.floor(cluster.chain[1]!.slot / 3));
});

test('a validator that was down for several epochs comes back and votes', () => {
  const cluster = new Cluster({ parameters: { slots_per_epoch: 3 } }).start();
  cluster.run(1100);
  const away = cluster.node('v3');
  away.crash();
  const others = cluster.nodes.filter((node) => node !== away);
  for (let change = 0; change < 4; change += 1) nextEpoch(cluster, others);
  away.start();
  cluster.node('v4').crash();
  cluster.pay();
  const left = cluster.nodes.filter(({ up }) => up);
  cluster.runUntil('three of four go on', () => cluster.allFinal(left), 20_000);
});

test('the same, with a ledger older than the vote state: the lock of the later epoch stays', () => {
  const cluster = new Cluster({ parameters: { slots_per_epoch: 3 } }).start();
  cluster.run(1100);
  for (let change = 0; change < 3; change += 1) nextEpoch(cluster, cluster.nodes);
  const old = cluster.node('v2');
  old.crash();
  const { watermark } = old.disk.voteState!;
  old.disk.final.length = 1;
  old.start();
  cluster.pay();
  cluster.runUntil('final', () => cluster.allFinal(), 10_000);
  assert.ok(old.core.describe().watermark.view >= watermark.view);
});
