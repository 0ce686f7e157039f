/** Lower-case hex, without `0x`. */
import { assert } from './assertion.js';

/** Two digits for each byte. */
export const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 1) text += hexPairs[bytes[i]!];
  return text;
}

/** Bytes of a text that is known to be lower-case hex of even length; anything else fails an assertion. */
export function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >>> 1);
  let faults = hex.length & 1;
  for (let i = 0; i < bytes.length; i += 1) {
    const high = digit(hex.charCodeAt(2 * i));
    const low = digit(hex.charCodeAt(2 * i + 1));
    faults |= high | low;
    bytes[i] = (high << 4) | low;
  }
  assert(faults >= 0 && (hex.length & 1) === 0, 'not lower-case hex');
  return bytes;
}

/** 0–15, or -1, whose sign survives any `|`. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}
