/**
 * Cryptography in JavaScript alone: for browsers, and as the reference of the acceptance rule for Ed25519, which it
 * spells out (PROTOCOL section 2). Slow: about 1 ms a signature.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { assert } from '../values/assertion.js';
import type { Crypto, Signer } from '../values/crypto.js';
import { bytesToHex, hexToBytes } from '../values/hex.js';
import { isHashText, isSignatureText } from '../values/text-forms.js';
import { verifyVrf } from './ecvrf.js';

const { Point } = ed25519;
const order = Point.Fn.ORDER;
const utf8 = new TextEncoder();

export function createNobleCrypto(): Crypto {
  return {
    sha256OfHex: (digits) => bytesToHex(sha256(hexToBytes(digits))),
    sha256Hex: (text) => bytesToHex(sha256(utf8.encode(text))),
    verify(publicKey, message, signature) {
      if (!isHashText(publicKey) || !isSignatureText(signature)) return false;
      return acceptsSignature(hexToBytes(publicKey.slice(2)), utf8.encode(message), hexToBytes(signature.slice(2)));
    },
    verifyVrf,
  };
}

/** The signer of a 32-byte seed (RFC 8032's secret key). */
export function createNobleSigner(seed: Uint8Array): Signer {
  assert(seed.length === 32, 'a seed has 32 bytes');
  const secret = seed.slice();
  return {
    publicKey: `0x${bytesToHex(ed25519.getPublicKey(secret))}`,
    sign: (message) => `0x${bytesToHex(ed25519.sign(utf8.encode(message), secret))}`,
  };
}

/**
 * Canonical A and R, neither of small order; S < L; and [S]B = R + [k]A exactly, without the cofactor.
 * @param key 32 bytes @param signature 64 bytes
 */
export function acceptsSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const encodedR = signature.subarray(0, 32);
  const a = pointOf(key);
  const r = pointOf(encodedR);
  const s = littleEndian(signature.subarray(32));
  if (a === undefined || r === undefined || s >= order) return false;
  const hashed = sha512.create().update(encodedR).update(key).update(message).digest();
  const k = littleEndian(hashed) % order;
  return Point.BASE.multiplyUnsafe(s).equals(r.add(a.multiplyUnsafe(k)));
}

/** A point in its one canonical encoding, not of small order. */
function pointOf(bytes: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    const point = Point.fromBytes(bytes, false);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);
}
