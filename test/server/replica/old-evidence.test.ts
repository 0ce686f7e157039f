/** Proof of what no block can punish any more keeps nobody waiting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestChain } from '../../ledger/test-chain.js';
import { cluster } from '../replica-cluster.js';
import { pay } from './chain-of-one.js';

test('[3-evidence-age] proof of an epoch whose set is known still, but whose time is over, is not waited for', () => {
  const nodes = cluster(['v1', 'v2', 'v3', 'v4'], { parameters: { slots_per_epoch: 2, unbonding_epochs: 2 } });
  const [one] = nodes.members;
  nodes.time.runUntil(1500);
  pay(nodes, 0);
  // Epochs without blocks are skipped: the set before the running one is that of epoch 0.
  nodes.time.runUntil(60_500);
  pay(nodes, 1);
  nodes.time.runUntil(70_000);
  assert.ok(one!.replica.status().epoch > 3);
  assert.deepEqual(one!.replica.receive('1', { type: 'evidence', evidence: new TestChain().doubleVote('v4', 0) }), {
    relay: false,
    peer: 'fine',
  });
  nodes.time.runUntil(90_000);
  assert.equal(one!.replica.status().notFinalBecause, undefined);
  assert.deepEqual(
    nodes.members.map(({ replica }) => replica.pendingEvidence().length),
    [0, 0, 0, 0],
  );
});
