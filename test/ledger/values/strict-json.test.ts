import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from '../../../ledger/values/strict-json.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const problemOf = (text: string): string => {
  const parsed = parseStrictJson(bytesOf(text));
  assert.ok(!parsed.ok, `${text} was accepted`);
  return `${parsed.problem.path}: ${parsed.problem.detail}`;
};

const good = [
  '[]',
  ' [ ] ',
  '\t\r\n{}\n',
  '0',
  '-1',
  'null',
  'true',
  'false',
  '""',
  '[[],[[]]]',
  '[null,1,"1",{}]',
  '{"":0}',
  '{"a":{"a":{"a":1}},"b":{"a":2}}',
  '[{"a":1},{"a":2}]',
  '{"a":[{"b":1},{"b":2}],"b":3}',
  '["\\u0060\\u012a\\u12AB","\\uD801\\udc37","\\uDBFF\\uDFFF","\\\\\\"","\\/\\b\\f\\n\\r\\t"]',
  '["\u007f","€𝄞","\u2028\u2029","\uffff"]',
  '["a/*b*/c/*d//e","[","{","}","]",":",",","\\\\"]',
  '{"\\u0061":1,"b":2}',
  '{"a\\u0000b":1,"a":2}',
  '{"__proto":1,"_proto__":2,"constructor":3,"toString":4}',
  '[9007199254740991,-9007199254740991,1000000000000000]',
];

const notJson = [
  '',
  ' ',
  '[',
  ']',
  '{',
  '}',
  '[1',
  '[1,',
  '[1,]',
  '[,1]',
  '[1,,2]',
  '[1 2]',
  '["a" "b"]',
  '[1]]',
  '[1}',
  '{"a":1]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a" 1}',
  '{"a"::1}',
  '{:1}',
  '{1:1}',
  '{a:1}',
  "{'a':1}",
  '{"a":1}{"a":1}',
  '{"a":1}#',
  '{"a":1}//',
  '{"a":/*b*/1}',
  '["a":1]',
  ':::',
  '01',
  '-01',
  '+1',
  '-',
  '--1',
  '[-]',
  '0x1',
  '1_000',
  'NaN',
  'Infinity',
  '-Infinity',
  'True',
  'nul',
  'truefalse',
  '"',
  '"a',
  '"\\"',
  '"\\',
  '"\\u',
  '"\\u00',
  '"\\u00g0"',
  '"\\u 123"',
  '"\\x41"',
  '"\\a"',
  "'a'",
  '"\t"',
  '"\n"',
  '"\u0000"',
  '[1]\u0000',
  '\u00a01',
  '\u20281',
  '\ufeff1',
  '[\u000b1]',
  'abc',
  '\\u000a""',
];

test('strict JSON is JSON, and means what JSON.parse says', () => {
  for (const text of good) {
    const parsed = parseStrictJson(bytesOf(text));
    assert.ok(parsed.ok, `${text}: ${JSON.stringify(parsed)}`);
    assert.deepEqual(parsed.value, JSON.parse(text));
  }
});

test('what is no JSON is refused', () => {
  for (const text of notJson) {
    assert.throws(() => JSON.parse(text), SyntaxError, text);
    problemOf(text);
  }
});

test('numbers are integers of at most 2^53 - 1, without fraction, exponent and -0', () => {
  for (const text of ['1.0', '0.5', '-0.0', '1.', '1e2', '1E2', '1e-2', '0e0', '12e+4', '[1.5]']) {
    assert.match(problemOf(text), /without fraction and exponent/, text);
  }
  for (const text of ['-0', '[-0]', '-00']) assert.match(problemOf(text), /-0 is not allowed/);
  for (const text of [
    '9007199254740992',
    '-9007199254740992',
    '9007199254740993',
    '99999999999999999999',
    `1${'0'.repeat(400)}`,
  ]) {
    assert.match(problemOf(text), /exact only up to/);
  }
});

test('equal keys of one object are refused, however they are spelled', () => {
  assert.equal(problemOf('{"a":1,"a":1}'), 'a: This key occurs twice in one object.');
  assert.equal(problemOf('{"x":[0,{"a":{},"b":1,"a":2}]}'), 'x[1].a: This key occurs twice in one object.');
  for (const text of [
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"\\u0061":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"\\/":1,"/":2}',
    '{"\\n":1,"\\u000a":2}',
    '{"𝄞":1,"\\ud834\\udd1e":2}',
    '{"a":{"a":1},"a":2}',
    '{"a":[{"a":1}],"b":2,"a":2}',
  ]) {
    assert.match(problemOf(text), /occurs twice/, text);
  }
});

