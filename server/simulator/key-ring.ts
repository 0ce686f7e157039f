/**
 * The keys of a run: fast stand-ins, or real Ed25519 and ECVRF. One rule: both name a key by the same text, so that a
 * seed draws the same cluster and the same leaders either way; only what is signed, and what a check costs, differs.
 */
import { createHash } from 'node:crypto';
import { createVrfProver } from '../../ledger/crypto/ecvrf.js';
import type { Crypto, Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { createCrypto, createSigner } from '../crypto/create-crypto.js';
import { createStandInCrypto, createStandInProver, createStandInSigner } from './stand-in-crypto.js';

export interface KeyRing {
  readonly crypto: Crypto;
  signer(name: PublicKey): Signer;
  prover(name: PublicKey): VrfProver;
}

export const createStandInKeys = (): KeyRing => ({
  crypto: createStandInCrypto(),
  signer: createStandInSigner,
  prover: createStandInProver,
});

/** Every signature and proof is made and checked as by a real node, under the key that the name stands for. */
export function createRealKeys(): KeyRing {
  const crypto = createCrypto();
  const seedOf = (kind: string, name: PublicKey): Uint8Array =>
    createHash('sha256').update(`seed/${kind}/${name}`).digest();
  const signers = byName((name) => createSigner(seedOf('signer', name)));
  const provers = byName((name) => createVrfProver(seedOf('prover', name)));
  return {
    crypto: {
      ...crypto,
      verify: (name, message, signature) => crypto.verify(signers(name).publicKey, message, signature),
      verifyVrf: (name, alpha, proof) => crypto.verifyVrf(provers(name).publicKey, alpha, proof),
    },
    signer: (name) => ({ publicKey: name, sign: signers(name).sign }),
    prover: (name) => ({ publicKey: name, prove: provers(name).prove }),
  };
}

function byName<Made>(make: (name: PublicKey) => Made): (name: PublicKey) => Made {
  const made = new Map<PublicKey, Made>();
  return (name) => {
    const one = made.get(name) ?? make(name);
    made.set(name, one);
    return one;
  };
}
