/** Public classes of edge cases for numbers and JSON texts, with this protocol's own answer to each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '../../../ledger/values/canonical.js';
import { parseStrictJson } from '../../../ledger/values/strict-json.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const accepts = (text: string | Uint8Array): boolean =>
  parseStrictJson(typeof text === 'string' ? bytesOf(text) : text).ok;

/** RFC 8785 appendix B: IEEE 754 bits and how they are written. */
const rfc8785: readonly (readonly [bits: string, text: string])[] = [
  ['0000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

test('RFC 8785 numbers: what is no integer up to 2^53 - 1 is neither read nor written', () => {
  for (const [bits, text] of rfc8785) {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    // The samples are what JSON.stringify writes: they are the ones meant.
    assert.equal(JSON.stringify(value), text);
    if (Number.isSafeInteger(value)) assert.equal(canonicalJson(value), text);
    else assert.throws(() => canonicalJson(value), text);
    assert.equal(accepts(text), Number.isSafeInteger(value), text);
  }
  for (const bits of ['7ff0000000000000', 'fff0000000000000', '7fffffffffffffff', '8000000000000000']) {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    assert.throws(() => canonicalJson(value), bits);
  }
});

test('numbers at the limit are read and written, and the next one is not', () => {
  for (const limit of [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]) {
    assert.equal(canonicalJson(limit), String(limit));
    assert.ok(accepts(String(limit)));
    const next = limit + Math.sign(limit);
    assert.throws(() => canonicalJson(next));
    assert.ok(!accepts(String(next)));
  }
  // A text that a double would round to the limit is not the limit.
  for (const text of ['9007199254740991.0', '9007199254740990.9', '9007199254740993', '09007199254740991']) {
    assert.ok(!accepts(text), text);
  }
});

/** What RFC 8259 leaves to the reader. This one refuses all of it: two readers must never read one text as two things. */
test('texts that JSON parsers read differently are refused', () => {
  const open: readonly (readonly [what: string, text: string | Uint8Array])[] = [
    ['huge exponent', '[0.4e00669999999999999999999999999999999999999999999999999999999]'],
    ['double overflow', '[123.456e78]'],
    ['very big negative integer', '[-237462374673276894279832749832423479823246327846]'],
    ['real underflow', '[123e-10000000]'],
    ['incomplete surrogate and escape', '["\\uD800\\n"]'],
    ['incomplete surrogate pair', '["\\uDd1ea"]'],
    ['inverted surrogates', '["\\uDd1e\\uD834"]'],
    ['lone second surrogate', '["\\uDFAA"]'],
    ['first surrogate but second missing', '["\\uDADA"]'],
    ['surrogate as a key', '{"\\uDFAA":0}'],
    ['not in Unicode range', Uint8Array.of(0x22, 0xf4, 0xbf, 0xbf, 0xbf, 0x22)],
    ['overlong slash of two bytes', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)],
    ['overlong of six bytes', Uint8Array.of(0x22, 0xfc, 0x83, 0xbf, 0xbf, 0xbf, 0xbf, 0x22)],
    ['truncated UTF-8', Uint8Array.of(0x22, 0xe0, 0xff, 0x22)],
    ['UTF-8 encoded surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['lone continuation', Uint8Array.of(0x22, 0x81, 0x22)],
    ['ISO latin 1', Uint8Array.of(0x22, 0xe9, 0x22)],
    ['UTF-16 little-endian', Uint8Array.of(0xff, 0xfe, 0x5b, 0, 0x5d, 0)],
    ['UTF-16 big-endian without mark', Uint8Array.of(0, 0x5b, 0, 0x22, 0, 0xe9, 0, 0x22, 0, 0x5d)],
    ['UTF-8 byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x5b, 0x5d)],
    ['500 nested arrays', '['.repeat(500) + ']'.repeat(500)],
    ['100,000 opening arrays', '['.repeat(100_000)],
    ['50,000 nested objects', '{"":'.repeat(50_000)],
    ['a key twice', '{"a":"b","a":"c"}'],
    ['the same member twice', '{"a":"b","a":"b"}'],
    ['a key twice, once escaped', '{"a":0,"\\u0061":0}'],
    ['null byte inside', '["a\u0000b"]'],
    ['form feed as space', '[\f]'],
    ['word joiner after', '[\u2060]'],
    ['comments', '{"a":/* */0}'],
  ];
  for (const [what, text] of open) assert.ok(!accepts(text), what);
});

test('texts that every JSON parser reads are read', () => {
  const all = [
    '["\u{1f600}"]',
    '["\\u0000"]',
    '["\\uD83D\\uDE00"]',
    '[""]',
    ' [1 ] ',
    '{"\\u0000":0}',
    '["\u007f\u0080"]',
  ];
  for (const text of [...all, '"\\/"', '[true,false,null]', '{"":""}', '["\uffff"]', '[-1]', '[0]', '[123]']) {
    assert.ok(accepts(text), text);
  }
});
