/**
 * Two engines that decide the equation [S]B = R + [k]A of Ed25519. Both give one verdict on what has passed
 * `ledger/values/ed25519-form.ts`; only then may they be asked.
 */
import { createPublicKey, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { createOpensslEngine } from '../../ledger/crypto/openssl-engine.js';

/** Verifies a 64-byte signature by a 32-byte key. */
export type Engine = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** Loads the one package that may be missing here; an import would fail as a whole. */
const require = createRequire(import.meta.url);

interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
}

/** libsodium: twice as fast as node:crypto. Undefined where its native part does not load. */
export function sodiumEngine(): Engine | undefined {
  let sodium: Sodium;
  try {
    sodium = require('sodium-native') as Sodium;
  } catch {
    return undefined;
  }
  return (key, message, signature) => sodium.crypto_sign_verify_detached(signature, message, key) === true;
}

/** node:crypto, which is always there. */
export const nodeEngine = (): Engine => createOpensslEngine({ createPublicKey, verify });
