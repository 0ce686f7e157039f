import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCrypto, createSigner } from '../../../server/crypto/create-crypto.js';
import { checkPacked, packChecks, type SignatureCheck } from '../../../server/crypto/signature-batch.js';
import { createSignatureThreads } from '../../../server/crypto/signature-threads.js';
import { createByteVerifier } from '../../../server/crypto/verify-bytes.js';

const crypto = createCrypto();
const signer = createSigner(Buffer.alloc(32, 7));
const other = createSigner(Buffer.alloc(32, 8));

/** Good ones, and ones with another key, another text or a signature that is no signature. */
const checks: fc.Arbitrary<SignatureCheck> = fc
  .record({
    message: fc.string({ unit: 'grapheme', maxLength: 40 }),
    fault: fc.constantFrom('', 'key', 'text', 'form'),
  })
  .map(({ message, fault }) => ({
    publicKey: fault === 'key' ? other.publicKey : signer.publicKey,
    message: fault === 'text' ? `${message}!` : message,
    signature: fault === 'form' ? `0x${'f'.repeat(128)}` : signer.sign(message),
  }));

const expected = (batch: readonly SignatureCheck[]): number[] =>
  batch.map(({ publicKey, message, signature }) => (crypto.verify(publicKey, message, signature) ? 1 : 0));

test('packed checks give the verdicts of the main thread, item by item', () => {
  fc.assert(
    fc.property(fc.array(checks, { maxLength: 20 }), (batch) => {
      assert.deepEqual([...checkPacked(packChecks(batch), batch.length, createByteVerifier())], expected(batch));
    }),
    { numRuns: 50 },
  );
});

test('threads answer every batch with the verdicts of the main thread', async (t) => {
  const threads = createSignatureThreads(2);
  t.after(() => threads.close());
  const batches = fc.sample(fc.array(checks, { minLength: 1, maxLength: 10 }), { numRuns: 8, seed: 1 });
  for (const batch of batches) {
    const verdicts = await new Promise<Uint8Array | undefined>((resolve) => threads.check(batch, resolve));
    assert.deepEqual([...(verdicts ?? [])], expected(batch));
  }
});

test('a thread takes two batches at once, and there is none of them on a machine with one CPU', async () => {
  const one = fc.sample(checks, { numRuns: 1, seed: 2 });
  const threads = createSignatureThreads(1);
  const first = new Promise((resolve) => threads.check(one, resolve));
  const second = new Promise((resolve) => threads.check(one, resolve));
  assert.equal(threads.free, false);
  await Promise.all([first, second]);
  assert.equal(threads.free, true);
  await threads.close();
  assert.equal(createSignatureThreads(0).free, false);
});

test('a thread that ends answers what it had with nothing found out', async () => {
  const threads = createSignatureThreads(1);
  const batch = fc.sample(checks, { numRuns: 2, seed: 3 });
  const answered = new Promise((resolve) => threads.check(batch, resolve));
  await threads.close();
  assert.equal(await answered, undefined);
  assert.equal(threads.count, 0);
  assert.equal(threads.free, false);
});
