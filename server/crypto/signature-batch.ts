/**
 * Signatures to check, packed into one buffer that changes threads without being copied. One rule: what is packed in an
 * order is unpacked in that order. Each item: 32 bytes of key, 64 of signature, 4 of length, the message in UTF-8.
 */
import type { PublicKey, Signature } from '../../ledger/values/text.js';
import type { Engine } from './engines.js';

export interface SignatureCheck {
  /** `0x` and 64 hex digits; the form was checked by a decoder. */
  readonly publicKey: PublicKey;
  readonly message: string;
  /** `0x` and 128 hex digits. */
  readonly signature: Signature;
}

const keyBytes = 32;
const signatureBytes = 64;
const headBytes = keyBytes + signatureBytes + 4;

/** @returns exactly the buffer of these items */
export function packChecks(checks: readonly SignatureCheck[]): ArrayBuffer {
  const lengths = checks.map(({ message }) => Buffer.byteLength(message));
  const packed = new ArrayBuffer(lengths.reduce((sum, length) => sum + headBytes + length, 0));
  const bytes = Buffer.from(packed);
  let at = 0;
  for (const [item, { publicKey, message, signature }] of checks.entries()) {
    bytes.write(publicKey.slice(2), at, 'hex');
    bytes.write(signature.slice(2), at + keyBytes, 'hex');
    bytes.writeUInt32LE(lengths[item]!, at + keyBytes + signatureBytes);
    bytes.write(message, at + headBytes);
    at += headBytes + lengths[item]!;
  }
  return packed;
}

/** @returns a byte for each item in order: 1 where the signature is good */
export function checkPacked(packed: ArrayBuffer, count: number, isGood: Engine): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(packed);
  const verdicts = new Uint8Array(count);
  let at = 0;
  for (let item = 0; item < count; item += 1) {
    const signatureAt = at + keyBytes;
    const from = at + headBytes;
    const end = from + bytes.readUInt32LE(signatureAt + signatureBytes);
    const good = isGood(
      bytes.subarray(at, signatureAt),
      bytes.subarray(from, end),
      bytes.subarray(signatureAt, signatureAt + signatureBytes),
    );
    if (good) verdicts[item] = 1;
    at = end;
  }
  return verdicts;
}
