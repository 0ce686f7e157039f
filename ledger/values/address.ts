/**
 * Addresses: bech32m (BIP-350) over a version byte and 32 bytes. An address has one spelling, in lower case, because
 * it is hashed and signed as text. Written for speed; tested equal to a general implementation.
 */
import { assert } from './assertion.js';
import { hexPairs, hexToBytes } from './hex.js';
import { type DecodeProblem, err, ok, type Result } from './result.js';
import type { Address, PublicKey } from './text.js';

export interface DecodedAddress {
  /** 0: an Ed25519 public key. Other versions have no meaning yet. */
  readonly version: 0;
  readonly publicKey: PublicKey;
}

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const bech32mConstant = 0x2bc830a3;
/** 33 bytes are 264 bits, so 53 symbols with one bit of padding; 6 symbols of checksum follow. */
const payloadSymbols = 53;
const checksumSymbols = 6;

const symbolOf = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i += 1) symbolOf[alphabet.charCodeAt(i)] = i;

/** For each value of the five bits that a step shifts out, what is added back. */
const feedback = Int32Array.from({ length: 32 }, (_, top) =>
  [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].reduce(
    (sum, generator, bit) => ((top >>> bit) & 1 ? sum ^ generator : sum),
    0,
  ),
);

const step = (checksum: number, symbol: number): number =>
  ((checksum & 0x1ffffff) << 5) ^ symbol ^ feedback[checksum >>> 25]!;

/** 1–16 lower-case letters: what may stand before the `1` of an address. */
export function isAddressPrefix(text: string): boolean {
  return /^[a-z]{1,16}$/.test(text);
}

/** The address of an Ed25519 public key. The prefix must be a good one. */
export function encodeAddress(prefix: string, publicKey: PublicKey): Address {
  assert(isAddressPrefix(prefix), 'an address prefix is 1 to 16 lower-case letters');
  const key = hexToBytes(publicKey.slice(2));
  assert(key.length === 32, 'a public key has 32 bytes');
  let checksum = prefixChecksum(prefix);
  let text = `${prefix}1`;
  const put = (symbol: number): void => {
    checksum = step(checksum, symbol);
    text += alphabet[symbol];
  };
  let bits = 0;
  let width = 8; // the version byte, 0, comes first
  for (let i = 0; i <= 32; i += 1) {
    for (; width >= 5; width -= 5) put((bits >>> (width - 5)) & 31);
    if (i < 32) {
      bits = ((bits << 8) | key[i]!) & 0xffff;
      width += 8;
    }
  }
  put((bits << (5 - width)) & 31);
  for (let i = 0; i < checksumSymbols; i += 1) checksum = step(checksum, 0);
  checksum ^= bech32mConstant;
  for (let i = checksumSymbols - 1; i >= 0; i -= 1) text += alphabet[(checksum >>> (5 * i)) & 31];
  return text as Address;
}

/** Reads an address with this prefix; the problem says which part of it is wrong. */
export function decodeAddress(text: string, prefix: string): Result<DecodedAddress, DecodeProblem> {
  const fault = addressFault(text, prefix);
  if (fault !== undefined) return err({ path: '', detail: fault });
  let hex = '';
  let bits = 0;
  let width = 0;
  for (let i = prefix.length + 1; i < text.length - checksumSymbols; i += 1) {
    bits = ((bits << 5) | symbolOf[text.charCodeAt(i)]!) & 0xfff;
    width += 5;
    if (width < 8) continue;
    width -= 8;
    hex += hexPairs[(bits >>> width) & 255]!;
  }
  return ok({ version: 0, publicKey: `0x${hex.slice(2)}` });
}

/** What is wrong with an address, as a sentence; undefined for a good one. Cheaper than decoding it. */
export function addressFault(text: string, prefix: string): string | undefined {
  const first = prefix.length + 1;
  if (text.length !== first + payloadSymbols + checksumSymbols || !text.startsWith(prefix) || text[first - 1] !== '1') {
    return formFault(text, prefix);
  }
  let checksum = prefixChecksum(prefix);
  let faults = 0;
  for (let i = first; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const symbol = code < 128 ? symbolOf[code]! : -1;
    faults |= symbol;
    checksum = step(checksum, symbol & 31);
  }
  if (faults < 0) return formFault(text, prefix);
  if (checksum !== bech32mConstant) return 'The checksum of the address is wrong: check it for typing errors.';
  const version = (symbolOf[text.charCodeAt(first)]! << 3) | (symbolOf[text.charCodeAt(first + 1)]! >>> 2);
  if (version !== 0) return `Addresses of version ${version} are not known yet: use one of version 0.`;
  if (symbolOf[text.charCodeAt(first + payloadSymbols - 1)]! & 1) return 'The padding of the address is not zero.';
  return undefined;
}

function formFault(text: string, prefix: string): string {
  if (text !== text.toLowerCase()) return 'An address is written in lower case.';
  if (!text.startsWith(`${prefix}1`)) return `An address of this chain begins with "${prefix}1".`;
  const length = prefix.length + 1 + payloadSymbols + checksumSymbols;
  if (text.length < length) {
    return `The address is cut short: one of this chain has ${length} characters, this one ${text.length}.`;
  }
  if (text.length !== length) return `An address of this chain has ${length} characters, this one ${text.length}.`;
  return 'An address has only the letters and digits of bech32m after its prefix (not 1, b, i or o).';
}

let lastPrefix = '';
let lastChecksum = 0;

/** The checksum's state after the prefix; the last one is remembered, since a chain has one prefix. */
function prefixChecksum(prefix: string): number {
  if (prefix === lastPrefix) return lastChecksum;
  let checksum = 1;
  for (let i = 0; i < prefix.length; i += 1) checksum = step(checksum, prefix.charCodeAt(i) >>> 5);
  checksum = step(checksum, 0);
  for (let i = 0; i < prefix.length; i += 1) checksum = step(checksum, prefix.charCodeAt(i) & 31);
  lastPrefix = prefix;
  lastChecksum = checksum;
  return checksum;
}
