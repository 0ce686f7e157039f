/**
 * The one door for bytes that claim to be JSON. `JSON.parse` alone takes the last of duplicate keys, depths without
 * end and whatever a lenient UTF-8 decoder makes of bad bytes; here all of that is refused, in linear time.
 */
import { maxJsonDepth } from './limits.js';
import { type DecodeProblem, err, ok, type Result } from './result.js';
import { isWellFormed } from './text-forms.js';

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Parses one JSON text. Refused: bytes that are no UTF-8, a byte order mark, more than `maxDepth` levels, duplicate
 * keys, the key `__proto__`, lone surrogates, numbers that are not safe integers, and -0.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = maxJsonDepth): Result<unknown, DecodeProblem> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('The bytes are not UTF-8.');
  }
  const { depth, members } = measure(text);
  if (depth > maxDepth) return refuse(`More than ${maxDepth} levels of nesting are not allowed.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('The text is not JSON.');
  }
  const found = { members: 0, fault: '' };
  inspect(value, found);
  if (found.fault !== '') return refuse(found.fault);
  // Of two equal keys JSON.parse keeps one: then the value has fewer members than the text has colons.
  return found.members === members ? ok(value) : refuse('A key occurs twice in one object.');
}

const refuse = (detail: string): Result<never, DecodeProblem> => err({ path: '', detail });

/** Deepest nesting, and the number of colons outside strings. Meaningless for a text that is not JSON. */
function measure(text: string): { readonly depth: number; readonly members: number } {
  let level = 0;
  let depth = 0;
  let members = 0;
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        for (i += 1; i < text.length && text.charCodeAt(i) !== QUOTE; i += 1) {
          if (text.charCodeAt(i) === BACKSLASH) i += 1;
        }
        break;
      case 58: // :
        members += 1;
        break;
      case 91: // [
      case 123: // {
        level += 1;
        if (level > depth) depth = level;
        break;
      case 93: // ]
      case 125: // }
        level -= 1;
        break;
    }
  }
  return { depth, members };
}

function inspect(value: unknown, found: { members: number; fault: string }): void {
  if (typeof value === 'string') {
    if (!isWellFormed(value)) found.fault = 'A string holds half a surrogate pair.';
  } else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) found.fault = `${value} is not an integer that is exact.`;
  } else if (Array.isArray(value)) {
    for (const item of value) inspect(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      found.members += 1;
      if (key === '__proto__') found.fault = 'The key __proto__ is not allowed.';
      if (!isWellFormed(key)) found.fault = 'A key holds half a surrogate pair.';
      inspect((value as Record<string, unknown>)[key], found);
    }
  }
}
