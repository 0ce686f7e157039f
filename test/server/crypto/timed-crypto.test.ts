import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCrypto, createSigner } from '../../../server/crypto/create-crypto.js';
import { createTimedCrypto } from '../../../server/crypto/timed-crypto.js';

test('verdicts are those of the cryptography inside, and the time of each check is added up', () => {
  let now = 0;
  const inner = createCrypto();
  const { crypto, checkingMs } = createTimedCrypto(inner, () => {
    now += 3;
    return now;
  });
  const signer = createSigner(new Uint8Array(32).fill(1));
  const signature = signer.sign('text');
  assert.equal(crypto.verify(signer.publicKey, 'text', signature), true);
  assert.equal(crypto.verify(signer.publicKey, 'other text', signature), false);
  assert.equal(crypto.verifyVrf(signer.publicKey, 'alpha', `0x${'00'.repeat(80)}`), undefined);
  assert.equal(checkingMs(), 9);
  assert.equal(crypto.sha256Hex('text'), inner.sha256Hex('text'));
  assert.equal(checkingMs(), 9, 'a hash is no check');
});
