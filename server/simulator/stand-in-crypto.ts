/**
 * A fast stand-in for signatures and VRF proofs: a keyed hash by integer arithmetic, the same on every engine. Whoever
 * was not given a signer cannot sign, for an actor has its own signers only; so unforgeability need not be paid for.
 * Hashing is real.
 */
import { hash } from 'node:crypto';
import type { Crypto, Signer, VrfProver } from '../../ledger/values/crypto.js';
import { hexPairs } from '../../ledger/values/hex.js';
import type { PublicKey, Signature, VrfProof } from '../../ledger/values/text.js';

const sha256Hex = (text: string): string => hash('sha256', text, 'hex');

/** The public key of the `index`-th stand-in key of a kind. */
export const standInKey = (kind: string, index: number): PublicKey => `0x${sha256Hex(`key/${kind}/${index}`)}`;

const hex8 = (word: number): string =>
  hexPairs[word >>> 24]! + hexPairs[(word >>> 16) & 255]! + hexPairs[(word >>> 8) & 255]! + hexPairs[word & 255]!;

/** 128 bits, as 32 hex digits: four lanes of 32 bits, each mixed with the others at the end. Not for real keys. */
function mix128(key: string, message: string): string {
  let a = 0x9e3779b9 ^ message.length;
  let b = 0x85ebca6b;
  let c = 0xc2b2ae35;
  let d = 0x27d4eb2f;
  const take = (text: string): void => {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ (unit + (a >>> 15)), 0x5bd1e995);
      c = Math.imul(c ^ (unit + (b >>> 13)), 0x1b873593);
      d = Math.imul(d ^ (unit + (c >>> 16)), 0x2c1b3c6d);
    }
  };
  take(key);
  take(message);
  for (let round = 0; round < 3; round++) {
    a = Math.imul(a ^ (d >>> 15), 0x2c1b3c6d);
    b = Math.imul(b ^ (a >>> 12), 0x297a2d39);
    c = Math.imul(c ^ (b >>> 15), 0x85ebca6b);
    d = Math.imul(d ^ (c >>> 13), 0xc2b2ae35);
  }
  return hex8(a) + hex8(b) + hex8(c) + hex8(d);
}

const signatureOf = (publicKey: PublicKey, message: string): Signature => {
  const quarter = mix128(publicKey, message);
  return `0x${quarter}${quarter}${quarter}${quarter}`;
};

const proofOf = (publicKey: PublicKey, alpha: string): VrfProof => {
  const part = sha256Hex(`prove/${publicKey}/${alpha}`);
  return `0x${part}${part}${part.slice(0, 32)}`;
};

/** Signatures remembered: those of a few slots of a large cluster. */
const maxRemembered = 20_000;

export function createStandInCrypto(): Crypto {
  /** What a signature was found to be good for: the many nodes of a run ask the same. */
  const remembered = new Map<Signature, { readonly publicKey: PublicKey; readonly message: string }>();
  return {
    sha256Hex,
    sha256OfHex: (digits) => hash('sha256', Buffer.from(digits, 'hex'), 'hex'),
    verify(publicKey, message, signature) {
      const known = remembered.get(signature);
      if (known !== undefined && known.publicKey === publicKey && known.message === message) return true;
      if (signatureOf(publicKey, message) !== signature) return false;
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(signature, { publicKey, message });
      return true;
    },
    verifyVrf(publicKey, alpha, proof) {
      if (proofOf(publicKey, alpha) !== proof) return undefined;
      const output = sha256Hex(`output/${proof}`);
      return output + output;
    },
  };
}

export const createStandInSigner = (publicKey: PublicKey): Signer => ({
  publicKey,
  sign: (message) => signatureOf(publicKey, message),
});

export const createStandInProver = (publicKey: PublicKey): VrfProver => ({
  publicKey,
  prove: (alpha) => proofOf(publicKey, alpha),
});
