/** Who is counted and for what: members, certificates as a whole, and finality that contradicts what is final. PROTOCOL section 5. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyCertificate } from '../../consensus/certificate.js';
import { isQuorum, stakeOf } from '../../consensus/quorum.js';
import { toAmount, toHeight } from '../../ledger/values/numbers.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import {
  chain,
  epochEntry,
  genesis,
  genesisCertificate,
  keyOf,
  LoneCore,
  ofType,
  only,
  others,
  viewOf,
} from './lone-core.js';

test('[5-conflicting-finality] a certificate for a block that does not descend from the tip is refused, not obeyed', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const block = lone.child(genesis, slot);
  const beside = lone.child(genesis, slot, 1);
  for (const body of [block, beside]) lone.step({ type: 'block_fetched', block: body });
  lone.final(block, lone.certificate(block, viewOf(slot), 'commit'));
  const above = lone.child(beside, slot, 2);
  lone.step({ type: 'block_fetched', block: beside });
  lone.step({ type: 'block_fetched', block: above });
  lone.take();
  const effects = lone.step({ type: 'certificate', certificate: lone.certificate(above, viewOf(slot, 2), 'commit') });
  assert.equal(only(effects, 'refused').rule, '5-conflicting-finality');
  assert.equal(ofType(effects, 'finalise').length, 0);
});

test('[5-member] a new-view of a stranger is not heard, whatever it carries', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  lone.take();
  const lock = lone.certificate(lone.child(genesis, slot), viewOf(slot));
  const effects = lone.hear(lone.newView('stranger', slot, lock), lock);
  assert.equal(only(effects, 'refused').rule, '5-member');
  assert.equal(lone.core.describe().lock.view, 0);
});

test('[5-certificate] as many signatures as signers, not one more', () => {
  const lone = new LoneCore();
  const good = lone.certificate(lone.child(genesis, 1), viewOf(1));
  const check = (certificate: typeof good) => verifyCertificate(standInCrypto, epochEntry(), certificate, chain);
  assert.equal(check(good).ok, true);
  const more = { ...good, signatures: [...good.signatures, good.signatures[0]!] };
  assert.deepEqual(check(more), { ok: false, problem: 'signers and signatures differ in number' });
});

test('[5-quorum] members count by their stake, strangers count nothing', () => {
  const set = epochEntry();
  const [first, ...rest] = set.validators;
  const uneven = { ...set, validators: [{ ...first!, stake: toAmount(5) }, ...rest] };
  assert.equal(stakeOf(uneven, [first!.key, keyOf('stranger'), first!.key]), 5);
  assert.equal(stakeOf(uneven, [first!.key, rest[0]!.key]), 1005);
  assert.equal(isQuorum(6_004_799_503_160_659, 9_007_199_254_740_988), true, 'a third of a unit more than two thirds');
  assert.equal(isQuorum(6_004_799_503_160_660, 9_007_199_254_740_990), false, 'two thirds exactly');
});

test('[5-final] a block whose ancestors are not at hand is not final before they are', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const parent = lone.child(genesis, slot);
  const block = lone.child(parent, slot, 1, viewOf(slot));
  lone.step({ type: 'block_fetched', block });
  const effects = lone.step({ type: 'certificate', certificate: lone.certificate(block, viewOf(slot, 1), 'commit') });
  assert.equal(ofType(effects, 'finalise').length, 0);
  assert.ok(ofType(effects, 'fetch_block').some((effect) => effect.block === parent.hash));
  assert.equal(only(lone.step({ type: 'block_fetched', block: parent }), 'finalise').block, block.hash);
});

test('[5-executes] executions are asked for one at a time, however many proposals there are', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  lone.take();
  const blocks = [0, 1, 2].map((round) => lone.child(genesis, slot, round));
  for (const block of blocks) lone.propose(block, genesisCertificate);
  assert.deepEqual(
    ofType(lone.take(), 'validate_block').map(({ block }) => block),
    [blocks[0]!.hash],
  );
  const effects = lone.step({ type: 'block_validated', block: blocks[0]!.hash, valid: true });
  assert.deepEqual(
    ofType(effects, 'validate_block').map(({ block }) => block),
    [blocks[2]!.hash],
    'then the highest view of the slot',
  );
});

test('[6-help] a validator that is behind within the epoch is helped; one behind by what became final just now is not', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const block = lone.child(genesis, slot);
  lone.step({ type: 'block_fetched', block });
  lone.final(block, lone.certificate(block, viewOf(slot), 'commit'));
  const behind = (at: number) => lone.newView('v2', at, genesisCertificate, { final_index: toHeight(0) });
  assert.equal(ofType(lone.hear(behind(slot)), 'help_behind').length, 0, 'final in this slot');
  lone.enter(slot + 1);
  assert.equal(ofType(lone.hear(behind(slot + 1)), 'help_behind').length, 0, 'final in the slot before');
  lone.enter(slot + 2);
  assert.equal(only(lone.hear(behind(slot + 2)), 'help_behind').final_index, 0);
  assert.equal(ofType(lone.hear(behind(slot + 2)), 'help_behind').length, 0, 'once a slot');
});

test('[5-future-view] votes for views beyond twice the longest term are not kept, so that they push nothing out', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  lone.take();
  const ahead = 2 * lone.parameters.max_term_slots;
  const block = lone.child(genesis, slot);
  const far = lone.step({ type: 'vote', vote: lone.vote('v2', block, viewOf(slot + ahead + 1)) });
  assert.equal(only(far, 'refused').rule, '5-future-view');
  const near = lone.step({ type: 'vote', vote: lone.vote('v2', block, viewOf(slot + ahead)) });
  assert.deepEqual(ofType(near, 'refused'), []);
});
