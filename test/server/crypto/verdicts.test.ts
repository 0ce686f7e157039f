import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { acceptsSignature, clientCrypto } from '../../../client/crypto.js';
import { createNobleCrypto, createNobleSigner } from '../../../ledger/crypto/noble.js';
import { bytesToHex, hexToBytes } from '../../../ledger/values/hex.js';
import type { PublicKey, Signature } from '../../../ledger/values/text.js';
import { isHashText, isSignatureText } from '../../../ledger/values/text-forms.js';
import { createCrypto, createSigner } from '../../../server/crypto/create-crypto.js';
import { nodeEngine, sodiumEngine } from '../../../server/crypto/engines.js';

const { Point } = ed25519;
type CurvePoint = InstanceType<typeof Point>;
const order = Point.Fn.ORDER;
const prime = Point.Fp.ORDER;

const sodium = sodiumEngine();
assert.ok(sodium, 'libsodium loads on this machine');
const reference = createNobleCrypto();
const others = { sodium: createCrypto(sodium), node: createCrypto(nodeEngine()), client: clientCrypto };

/** The reference's verdict, which the others must share. */
function verdict(key: PublicKey, message: string, signature: Signature): boolean {
  const expected = reference.verify(key, message, signature);
  for (const [name, crypto] of Object.entries(others)) {
    assert.equal(crypto.verify(key, message, signature), expected, `${name}: ${key} ${message} ${signature}`);
  }
  if (isHashText(key) && isSignatureText(signature)) {
    const bytes = [key, signature].map((text) => hexToBytes(text.slice(2))) as [Uint8Array, Uint8Array];
    assert.equal(acceptsSignature(bytes[0], new TextEncoder().encode(message), bytes[1]), expected, 'in a browser');
  }
  return expected;
}

const littleEndian = (value: bigint): string => {
  const bytes = new Uint8Array(32);
  for (let i = 0, rest = value; i < 32; i += 1, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytesToHex(bytes);
};
const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);

/** RFC 8032 section 7.1, the tests whose messages are UTF-8. */
const vectors = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: 'r',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
] as const;

test('signers and verifiers agree with RFC 8032', () => {
  for (const { seed, key, message, signature } of vectors) {
    for (const signer of [createSigner(hexToBytes(seed)), createNobleSigner(hexToBytes(seed))]) {
      assert.equal(signer.publicKey, `0x${key}`);
      assert.equal(signer.sign(message), `0x${signature}`);
    }
    assert.ok(verdict(`0x${key}`, message, `0x${signature}`));
    assert.ok(!verdict(`0x${key}`, `${message}!`, `0x${signature}`));
  }
});

test('both signers give the same signatures, and all verifiers accept them; none after a change of a bit', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.nat(96 * 8 - 1),
      (seed, message, bit) => {
        const signer = createSigner(seed);
        const signature = signer.sign(message);
        assert.equal(createNobleSigner(seed).sign(message), signature);
        assert.ok(verdict(signer.publicKey, message, signature));
        const bytes = hexToBytes(signer.publicKey.slice(2) + signature.slice(2));
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const changed = bytesToHex(bytes);
        assert.ok(!verdict(`0x${changed.slice(0, 64)}`, message, `0x${changed.slice(64)}`));
      },
    ),
    { numRuns: 60 },
  );
});

test('S not below the group order is refused', () => {
  const { key, message, signature } = vectors[1];
  const s = toInteger(hexToBytes(signature.slice(64)));
  for (const raised of [s + order, s + 2n * order, s + 8n * order]) {
    assert.ok(!verdict(`0x${key}`, message, `0x${signature.slice(0, 64)}${littleEndian(raised)}`));
  }
});

/** The eight points of small order, and every other encoding that a lenient decoder takes for one of them. */
const generator8 = Point.fromBytes(hexToBytes('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'));
const torsion: CurvePoint[] = [Point.ZERO];
for (let i = 1; i < 8; i += 1) torsion.push(torsion[i - 1]!.add(generator8));
const withSign = (y: bigint): readonly string[] => [littleEndian(y), littleEndian(y + (1n << 255n))];
const smallOrderForms = [
  ...new Set([
    ...torsion.map((point) => bytesToHex(point.toBytes())),
    ...[1n, prime - 1n, 0n, prime, prime + 1n].flatMap(withSign),
  ]),
];

