/** Public vectors whose messages are bytes, on all four paths that verify: the reference, libsodium, OpenSSL, the client. */
import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { acceptsSignature as browserAccepts, verifierOfNode } from '../../../client/crypto.js';
import { acceptsSignature as referenceAccepts } from '../../../ledger/crypto/noble.js';
import { bytesToHex, hexToBytes } from '../../../ledger/values/hex.js';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { nodeEngine, sodiumEngine } from '../../../server/crypto/engines.js';
import { createByteVerifier } from '../../../server/crypto/verify-bytes.js';

const sodium = sodiumEngine();
assert.ok(sodium, 'libsodium loads on this machine');
const byLibsodium = createByteVerifier(sodium);
const clientAccepts = verifierOfNode() ?? assert.fail('this is Node.js');
const byOpenssl = createByteVerifier(nodeEngine());
const { Point } = ed25519;
const { ORDER: order } = Point.Fn;

/** The one verdict of all paths. */
function verdict(what: string, key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const expected = referenceAccepts(key, message, signature);
  assert.equal(byLibsodium(key, message, signature), expected, `libsodium: ${what}`);
  assert.equal(byOpenssl(key, message, signature), expected, `OpenSSL: ${what}`);
  assert.equal(browserAccepts(key, message, signature), expected, `client in a browser: ${what}`);
  assert.equal(clientAccepts(key, message, signature), expected, `client on Node.js: ${what}`);
  return expected;
}

/** RFC 8032 section 7.1, tests 1, 2, 3 and SHA(abc): seed, message, signature. */
const rfc8032: readonly (readonly [seed: string, message: Uint8Array, signature: string])[] = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    new Uint8Array(0),
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    hexToBytes('72'),
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    hexToBytes('af82'),
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    createHash('sha512').update('abc').digest(),
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
];

test('RFC 8032: every signature is accepted on every path, and none after a change of any byte', () => {
  for (const [seed, message, signature] of rfc8032) {
    const key = hexToBytes(createSigner(hexToBytes(seed)).publicKey.slice(2));
    const bytes = hexToBytes(signature);
    assert.ok(verdict(seed, key, message, bytes));
    assert.equal(bytesToHex(ed25519.sign(message, hexToBytes(seed))), signature);
    for (let i = 0; i < 96; i += 1) {
      const changed = Uint8Array.from([...key, ...bytes]);
      changed[i]! ^= 1 << (i & 7);
      assert.ok(!verdict(`${seed} byte ${i}`, changed.subarray(0, 32), message, changed.subarray(32)));
    }
    assert.ok(!verdict(`${seed} message`, key, Uint8Array.of(...message, 0), bytes));
  }
});

test('speccheck: of the cases on which libraries differ, only parts of small order that cancel pass', () => {
  const text = readFileSync('test/server/crypto/speccheck.json', 'utf8');
  const { cases } = JSON.parse(text) as { cases: readonly (readonly [string, string, string, string])[] };
  const accepted = cases.filter(([what, message, key, signature]) =>
    verdict(what, hexToBytes(key), hexToBytes(message), hexToBytes(signature)),
  );
  assert.deepEqual(
    accepted.map(([what]) => what),
    ['mixed A and R that cancel'],
  );
});

const littleEndian = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, '0')).reverse();
const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);

/** The classes of the CCTV set: A and R each honest, of small order or mixed, in every spelling, against many messages. */
test('CCTV classes: low order, mixed and non-canonical A and R have one verdict on every path', () => {
  const { scalar, point } = ed25519.utils.getExtendedPublicKey(new Uint8Array(32).fill(3));
  const generator8 = Point.fromBytes(hexToBytes('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'));
  const torsion = [Point.ZERO];
  for (let i = 1; i < 8; i += 1) torsion.push(torsion[i - 1]!.add(generator8));
  const nonce = 7_919n;
  const prime = Point.Fp.ORDER;
  const spellings = [0n, 1n, prime - 1n, prime, prime + 1n].flatMap((y) => [
    littleEndian(y),
    littleEndian(y + (1n << 255n)),
  ]);
  const low = [...torsion.map((one) => one.toBytes()), ...spellings];
  const keys = [
    ...torsion.map((one) => ({ bytes: point.add(one).toBytes(), scalar })),
    ...low.map((bytes) => ({ bytes, scalar: 0n })),
  ];
  const commitments = [
    ...torsion.map((one) => ({ bytes: Point.BASE.multiply(nonce).add(one).toBytes(), nonce })),
    ...low.map((bytes) => ({ bytes, nonce: 0n })),
  ];
  let accepted = 0;
  let tried = 0;
  for (const key of keys) {
    for (const commitment of commitments) {
      const message = new TextEncoder().encode(`ed25519 vectors ${tried % 3}`);
      const hashed = hash('sha512', Buffer.concat([commitment.bytes, key.bytes, message]), 'buffer');
      const s = (commitment.nonce + (toInteger(hashed) % order) * key.scalar) % order;
      const signature = Uint8Array.of(...commitment.bytes, ...littleEndian(s));
      tried += 1;
      if (!verdict(`${bytesToHex(key.bytes)} ${bytesToHex(signature)}`, key.bytes, message, signature)) continue;
      accepted += 1;
      // Whatever passes is neither of small order nor spelled twice.
      for (const bytes of [key.bytes, commitment.bytes]) {
        assert.ok(!Point.fromBytes(bytes).isSmallOrder());
        assert.deepEqual(Point.fromBytes(bytes).toBytes(), bytes);
      }
    }
  }
  assert.equal(tried, 26 * 26);
  // Of the 64 pairs of mixed points about one in eight cancels.
  assert.ok(accepted >= 3 && accepted <= 20, `${accepted}`);
});

/** The classes of Wycheproof's Ed25519 tests, made here: lengths, S at and around its limits, damaged parts. */
test('Wycheproof classes: lengths, S around L, R and A replaced, zeros and ones', () => {
  const [seed, message, hex] = rfc8032[2]!;
  const key = hexToBytes(createSigner(hexToBytes(seed)).publicKey.slice(2));
  const good = hexToBytes(hex);
  const s = toInteger(good.subarray(32));
  const withS = (value: bigint): Uint8Array => Uint8Array.of(...good.subarray(0, 32), ...littleEndian(value));
  for (const value of [
    s,
    0n,
    1n,
    order - 1n,
    order,
    order + 1n,
    order - s,
    s + order,
    s + 8n * order,
    2n ** 252n,
    2n ** 253n - 1n,
    2n ** 255n,
    2n ** 256n - 1n,
  ]) {
    assert.equal(verdict(`S = ${value}`, key, message, withS(value)), value === s);
  }
  for (const r of [
    new Uint8Array(32),
    new Uint8Array(32).fill(255),
    key,
    Point.BASE.toBytes(),
    Point.BASE.negate().toBytes(),
  ]) {
    assert.ok(!verdict(`R = ${bytesToHex(r)}`, key, message, Uint8Array.of(...r, ...good.subarray(32))));
    if (r !== key) assert.ok(!verdict(`A = ${bytesToHex(r)}`, r, message, good));
  }
  for (const length of [0, 1, 63, 64, 65, 127, 128, 129, 1_023, 65_536]) {
    const long = new Uint8Array(length).fill(0xa5);
    const signature = ed25519.sign(long, hexToBytes(seed));
    assert.ok(verdict(`${length} bytes`, key, long, signature));
    if (length > 0) assert.ok(!verdict(`${length} bytes`, key, long.subarray(1), signature));
  }
});
