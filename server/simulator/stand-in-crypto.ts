/**
 * A fast stand-in for signatures and VRF proofs: a keyed-by-name hash. Nobody in a simulation forges another's
 * signature except the actors that are told to produce garbage, so unforgeability need not be paid for. Hashing is real.
 */
import { hash } from 'node:crypto';
import type { Crypto, Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { PublicKey, Signature, VrfProof } from '../../ledger/values/text.js';

const sha256Hex = (text: string): string => hash('sha256', text, 'hex');

/** The public key of the `index`-th stand-in key of a kind. */
export const standInKey = (kind: string, index: number): PublicKey => `0x${sha256Hex(`key/${kind}/${index}`)}`;

const signatureOf = (publicKey: PublicKey, message: string): Signature => {
  const half = sha256Hex(`sign/${publicKey}/${message}`);
  return `0x${half}${half}`;
};

const proofOf = (publicKey: PublicKey, alpha: string): VrfProof => {
  const part = sha256Hex(`prove/${publicKey}/${alpha}`);
  return `0x${part}${part}${part.slice(0, 32)}`;
};

export function createStandInCrypto(): Crypto {
  return {
    sha256Hex,
    sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    verify: (publicKey, message, signature) => signatureOf(publicKey, message) === signature,
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
