/**
 * The one door for bytes that claim to be JSON. `JSON.parse` alone keeps the last of two equal keys, rounds numbers and
 * nests without end; one pass over the bytes refuses all that before it, and what passes has one meaning only.
 */
import { maxGenesisBytes, maxJsonDepth } from './limits.js';
import { type DecodeProblem, err, ok, type Result } from './result.js';

export interface StrictJsonLimits {
  /** Default: the largest document of any kind, a genesis file. */
  readonly maxBytes?: number;
  /** Levels of lists and objects; a bare number has none. Default: `maxJsonDepth`. */
  readonly maxDepth?: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses one JSON text in linear time; never throws. Refused besides what is no JSON (RFC 8259): bytes that are not
 * UTF-8, a byte order mark, more than the allowed bytes or levels, equal keys in one object (however they are spelled),
 * the key `__proto__`, lone surrogates, and every number but integers from -(2^53 - 1) to 2^53 - 1 written without
 * fraction, exponent or -0.
 */
export function parseStrictJson(bytes: Uint8Array, limits: StrictJsonLimits = {}): Result<unknown, DecodeProblem> {
  const { maxBytes = maxGenesisBytes, maxDepth = maxJsonDepth } = limits;
  if (bytes.length > maxBytes) return refuseAt('', `At most ${maxBytes} bytes are allowed, not ${bytes.length}.`);
  const scan = new Scan(bytes, maxDepth);
  if (!scan.passes()) return refuseAt(scan.path(), scan.fault);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refuseAt('', 'The bytes are not UTF-8.');
  }
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    const place = /position (\d+)/.exec(String(error));
    return refuseAt('', place === null ? 'This is not JSON.' : `This is not JSON: look at character ${place[1]}.`);
  }
}

const refuseAt = (path: string, detail: string): Result<never, DecodeProblem> => err({ path, detail });

/** Keys of one object that are compared one by one; an object with more gets a set. */
const fewKeys = 16;

/**
 * The pass over the bytes. It trusts that they are JSON (`JSON.parse` decides that afterwards), so on other bytes it
 * must only end in linear time. Keys are kept as offsets: those of the open objects stand one after the other.
 */
