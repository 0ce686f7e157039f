/**
 * Two engines that decide the equation [S]B = R + [k]A of Ed25519. Both give one verdict on what has passed
 * `ed25519-form.ts`; only then may they be asked.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { createRequire } from 'node:module';

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

/** Key objects kept: more than the keys that sign day by day on a busy chain. */
const maxKeyObjects = 4096;

/** node:crypto, which is always there. */
export function nodeEngine(): Engine {
  const objects = new Map<string, KeyObject>();
  const objectOf = (key: Uint8Array): KeyObject => {
    const x = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('base64url');
    let object = objects.get(x);
    if (object === undefined) {
      object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      if (objects.size >= maxKeyObjects) objects.delete(objects.keys().next().value!);
      objects.set(x, object);
    }
    return object;
  };
  return (key, message, signature) => verify(null, message, objectOf(key), signature);
}
