/** The client's cryptography, on noble alone, so that it runs in browsers too. */
import { hashes, Point, verify } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { Crypto } from '../ledger/values/crypto.js';
import { bytesToHex, hexToBytes } from '../ledger/values/hex.js';

hashes.sha512 = sha512;
const utf8 = new TextEncoder();
export const clientCrypto: Crypto = {
  sha256: (bytes) => sha256(bytes),
  sha256Hex: (text) => bytesToHex(sha256(utf8.encode(text))),
  verify(publicKey, message, signature) {
    try {
      Point.fromHex(publicKey.slice(2));
      return verify(hexToBytes(signature.slice(2)), utf8.encode(message), hexToBytes(publicKey.slice(2)), {
        zip215: false,
      });
    } catch {
      return false;
    }
  },
  verifyVrf: () => undefined,
};