test('a key or R of small order is refused in every spelling, whatever the equation says', () => {
  assert.equal(smallOrderForms.length, 14);
  const { key } = vectors[0];
  for (const a of smallOrderForms) {
    for (const r of smallOrderForms) {
      for (const message of ['a', 'b', 'c']) assert.ok(!verdict(`0x${a}`, message, `0x${r}${'00'.repeat(32)}`));
    }
    // R = B and S = 1 satisfy the equation whenever [k]A is the identity.
    const b = bytesToHex(Point.BASE.toBytes());
    for (let i = 0; i < 8; i += 1) assert.ok(!verdict(`0x${a}`, `${i}`, `0x${b}${littleEndian(1n)}`));
    assert.ok(!verdict(`0x${key}`, 'x', `0x${a}${littleEndian(5n)}`));
  }
  // R of small order under an honest key: S = k a satisfies the equation for the identity.
  const secret = ed25519.utils.getExtendedPublicKey(new Uint8Array(32).fill(9));
  for (const form of smallOrderForms) {
    const k = toInteger(sha512.create().update(hexToBytes(form)).update(secret.pointBytes).digest()) % order;
    const s = (k * secret.scalar) % order;
    assert.ok(!verdict(`0x${bytesToHex(secret.pointBytes)}`, '', `0x${form}${littleEndian(s)}`));
  }
});

test('a y that is not below the prime is refused, and so is one that is not on the curve', () => {
  const { key, message, signature } = vectors[0];
  for (let y = 0n; y < 19n; y += 1n) {
    for (const form of [...withSign(prime + y), ...withSign(y)]) {
      assert.ok(!verdict(`0x${form}`, message, `0x${signature}`));
      assert.ok(!verdict(`0x${key}`, message, `0x${form}${signature.slice(64)}`));
    }
  }
});

/** A signature in which A and R may carry a part of small order. */
function mixed(seed: number, torsionA: number, torsionR: number, message: string): [PublicKey, Signature, boolean] {
  const { scalar, point } = ed25519.utils.getExtendedPublicKey(new Uint8Array(32).fill(seed));
  const a = point.add(torsion[torsionA]!).toBytes();
  const nonce = BigInt(seed) * 1_000_003n + 17n;
  const r = Point.BASE.multiply(nonce).add(torsion[torsionR]!).toBytes();
  const k = toInteger(sha512.create().update(r).update(a).update(new TextEncoder().encode(message)).digest()) % order;
  const s = (nonce + k * scalar) % order;
  const exact = (BigInt(torsionR) + k * BigInt(torsionA)) % 8n === 0n;
  return [`0x${bytesToHex(a)}`, `0x${bytesToHex(r)}${littleEndian(s)}`, exact];
}

test('the equation holds exactly, not up to small order: mixed points pass only where their parts cancel', () => {
  let accepted = 0;
  for (let i = 0; i < 240; i += 1) {
    const [key, signature, exact] = mixed(1 + (i % 7), i % 8, (i >> 3) % 8, `message ${i}`);
    assert.equal(verdict(key, `message ${i}`, signature), exact, `${i}`);
    if (exact) accepted += 1;
  }
  assert.ok(accepted > 20 && accepted < 80, `${accepted} of 240`);
});

test('malformed texts are refused, not thrown at', () => {
  const { key, message, signature } = vectors[0];
  for (const bad of [
    '',
    '0x',
    key,
    `0x${key}00`,
    `0x${key.toUpperCase()}`,
    `0x${key.slice(2)}`,
    `0x${'zz'.repeat(32)}`,
  ]) {
    assert.ok(!verdict(bad as PublicKey, message, `0x${signature}`), bad);
  }
  for (const bad of ['', '0x', signature, `0x${signature}00`, `0x${signature.slice(2)}`, `0x${'Ab'.repeat(64)}`]) {
    assert.ok(!verdict(`0x${key}`, message, bad as Signature), bad);
  }
});

test('hashes are the same on every path', () => {
  for (const text of ['', 'abc', 'é𝄞\u0000', 'x'.repeat(1000)]) {
    const bytes = new TextEncoder().encode(text);
    for (const crypto of Object.values(others)) {
      assert.equal(crypto.sha256Hex(text), reference.sha256Hex(text));
      assert.equal(crypto.sha256OfHex(bytesToHex(bytes)), reference.sha256Hex(text));
    }
  }
});