class Scan {
  fault = '';
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  #at = 0;
  /** Of each open level: for a list the index of its current item, for an object -1. */
  readonly #items: number[] = [];
  /** Of each open level: how many keys the levels around it hold. */
  readonly #outerKeys: number[] = [];
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];
  readonly #keyHashes: number[] = [];
  /** Keys of objects with many, by level. */
  readonly #sets = new Map<number, Set<string>>();
  /** Content of the last string, without its quotes. */
  #stringStart = 0;
  #stringEnd = 0;

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
  }

  passes(): boolean {
    const bytes = this.#bytes;
    while (this.#at < bytes.length && this.fault === '') {
      switch (bytes[this.#at]) {
        case quote:
          this.#string();
          break;
        case 0x3a: // :
          this.#key();
          break;
        case 0x2c: // ,
          this.#nextItem();
          break;
        case 0x7b: // {
          this.#open(-1);
          break;
        case 0x5b: // [
          this.#open(0);
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.#close();
          break;
        case 0x2d: // -
          this.#number();
          break;
        default:
          if (isDigit(bytes[this.#at]!)) this.#number();
          else this.#at += 1;
      }
    }
    return this.fault === '';
  }

  /** Path of the value or key that is read now, such as `outputs[3].amount`. */
  path(): string {
    let path = '';
    for (let level = 0; level < this.#items.length; level += 1) {
      const item = this.#items[level]!;
      const keys = this.#outerKeys[level + 1] ?? this.#keyStarts.length;
      if (item >= 0) path += `[${item}]`;
      else if (keys > this.#outerKeys[level]!) path += `${path === '' ? '' : '.'}${shown(this.#keyText(keys - 1))}`;
    }
    return path;
  }

  #open(item: number): void {
    if (this.#items.length === this.#maxDepth) this.fault = `At most ${this.#maxDepth} levels of nesting are allowed.`;
    else {
      this.#items.push(item);
      this.#outerKeys.push(this.#keyStarts.length);
    }
    this.#at += 1;
  }

  #close(): void {
    this.#sets.delete(this.#items.length);
    this.#items.pop();
    const keys = this.#outerKeys.pop() ?? 0;
    this.#keyStarts.length = keys;
    this.#keyEnds.length = keys;
    this.#keyHashes.length = keys;
    this.#at += 1;
  }

  #nextItem(): void {
    const level = this.#items.length - 1;
    if (level >= 0 && this.#items[level]! >= 0) this.#items[level]! += 1;
    this.#at += 1;
  }

  /** A colon: the string before it was a key. */
  #key(): void {
    const key = this.#keyStarts.length;
    const first = this.#outerKeys.at(-1) ?? 0;
    this.#keyStarts.push(this.#stringStart);
    this.#keyEnds.push(this.#stringEnd);
    const hash = this.#hash(key);
    this.#keyHashes.push(hash);
    this.#at += 1;
    if (hash === hashOfProto && this.#keyText(key) === '__proto__') {
      this.fault = 'The key __proto__ is not allowed.';
    } else if (key - first < fewKeys ? this.#isAmong(first, key) : this.#isInSet(first, key)) {
      this.fault = 'This key occurs twice in one object.';
    }
  }

  #isAmong(first: number, key: number): boolean {
    const hash = this.#keyHashes[key]!;
    for (let other = first; other < key; other += 1) {
      if (this.#keyHashes[other] === hash && this.#keyText(other) === this.#keyText(key)) return true;
    }
    return false;
  }

  #isInSet(first: number, key: number): boolean {
    const level = this.#items.length;
    let set = this.#sets.get(level);
    if (set === undefined) {
      set = new Set();
      for (let other = first; other < key; other += 1) set.add(this.#keyText(other));
      this.#sets.set(level, set);
    }
    return set.size === set.add(this.#keyText(key)).size;
  }

  /** Equal keys have equal hashes, whichever of them are spelled with escapes. */
  #hash(key: number): number {
    const start = this.#keyStarts[key]!;
    const end = this.#keyEnds[key]!;
    let hash = 0;
    for (let i = start; i < end; i += 1) {
      const byte = this.#bytes[i]!;
      if (byte === backslash) return hashBytes(encoder.encode(this.#keyText(key)));
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    return hash;
  }

  #keyText(key: number): string {
    const raw = lenientDecoder.decode(this.#bytes.subarray(this.#keyStarts[key]!, this.#keyEnds[key]!));
    if (!raw.includes('\\')) return raw;
    try {
      return JSON.parse(`"${raw}"`);
    } catch {
      return raw; // no JSON, which is found out later
    }
  }

  /** Moves behind the closing quote; looks at escaped surrogates, for UTF-8 has no others. */
  #string(): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    this.#stringStart = at;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) break;
      if (byte !== backslash) continue;
      at += 1;
      if (bytes[at] !== 0x75) continue; // u
      const unit = this.#escapedUnit(at);
      at += 4;
      if ((unit & 0xf800) !== 0xd800) continue;
      const follows = bytes[at + 1] === backslash && bytes[at + 2] === 0x75 ? this.#escapedUnit(at + 2) : 0;
      if (unit >= 0xdc00 || (follows & 0xfc00) !== 0xdc00) this.fault = 'A string holds a lone surrogate.';
      at += 6;
    }
    this.#stringEnd = at;
    this.#at = at + 1;
  }

  /** The code unit of the four hex digits after the `u`; 0 when they are none, which is no JSON. */
  #escapedUnit(u: number): number {
    let unit = 0;
    for (let i = u + 1; i <= u + 4; i += 1) {
      const digit = Number.parseInt(String.fromCharCode(this.#bytes[i] ?? 0), 16);
      if (Number.isNaN(digit)) return 0;
      unit = unit * 16 + digit;
    }
    return unit;
  }

  #number(): void {
    const bytes = this.#bytes;
    const negative = bytes[this.#at] === 0x2d;
    let at = this.#at + (negative ? 1 : 0);
    let value = 0;
    // Above 2^53 the sum is rounded, but never down to a safe integer.
    for (; at < bytes.length && isDigit(bytes[at]!); at += 1) value = 10 * value + (bytes[at]! - 0x30);
    const next = bytes[at];
    this.#at = at;
    if (next === 0x2e || next === 0x65 || next === 0x45) {
      this.fault = 'An integer is expected, without fraction and exponent.';
    } else if (negative && value === 0) this.fault = '-0 is not allowed: write 0.';
    else if (value > Number.MAX_SAFE_INTEGER) this.fault = 'Integers are exact only up to 9007199254740991.';
  }
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** A key in a path, short whatever its size. */
const shown = (key: string): string => JSON.stringify(key.length > 48 ? `${key.slice(0, 48)}…` : key).slice(1, -1);

function hashBytes(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

const hashOfProto = hashBytes(encoder.encode('__proto__'));
