/**
 * RFC 8785 (JCS) for the values that this protocol has: null, booleans, strings, safe integers, arrays and plain
 * objects. Everything hashed or signed is written by this function, so it must never give two texts for one value.
 */
import { assert } from './assertion.js';
import { keptTexts } from './transaction-texts.js';

const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * The canonical text of a value; members that are `undefined` are left out. A float, -0, a lone surrogate or any
 * other type is a bug of the caller and fails an assertion: decoders have refused such input before.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      assert(Number.isSafeInteger(value) && !Object.is(value, -0), `${value} is not an integer of this protocol`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw new Error(`assertion failed: a ${typeof value} has no canonical form`);
  }
}

/** A JSON string literal as RFC 8785 section 3.2.2.2 writes it. */
export function canonicalString(value: string): string {
  if (plain.test(value)) return `"${value}"`;
  assert(!loneSurrogate.test(value), 'a string holds a lone surrogate');
  return JSON.stringify(value);
}

function canonicalArray(values: readonly unknown[]): string {
  let text = '[';
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text += ',';
    text += canonicalJson(values[i]);
  }
  return `${text}]`;
}

/** The members of an object as `canonicalJson` writes them, without the braces around them. */
export function canonicalMembers(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  assert(prototype === Object.prototype || prototype === null, 'only plain objects have a canonical form');
  let text = '';
  // Array.prototype.sort without a comparator orders by UTF-16 code units, as RFC 8785 section 3.2.3 demands.
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    if (text !== '') text += ',';
    text += `${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return text;
}

/** A transaction that a decoder made is written once, however many blocks and messages it travels in. */
const canonicalObject = (value: object): string => keptTexts(value)?.json ?? `{${canonicalMembers(value)}}`;
