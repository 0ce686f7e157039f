import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNobleCrypto } from '../../../ledger/crypto/noble.js';
import { type MerkleProof, merkleProof, merkleRoot, verifyMerkleProof } from '../../../ledger/values/merkle.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';

const crypto = createCrypto();
const leavesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `{"leaf":${i}}`);

/** The definition of RFC 6962, section 2.1, word for word. */
function definedRoot(leaves: readonly string[]): Buffer {
  const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0]!);
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha256(Buffer.of(1), definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

test('the root is that of RFC 6962, for every number of leaves up to 70', () => {
  for (let count = 0; count <= 70; count += 1) {
    const leaves = leavesOf(count);
    const expected = `0x${definedRoot(leaves).toString('hex')}`;
    assert.equal(merkleRoot(crypto, leaves), expected, `${count}`);
    assert.equal(merkleRoot(createNobleCrypto(), leaves), expected, `${count}`);
  }
  assert.equal(
    merkleRoot(crypto, []),
    '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'the hash of nothing',
  );
});

test('leaves are texts in UTF-8', () => {
  const leaves = ['é𝄞', '', '\u0000', 'x'];
  assert.equal(merkleRoot(crypto, leaves), `0x${definedRoot(leaves).toString('hex')}`);
});

test('every leaf has a proof, and it shows that leaf at that place only', () => {
  for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 31, 32, 33]) {
    const leaves = leavesOf(count);
    const root = merkleRoot(crypto, leaves);
    for (let i = 0; i < count; i += 1) {
      const proof = merkleProof(crypto, leaves, i);
      assert.ok(verifyMerkleProof(crypto, leaves[i]!, proof, root), `${i} of ${count}`);
      for (let j = 0; j < count; j += 1) {
        if (j === i) continue;
        assert.ok(!verifyMerkleProof(crypto, leaves[j]!, proof, root));
        assert.ok(!verifyMerkleProof(crypto, leaves[i]!, { ...proof, index: j }, root), `${i} as ${j} of ${count}`);
      }
    }
  }
});

test('no change of a proof shows a leaf that is not there', () => {
  const leaves = leavesOf(11);
  const root = merkleRoot(crypto, leaves);
  const other = `0x${'a'.repeat(64)}` as const;
  fc.assert(
    fc.property(fc.nat(10), fc.nat(3), fc.constantFrom('drop', 'add', 'swap', 'case'), (index, at, change) => {
      const proof = merkleProof(crypto, leaves, index);
      const path = [...proof.path];
      const place = at % path.length;
      if (change === 'drop') path.splice(place, 1);
      else if (change === 'add') path.splice(place, 0, other);
      else if (change === 'swap') path[place] = other;
      else if (change === 'case') path[place] = path[place]!.toUpperCase() as typeof other;
      assert.ok(!verifyMerkleProof(crypto, leaves[index]!, { ...proof, path }, root));
      assert.ok(!verifyMerkleProof(crypto, leaves[index]!, proof, other));
      assert.ok(!verifyMerkleProof(crypto, 'no leaf', proof, root));
    }),
    { numRuns: 200 },
  );
  // An inner node cannot pass for a leaf: their first bytes differ.
  const proof = merkleProof(crypto, leaves, 0);
  assert.ok(!verifyMerkleProof(crypto, leaves[0]!, { index: 0, size: 6, path: proof.path.slice(1) }, root));
});

test('a malformed proof shows nothing and does not throw', () => {
  const leaves = leavesOf(4);
  const root = merkleRoot(crypto, leaves);
  const proof = merkleProof(crypto, leaves, 1);
  const malformed = [
    { ...proof, index: -1 },
    { ...proof, index: 4 },
    { ...proof, index: 1.5 },
    { ...proof, size: 0 },
    { ...proof, size: Number.NaN },
    { ...proof, size: Number.POSITIVE_INFINITY },
    { ...proof, size: 2 ** 53 },
    { ...proof, path: ['0x', ...proof.path.slice(1)] },
    { ...proof, path: [5, null] },
    { ...proof, path: new Array(1000).fill(proof.path[0]) },
  ];
  for (const wrong of malformed) {
    assert.ok(!verifyMerkleProof(crypto, leaves[1]!, wrong as MerkleProof, root), JSON.stringify(wrong));
  }
  assert.throws(() => merkleProof(crypto, leaves, 4), /assertion failed/);
});
