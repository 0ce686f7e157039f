/** Stand-in keys and real ones: the same names, the same verdicts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRealKeys, createStandInKeys } from '../../server/simulator/key-ring.js';
import { standInKey } from '../../server/simulator/stand-in-crypto.js';
import { runSeed } from './run.js';

const [mine, other] = [standInKey('validator', 1), standInKey('validator', 2)];

for (const [kind, create] of [
  ['stand-in', createStandInKeys],
  ['real', createRealKeys],
] as const) {
  test(`${kind} signatures and proofs hold for their key and text alone`, () => {
    const { crypto, signer, prover } = create();
    const signature = signer(mine).sign('a text');
    // Asked twice: what is remembered must not answer for another question.
    for (let again = 0; again < 2; again++) {
      assert.equal(crypto.verify(mine, 'a text', signature), true);
      assert.equal(crypto.verify(mine, 'another text', signature), false);
      assert.equal(crypto.verify(other, 'a text', signature), false);
    }
    assert.equal(signer(mine).publicKey, mine);
    const proof = prover(mine).prove('alpha');
    assert.match(crypto.verifyVrf(mine, 'alpha', proof) ?? '', /^[0-9a-f]{128}$/);
    assert.equal(crypto.verifyVrf(other, 'alpha', proof), undefined);
    assert.equal(crypto.verifyVrf(mine, 'beta', proof), undefined);
  });
}

test('a run with real signatures keeps the rules', () => {
  const report = runSeed({ seed: 7, nodes: 4, chaosMs: 5_000, realSignatures: true });
  assert.equal(report.verdict, 'ok', report.violation);
  assert.ok(report.finalBlocks > 3);
});
