/** Ed25519 by OpenSSL, as Node.js offers it; whoever has that module gives it, since ledger/ imports none. */

import { base64urlnopad } from '@scure/base';
import { bytesToHex } from '../values/hex.js';

/** What is needed of node:crypto. */
export interface Openssl<Key> {
  createPublicKey(options: { key: { kty: 'OKP'; crv: 'Ed25519'; x: string }; format: 'jwk' }): Key;
  verify(algorithm: null, message: Uint8Array, key: Key, signature: Uint8Array): boolean;
}

/** Key objects kept: more than the keys that sign day by day on a busy chain. */
const maxKeys = 4096;

/** Decides [S]B = R + [k]A for a 32-byte key and a 64-byte signature that have passed `values/ed25519-form.ts`. */
export function createOpensslEngine<Key>({ createPublicKey, verify }: Openssl<Key>) {
  const keys = new Map<string, Key>();
  const keyOf = (bytes: Uint8Array): Key => {
    const name = bytesToHex(bytes);
    let key = keys.get(name);
    if (key === undefined) {
      const x = base64urlnopad.encode(bytes);
      key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      if (keys.size >= maxKeys) keys.delete(keys.keys().next().value!);
      keys.set(name, key);
    }
    return key;
  };
  return (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
    verify(null, message, keyOf(key), signature);
}
