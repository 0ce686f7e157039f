/**
 * The client's cryptography: on noble, so that it runs in browsers, and where the program runs on Node.js signatures by
 * its OpenSSL, which takes a tenth of the time. They are judged by the protocol's one rule: canonical A and R, neither of
 * small order, S below the group order, and [S]B = R + [k]A exactly.
 */
import { Point } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { createOpensslEngine } from '../ledger/crypto/openssl-engine.js';
import type { Hasher, Verifier } from '../ledger/values/crypto.js';
import { hasEd25519Form } from '../ledger/values/ed25519-form.js';
import { bytesToHex, hexToBytes } from '../ledger/values/hex.js';
import { isHashText, isSignatureText } from '../ledger/values/text-forms.js';

/** Checking a VRF proof takes the full node's code; what a client checks never needs it. */
export type ClientCrypto = Hasher & Pick<Verifier, 'verify'>;

const utf8 = new TextEncoder();
const order = Point.CURVE().n;

const isGood = verifierOfNode() ?? acceptsSignature;

export const clientCrypto: ClientCrypto = {
  sha256OfHex: (digits) => bytesToHex(sha256(hexToBytes(digits))),
  sha256Hex: (text) => bytesToHex(sha256(utf8.encode(text))),
  verify(publicKey, message, signature) {
    if (!isHashText(publicKey) || !isSignatureText(signature)) return false;
    return isGood(hexToBytes(publicKey.slice(2)), utf8.encode(message), hexToBytes(signature.slice(2)));
  },
};

/** The rule with Node's OpenSSL; undefined where the program runs elsewhere. An import of it would fail in browsers. */
export function verifierOfNode(): typeof acceptsSignature | undefined {
  const openssl = globalThis.process?.getBuiltinModule?.('node:crypto');
  if (openssl === undefined) return undefined;
  const engine = createOpensslEngine(openssl);
  return (key, message, signature) => hasEd25519Form(key, signature) && engine(key, message, signature);
}

/** The rule on bytes, with noble. @param key 32 bytes @param signature 64 bytes */
export function acceptsSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const encodedR = signature.subarray(0, 32);
  const a = pointOf(key);
  const r = pointOf(encodedR);
  const s = littleEndian(signature.subarray(32));
  if (a === undefined || r === undefined || s >= order) return false;
  const hashed = new Uint8Array(64 + message.length);
  hashed.set(encodedR);
  hashed.set(key, 32);
  hashed.set(message, 64);
  const k = littleEndian(sha512(hashed)) % order;
  return Point.BASE.multiply(s, false).equals(r.add(a.multiply(k, false)));
}

/** A point in its one canonical encoding, not of small order. */
function pointOf(bytes: Uint8Array): Point | undefined {
  try {
    const point = Point.fromBytes(bytes);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);
}
