/** Evidence waits for a block over the end of an epoch, as long as it counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEpoch } from '../../../ledger/values/numbers.js';
import type { Evidence } from '../../../ledger/values/vote.js';
import { createEvidencePool } from '../../../server/replica/evidence-pool.js';
import { genesisCertificate } from '../../../server/replica/recover.js';
import { chainOfOne } from './chain-of-one.js';

const { blocks, nodes, proposalOf } = chainOfOne();
const { proposal } = proposalOf(blocks[0]!, genesisCertificate(nodes.context.genesisHash));

const evidenceOf = (number: number): Evidence => {
  const first = { ...proposal, epoch: toEpoch(number) };
  return { kind: 'double_proposal', first, second: { ...first, block: blocks[1]!.hash } };
};

test('[3-evidence-age] what is too old to be used is forgotten, what counts still waits on', () => {
  const pool = createEvidencePool();
  for (const epoch of [3, 4, 5]) assert.equal(pool.add(evidenceOf(epoch)), true);
  pool.forgetBefore(toEpoch(4));
  assert.deepEqual(pool.pending(), [evidenceOf(4), evidenceOf(5)]);
});

test('[3-evidence-once] one of an offender and epoch waits, and none after it is final', () => {
  const pool = createEvidencePool();
  assert.deepEqual([pool.add(evidenceOf(1)), pool.add(evidenceOf(1)), pool.add(evidenceOf(2))], [true, false, true]);
  pool.forgetFinal([evidenceOf(1)]);
  assert.deepEqual(pool.pending(), [evidenceOf(2)]);
  assert.equal(pool.add(evidenceOf(1)), false, 'a peer repeats it');
});
