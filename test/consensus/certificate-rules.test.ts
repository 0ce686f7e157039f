/** Who is counted and for what: members, certificates as a whole, and finality that contradicts what is final. PROTOCOL section 5. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyCertificate } from '../../consensus/certificate.js';
import { defaultCoreLimits } from '../../consensus/config.js';
import type { Effect } from '../../consensus/effect.js';
import { isQuorum, stakeOf } from '../../consensus/quorum.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import { toAmount, toEpoch, toHeight } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import {
  chain,
  epochEntry,
  genesis,
  genesisCertificate,
  keyOf,
  LoneCore,
  messages,
  ofType,
  only,
  others,
  viewOf,
  votes,
} from './lone-core.js';

test('[5-final] of the finality that waits for bodies the highest brings all below it along', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const lone = new LoneCore();
    const slot = lone.slotLedBy(others);
    lone.enter(slot);
    const parent = lone.child(genesis, slot);
    const block = lone.child(parent, slot, 1, viewOf(slot));
    const both = [
      lone.certificate(parent, viewOf(slot), 'commit'),
      lone.certificate(block, viewOf(slot, 1), 'commit', viewOf(slot)),
    ];
    for (const at of order) lone.step({ type: 'certificate', certificate: both[at]! });
    lone.take();
    lone.give(block);
    lone.give(parent);
    assert.equal(only(lone.take(), 'finalise').block, block.hash);
  }
});

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

test('[5-certificate] nobody counts twice, nobody outside the set counts, and no vote counts in another epoch', () => {
  const lone = new LoneCore();
  const good = lone.certificate(lone.child(genesis, 1), viewOf(1));
  const check = (certificate: typeof good, set = epochEntry()) =>
    verifyCertificate(standInCrypto, set, certificate, chain);
  const [first, ...rest] = good.signers;
  const outside = epochEntry().validators.length;
  const twice = good.signers.map(() => first!);
  for (const signers of [twice, good.signers.toReversed(), [...rest, outside], [-1, ...rest]]) {
    const signatures = signers.map((signer) => good.signatures[good.signers.indexOf(signer)] ?? good.signatures[0]!);
    const problem = 'signers are not ascending indexes into the set';
    assert.deepEqual(check({ ...good, signers, signatures }), { ok: false, problem }, signers.join());
  }
  const later = { ...epochEntry(), number: toEpoch(good.epoch + 1) };
  const problem = `the certificate is of epoch ${good.epoch}, the set of epoch ${later.number}`;
  assert.deepEqual(check(good, later), { ok: false, problem });
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

test('[6-help] nobody is helped for what it said longer ago than the longest term: anybody can say that again', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const blocks = [lone.child(genesis, slot)];
  blocks.push(lone.child(blocks[0]!, slot, 1, viewOf(slot)));
  lone.give(...blocks);
  lone.final(blocks[1]!, lone.certificate(blocks[1]!, viewOf(slot, 1), 'commit'));
  const behind = lone.newView('v2', slot, genesisCertificate, { final_index: toHeight(0) });
  const answers = (later: number): readonly number[] => {
    for (const before of [1, 0]) lone.enter(slot + later - before);
    const helped = (effects: readonly Effect[]) => ofType(effects, 'help_behind').length;
    const toNewView = helped(lone.hear(behind));
    for (const before of [1, 0]) lone.enter(slot + later - before);
    const toProposal = helped(lone.propose(blocks[0]!, genesisCertificate));
    const proved = messages(lone.propose(blocks[1]!, lone.certificate(blocks[0]!, viewOf(slot))), 'certificate');
    return [toNewView, toProposal, proved.length];
  };
  const longest = lone.parameters.max_term_slots;
  assert.deepEqual(answers(longest), [1, 1, 1]);
  assert.deepEqual(answers(longest + 1), [0, 0, 0]);
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

test('[5-no-room] blocks that wait for more ancestors than there is room for are let go, not fetched for ever', () => {
  const limits = { ...defaultCoreLimits, unfinalHeaders: 4 };
  for (const length of [3, 4, 9]) {
    const lone = new LoneCore({ limits });
    const slot = lone.slotLedBy(others);
    lone.enter(slot);
    const line = [genesis];
    for (let round = 0; round < length; round += 1) line.push(lone.child(line[round]!, slot, round, 0));
    // What it is locked on takes one place, always.
    const locked = lone.child(genesis, slot, 30);
    const bodies = new Map([...line, locked].map((block) => [block.hash, block]));
    const effects = [
      ...lone.step({ type: 'certificate', certificate: lone.certificate(locked, viewOf(slot, 30)) }),
      ...lone.step({ type: 'certificate', certificate: lone.certificate(line.at(-1)!, viewOf(slot, 20), 'commit') }),
    ];
    answerAtOnce(lone, effects, bodies);
    assert.equal(ofType(effects, 'finalise').length, length === 3 ? 1 : 0);
    // Syncing brings what was let go.
    assert.ok(ofType(effects, 'catch_up').length > 0);
  }
});

test('[5-no-room] two proposals that have room for one do not push each other out for ever', () => {
  const lone = new LoneCore({ limits: { ...defaultCoreLimits, unfinalHeaders: 1 } });
  lone.enter(100);
  for (let slot = 84; slot < 96; slot += 1) lone.propose(lone.child(genesis, slot), genesisCertificate);
  assert.equal(lone.core.describe().term_slots, 8);
  const first = lone.slotLedBy(others, 101);
  const second = lone.slotLedBy(others, first + 1);
  assert.ok(second < 108);
  const blocks = [first, second].map((slot) => lone.child(genesis, slot));
  for (const block of blocks) lone.propose(block, genesisCertificate);
  const effects = [...lone.enter(second)];
  answerAtOnce(lone, effects, new Map(blocks.map((block) => [block.hash, block])));
  // The one that came last is there, and gets its vote.
  assert.deepEqual(votes(effects, 'prepare'), [[blocks[1]!.hash, viewOf(second)]]);
});

/** Two certificates that come one after the other, each for the second of two blocks that are only found by asking. @returns the lock */
function lockedAmong(
  places: number,
  views: readonly [number, number],
): { readonly lock: Hash; readonly tops: readonly Hash[] } {
  const lone = new LoneCore({ limits: { ...defaultCoreLimits, unfinalHeaders: places } });
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  const lines = views.map((round) => {
    const below = lone.child(genesis, slot, round - 1);
    return [below, lone.child(below, slot, round)] as const;
  });
  const effects = lines.flatMap(([, top], at) => [
    ...lone.step({ type: 'certificate', certificate: lone.certificate(top, viewOf(slot, views[at])) }),
  ]);
  answerAtOnce(lone, effects, new Map(lines.flat().map((block) => [block.hash, block])));
  return { lock: lone.core.describe().lock.block, tops: lines.map(([, top]) => top.hash) };
}

test('[5-no-room] two certificates that have room for the blocks of one do not push them out for ever', () => {
  const { lock, tops } = lockedAmong(3, [2, 4]);
  assert.ok(tops.includes(lock));
});

test('[5-no-room] of two certificates that have room for the blocks of one it is the higher that gets it', () => {
  const { lock, tops } = lockedAmong(2, [4, 2]);
  assert.equal(lock, tops[0]);
});

/** As the driver does that has these bodies: each question of these effects is answered, and those that follow from it. */
function answerAtOnce(lone: LoneCore, effects: Effect[], bodies: ReadonlyMap<Hash, HashedHeader>): void {
  for (let at = 0; at < effects.length; at += 1) {
    assert.ok(at < 200, 'questions follow each other for ever');
    const effect = effects[at]!;
    if (effect.type === 'fetch_block' && bodies.has(effect.block)) {
      effects.push(...lone.step({ type: 'block_fetched', block: bodies.get(effect.block)! }));
    } else if (effect.type === 'validate_block') {
      effects.push(...lone.step({ type: 'block_validated', block: effect.block, valid: true }));
    }
  }
}
