/** The leader schedule and certificates, as pure functions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyCertificate } from '../../consensus/certificate.js';
import { isQuorum } from '../../consensus/quorum.js';
import { createSchedule } from '../../consensus/schedule.js';
import type { Hasher } from '../../ledger/values/crypto.js';
import { toAmount, toSlot } from '../../ledger/values/numbers.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import { chain, epochEntry, genesis, LoneCore, viewOf } from './lone-core.js';

const stakes = [1, 500, 1500, 3000, 4999];
const weighted = () => {
  const entry = epochEntry(
    7,
    stakes.map((stake) => `member of ${stake}`),
  );
  return { ...entry, validators: entry.validators.map((member, at) => ({ ...member, stake: toAmount(stakes[at]!) })) };
};

test("[4-schedule] over 10,000 slots the leaders' shares match the stakes (chi-square)", () => {
  const entry = weighted();
  const schedule = createSchedule(standInCrypto, entry);
  const led = new Map<string, number>();
  for (let slot = 0; slot < 10_000; slot += 1) {
    const leader = schedule.leader(toSlot(slot));
    led.set(leader, (led.get(leader) ?? 0) + 1);
  }
  let chiSquare = 0;
  for (const { key, stake } of entry.validators) chiSquare += ((led.get(key) ?? 0) - stake) ** 2 / stake;
  // 18.47: exceeded by chance once in a thousand with four degrees of freedom. The nonce is fixed, so is the outcome.
  assert.ok(chiSquare < 18.47, `chi-square ${chiSquare}`);
});

test('[4-leader-unbiased] a draw at or above the largest multiple of the total is drawn again', () => {
  const entry = weighted();
  const counters: number[] = [];
  const top: Hasher = {
    ...standInCrypto,
    sha256Hex(text) {
      const { counter } = JSON.parse(text.slice(text.indexOf('\n') + 1)) as { counter: number };
      counters.push(counter);
      return counter < 2 ? 'f'.repeat(64) : '0'.repeat(64);
    },
  };
  assert.equal(createSchedule(top, entry).leader(toSlot(1)), entry.validators[0]!.key);
  assert.deepEqual(counters, [0, 1, 2]);
});

test('[5-quorum] a quorum is strictly more than 2/3, also where three times the stake exceeds 2^53', () => {
  assert.equal(isQuorum(2, 3), false);
  assert.equal(isQuorum(3, 4), true);
  const third = 3_002_399_751_580_330;
  assert.equal(isQuorum(2 * third, 3 * third), false);
  assert.equal(isQuorum(2 * third + 1, 3 * third), true);
});

test('[5-certificate] distinct members of the own epoch, more than 2/3 of the stake, every signature good', () => {
  const lone = new LoneCore();
  const block = lone.child(genesis, 1);
  const good = lone.certificate(block, viewOf(1));
  const check = (certificate: typeof good, epoch = epochEntry()) =>
    verifyCertificate(standInCrypto, epoch, certificate, chain).ok;
  assert.equal(check(good), true);
  assert.equal(check(good, epochEntry(1)), false, 'another epoch');
  assert.equal(
    check({ ...good, signers: good.signers.slice(1), signatures: good.signatures.slice(1) }),
    false,
    'two of four',
  );
  const [first] = good.signers;
  const [signature] = good.signatures;
  const thrice = { ...good, signers: [first!, first!, first!], signatures: [signature!, signature!, signature!] };
  assert.equal(check(thrice), false, 'one signer three times');
  assert.equal(check({ ...good, signatures: [...good.signatures].reverse() }), false, 'signatures of others');
  assert.equal(check({ ...good, phase: 'commit' }), false, 'another phase');
  assert.equal(check({ ...good, signatures: good.signatures.slice(1) }), false, 'a signature short');
  assert.equal(check({ ...good, signers: [0.5, 1, 2] }), false, 'no index');
});
