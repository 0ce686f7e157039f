/**
 * ECVRF-EDWARDS25519-SHA512-ELL2 (RFC 9381, suite 0x04), checked against the examples of its appendix B.4. Public keys
 * are validated (section 5.4.5), so an output is unique to its key and input.
 */
import { ed25519, ed25519_hasher } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { assert } from '../values/assertion.js';
import type { VrfProver } from '../values/crypto.js';
import { bytesToHex, hexToBytes } from '../values/hex.js';
import type { PublicKey, VrfProof } from '../values/text.js';
import { isHashText, isVrfProofText } from '../values/text-forms.js';

const { Point } = ed25519;
type CurvePoint = InstanceType<typeof Point>;

const suite = 0x04;
const pointBytes = 32;
const challengeBytes = 16;
const scalarBytes = 32;
/** Gamma, c and s. */
const vrfProofBytes = pointBytes + challengeBytes + scalarBytes;
const group = Point.Fn.ORDER;
const utf8 = new TextEncoder();
const encodeDst = utf8.encode('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_');

/** The prover of a seed of 32 bytes. A proof takes 2.5 ms. */
export function createVrfProver(seed: Uint8Array): VrfProver {
  assert(seed.length === 32, 'a seed has 32 bytes');
  const secret = seed.slice();
  return {
    publicKey: `0x${bytesToHex(ed25519.getPublicKey(secret))}`,
    prove: (alpha) => `0x${bytesToHex(ecvrfProve(secret, utf8.encode(alpha)))}`,
  };
}

/** What `Verifier.verifyVrf` promises, for texts of any form. 2.4 ms. */
export function verifyVrf(publicKey: PublicKey, alpha: string, proof: VrfProof): string | undefined {
  if (!isHashText(publicKey) || !isVrfProofText(proof)) return undefined;
  const output = ecvrfVerify(hexToBytes(publicKey.slice(2)), utf8.encode(alpha), hexToBytes(proof.slice(2)));
  return output && bytesToHex(output);
}

/** The proof for `alpha` (section 5.1) under a seed of 32 bytes. */
export function ecvrfProve(seed: Uint8Array, alpha: Uint8Array): Uint8Array {
  const digest = sha512(seed);
  const x = secretScalar(digest);
  const publicKey = Point.BASE.multiply(x % group);
  const publicBytes = publicKey.toBytes();
  const input = encodeToCurve(publicBytes, alpha);
  const inputBytes = input.toBytes();
  const gamma = input.multiply(x % group);
  const k = toInteger(sha512(concat(digest.subarray(32), inputBytes))) % group;
  const c = challenge(publicBytes, inputBytes, gamma, Point.BASE.multiply(k), input.multiply(k));
  const s = (k + c * x) % group;
  return concat(gamma.toBytes(), toBytes(c, challengeBytes), toBytes(s, scalarBytes));
}

/** The 64-byte output of a valid proof (sections 5.3 and 5.2); undefined for any other. Never throws. */
export function ecvrfVerify(publicBytes: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array | undefined {
  if (publicBytes.length !== pointBytes || proof.length !== vrfProofBytes) return undefined;
  const publicKey = decodePoint(publicBytes);
  const gamma = decodePoint(proof.subarray(0, pointBytes));
  if (!publicKey || !gamma || publicKey.isSmallOrder()) return undefined;
  const c = toInteger(proof.subarray(pointBytes, pointBytes + challengeBytes));
  const s = toInteger(proof.subarray(pointBytes + challengeBytes));
  if (s >= group) return undefined;
  const input = encodeToCurve(publicBytes, alpha);
  const u = Point.BASE.multiplyUnsafe(s).subtract(publicKey.multiplyUnsafe(c));
  const v = input.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(c));
  if (challenge(publicBytes, input.toBytes(), gamma, u, v) !== c) return undefined;
  return sha512(concat(Uint8Array.of(suite, 0x03), gamma.clearCofactor().toBytes(), Uint8Array.of(0x00)));
}

/** Section 5.4.1.2: RFC 9380's edwards25519_XMD:SHA-512_ELL2_NU_ over the key and the input. */
function encodeToCurve(publicBytes: Uint8Array, alpha: Uint8Array): CurvePoint {
  const dst = concat(encodeDst, Uint8Array.of(suite));
  return ed25519_hasher.encodeToCurve(concat(publicBytes, alpha), { DST: dst }) as CurvePoint;
}

/** Section 5.4.3. */
function challenge(
  publicBytes: Uint8Array,
  inputBytes: Uint8Array,
  gamma: CurvePoint,
  u: CurvePoint,
  v: CurvePoint,
): bigint {
  const points = concat(publicBytes, inputBytes, gamma.toBytes(), u.toBytes(), v.toBytes());
  const digest = sha512(concat(Uint8Array.of(suite, 0x02), points, Uint8Array.of(0x00)));
  return toInteger(digest.subarray(0, challengeBytes));
}

/** RFC 8032 section 5.1.5. */
function secretScalar(digest: Uint8Array): bigint {
  const bytes = digest.slice(0, 32);
  bytes[0]! &= 0xf8;
  bytes[31] = (bytes[31]! & 0x7f) | 0x40;
  return toInteger(bytes);
}

/** RFC 8032 section 5.1.3, canonical encodings only. */
function decodePoint(bytes: Uint8Array): CurvePoint | undefined {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

function toInteger(littleEndian: Uint8Array): bigint {
  let value = 0n;
  for (let i = littleEndian.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(littleEndian[i]!);
  return value;
}

function toBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, rest = value; i < length; i += 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
