/**
 * The part of the acceptance rule for Ed25519 that the bytes alone decide (PROTOCOL section 2): canonical encodings of
 * A and R, neither of small order, S below the group order. It stands before every engine, whatever that checks itself.
 */
import { hexToBytes } from './hex.js';

/** Of the eight points of small order, as they differ in y: 1, -1, 0 and the two values of order 8. Little-endian. */
const smallOrder: readonly Uint8Array[] = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(hexToBytes);

/** The order of the group, 2^252 + 27742317777372353535851937790883648493, little-endian. */
const order = hexToBytes(`edd3f55c1a631258d69cf7a2def9de14${'00'.repeat(15)}10`);

/**
 * Whether 32 bytes can encode a point in the one canonical way (RFC 8032 section 5.1.3) that is not of small order.
 * Whether y is on the curve at all is for the engine to find.
 */
function hasPointForm(bytes: Uint8Array): boolean {
  return isBelowPrime(bytes) && !smallOrder.some((y) => isSameY(y, bytes));
}

/** Whether S, the last 32 bytes of a signature, is below the group order. */
function hasScalarForm(bytes: Uint8Array): boolean {
  for (let i = 31; i >= 0; i -= 1) {
    if (bytes[i]! !== order[i]!) return bytes[i]! < order[i]!;
  }
  return false;
}

/** y < 2^255 - 19. The top bit is the sign of x; x = 0 has none, but then y is 1 or -1, of small order. */
function isBelowPrime(bytes: Uint8Array): boolean {
  if (bytes[0]! < 0xed || (bytes[31]! & 0x7f) !== 0x7f) return true;
  for (let i = 1; i < 31; i += 1) if (bytes[i] !== 0xff) return true;
  return false;
}

function isSameY(y: Uint8Array, bytes: Uint8Array): boolean {
  for (let i = 0; i < 31; i += 1) if (y[i] !== bytes[i]) return false;
  return y[31] === (bytes[31]! & 0x7f);
}

/** Whether key and signature have the forms of the rule; the equation is for the engine. @param key 32 bytes @param signature 64 bytes */
export const hasEd25519Form = (key: Uint8Array, signature: Uint8Array): boolean =>
  hasPointForm(key) && hasPointForm(signature) && hasScalarForm(signature.subarray(32));