test('an object with very many keys is checked in linear time, and its repeated key is found', () => {
  const keys = Array.from({ length: 100_000 }, (_, i) => `"k${i}":0`);
  const seconds = (text: string): number => {
    const before = process.cpuUsage();
    assert.ok(parseStrictJson(bytesOf(text)).ok);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const parts = Array.from({ length: 100 }, (_, i) => `{${keys.slice(1_000 * i, 1_000 * (i + 1)).join(',')}}`);
  const [inParts, inOne] = [seconds(`[${parts.join(',')}]`), seconds(`{${keys.join(',')}}`)];
  // Comparing each with each is a hundred times as much in one object as in a hundred.
  assert.ok(inOne <= 5 * inParts + 0.5, `${inOne} s, and ${inParts} s in a hundred objects`);
  assert.match(problemOf(`{${keys.join(',')},"k\\u0033":0}`), /^k3: This key occurs twice/);
  assert.match(problemOf(`[{${keys.join(',')}},{${keys.slice(0, 50).join(',')},"k20":1}]`), /^\[1\]\.k20: /);
  assert.ok(parseStrictJson(bytesOf(`[{${keys.join(',')}},{${keys.join(',')}}]`)).ok);
});

test('the key __proto__ is refused, however it is spelled', () => {
  for (const text of [
    '{"__proto__":{}}',
    '{"a":{"__proto__":1}}',
    '{"\\u005f_proto__":1}',
    '{"__pr\\u006Fto__":null}',
  ]) {
    assert.match(problemOf(text), /__proto__ is not allowed/, text);
  }
  assert.ok(parseStrictJson(bytesOf('"__proto__"')).ok);
});

test('a lone surrogate is refused, in keys and values', () => {
  for (const text of [
    '"\\ud800"',
    '"\\uDFAA"',
    '"\\ud800\\ud800"',
    '"\\uD800\\u0041"',
    '"\\ud800x"',
    '"\\ud800\\n"',
    '"\\udc00\\ud800"',
    '"\\ud834\\udd1e\\udd1e"',
    '{"\\uDEAD":1}',
    '["a","\\uD83D"]',
  ]) {
    assert.match(problemOf(text), /lone surrogate/, text);
  }
  assert.ok(parseStrictJson(bytesOf('"\\\\ud800"')).ok, 'an escaped backslash before ud800 is no escape');
});

test('bytes that are not UTF-8 are refused', () => {
  const malformed: readonly (readonly number[])[] = [
    [0xff],
    [0x80],
    [0xc3],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xed, 0xa0, 0xb4, 0xed, 0xb4, 0x9e],
    [0xf4, 0x90, 0x80, 0x80],
    [0xfc, 0x83, 0xbf, 0xbf, 0xbf, 0xbf],
  ];
  for (const bytes of malformed) {
    const parsed = parseStrictJson(Uint8Array.from([0x22, ...bytes, 0x22]));
    assert.ok(!parsed.ok, String(bytes));
  }
  assert.ok(!parseStrictJson(Uint8Array.from([0xef, 0xbb, 0xbf, 0x31])).ok, 'a byte order mark');
  assert.ok(!parseStrictJson(new Uint8Array(Buffer.from('[1]', 'utf16le'))).ok);
});

test('depth and length are limited', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  assert.ok(parseStrictJson(bytesOf(nested(16))).ok);
  assert.match(problemOf(nested(17)), /At most 16 levels/);
  assert.match(problemOf('{"a":'.repeat(200_000)), /At most 16 levels/);
  assert.ok(!parseStrictJson(bytesOf('[[]]'), { maxDepth: 1 }).ok);
  assert.ok(parseStrictJson(bytesOf('1'), { maxDepth: 0 }).ok);
  assert.ok(parseStrictJson(bytesOf('[1,2]'), { maxBytes: 5 }).ok);
  const long = parseStrictJson(bytesOf('[1,2]'), { maxBytes: 4 });
  assert.deepEqual(long, { ok: false, problem: { path: '', detail: 'At most 4 bytes are allowed, not 5.' } });
});

test('a problem names its place', () => {
  assert.match(problemOf('{"outputs":[{"amount":1},{"to":"x","amount":1.5}]}'), /^outputs\[1\]\.amount: /);
  assert.match(problemOf('[0,[1,2,-0]]'), /^\[1\]\[2\]: /);
  assert.match(problemOf('{"a":{"b":1},"c":"\\ud800"}'), /^c: /);
});

/** JSON values of this protocol. */
const integers = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const texts = fc.string({ unit: 'binary', maxLength: 12 });
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    integers,
    texts,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(
      texts.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 24 },
    ),
  ),
}));

test('every value that JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const parsed = parseStrictJson(bytesOf(text));
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.deepEqual(parsed.value, JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('what is accepted of damaged documents has the one meaning that JSON.parse gives it', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...bytesOf('"\\u:,[]{}-.e019ad8_ \n\u00e9'))), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(values, damage, (value, changes) => {
      const bytes = bytesOf(JSON.stringify(value));
      for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
      const parsed = parseStrictJson(bytes);
      if (!parsed.ok) return;
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      assert.deepEqual(parsed.value, JSON.parse(text));
      // Without equal keys nothing is lost when the value is written again.
      const colons = (json: string): number => json.replace(/"(\\.|[^"\\])*"/gu, '').split(':').length;
      assert.equal(colons(JSON.stringify(parsed.value)), colons(text));
    }),
    { numRuns: 2000 },
  );
});

test('any bytes whatever end in a value or a problem', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const parsed = parseStrictJson(bytes);
      assert.ok(parsed.ok || parsed.problem.detail.endsWith('.'));
    }),
    { numRuns: 1000 },
  );
});
