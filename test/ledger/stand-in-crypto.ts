/**
 * Cryptography for tests of the ledger: real SHA-256 and, where a test is about signatures, real Ed25519 by node:crypto;
 * the VRF is a fast stand-in (a keyed hash that anyone could make), as values/crypto.ts allows.
 */
import { createHash, createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { Crypto, Signer } from '../../ledger/values/crypto.js';
import type { PublicKey, VrfProof } from '../../ledger/values/text.js';

const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');
const sha256Hex = (text: string): string => hash('sha256', text, 'hex');

export function makeSigner(seed: string): Signer {
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8, Buffer.from(sha256Hex(seed), 'hex')]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey: PublicKey = `0x${createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12).toString('hex')}`;
  return { publicKey, sign: (message) => `0x${sign(null, Buffer.from(message), key).toString('hex')}` };
}

export const standInVrfProof = (key: PublicKey, alpha: string): VrfProof => {
  const digest = sha256Hex(`proof ${key} ${alpha}`);
  return `0x${(digest + digest + digest).slice(0, 160)}`;
};

const keys = new Map<PublicKey, KeyObject>();

export const standInCrypto: Crypto = {
  sha256Hex,
  sha256OfHex: (digits) => createHash('sha256').update(digits, 'hex').digest('hex'),
  verify(publicKey, message, signature) {
    let key = keys.get(publicKey);
    if (key === undefined) {
      const der = Buffer.concat([spki, Buffer.from(publicKey.slice(2), 'hex')]);
      key = createPublicKey({ key: der, format: 'der', type: 'spki' });
      keys.set(publicKey, key);
    }
    return verify(null, Buffer.from(message), key, Buffer.from(signature.slice(2), 'hex'));
  },
  verifyVrf: (key, alpha, proof) =>
    proof === standInVrfProof(key, alpha) ? sha256Hex(`a ${proof}`) + sha256Hex(`b ${proof}`) : undefined,
};
