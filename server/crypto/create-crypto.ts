/** The node's cryptography: hashes by node:crypto, signatures by libsodium or node:crypto, VRF proofs by noble. */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';
import { verifyVrf } from '../../ledger/crypto/ecvrf.js';
import { assert } from '../../ledger/values/assertion.js';
import type { Crypto, Signer } from '../../ledger/values/crypto.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { isHashText, isSignatureText } from '../../ledger/values/text-forms.js';
import type { Engine } from './engines.js';
import { createByteVerifier } from './verify-bytes.js';

/** Verdicts on VRF proofs kept: a proof is checked when its block is proposed and again when it is executed. */
const maxVrfVerdicts = 1024;
/** A private key in PKCS #8 (RFC 8410 section 7) is this and the seed. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param engine for tests; by default libsodium where it loads, else node:crypto. Their verdicts are the same. */
export function createCrypto(engine?: Engine): Crypto {
  const isGood = createByteVerifier(engine);
  const verdicts = new Map<string, string | undefined>();
  const keyBytes = Buffer.alloc(32);
  const signatureBytes = Buffer.alloc(64);
  return {
    sha256Hex: (text) => hash('sha256', text, 'hex'),
    sha256OfHex: (digits) => hash('sha256', Buffer.from(digits, 'hex'), 'hex'),
    verify(publicKey, message, signature) {
      if (!isHashText(publicKey) || !isSignatureText(signature)) return false;
      keyBytes.write(publicKey.slice(2), 'hex');
      signatureBytes.write(signature.slice(2), 'hex');
      return isGood(keyBytes, Buffer.from(message), signatureBytes);
    },
    verifyVrf(publicKey, alpha, proof) {
      const question = `${publicKey} ${proof} ${alpha}`;
      if (verdicts.has(question)) return verdicts.get(question);
      const verdict = verifyVrf(publicKey, alpha, proof);
      if (verdicts.size >= maxVrfVerdicts) verdicts.delete(verdicts.keys().next().value!);
      verdicts.set(question, verdict);
      return verdict;
    },
  };
}

/** The signer of a 32-byte seed (RFC 8032's secret key). The key itself stays outside the JavaScript heap. */
export function createSigner(seed: Uint8Array): Signer {
  assert(seed.length === 32, 'a seed has 32 bytes');
  const key = privateKeyOf(seed);
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  const publicKey: PublicKey = `0x${Buffer.from(x!, 'base64url').toString('hex')}`;
  return { publicKey, sign: (message) => `0x${sign(null, Buffer.from(message), key).toString('hex')}` };
}

/** @param seed 32 bytes */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
}
