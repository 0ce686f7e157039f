import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../ledger/values/canonical.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('what a value of this protocol writes is read again as it was', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', maxDepth: 6 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger().map((number) => number + 0),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(
        fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
        tie('any'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).any;
  fc.assert(
    fc.property(value, (given) => {
      const parsed = parseStrictJson(bytes(canonicalJson(given)));
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.value, given);
    }),
  );
});

for (const [what, text, detail] of [
  ['equal keys', '{"a":1,"a":1}', /twice/],
  ['equal keys, one escaped', '{"a":1,"\\u0061":1}', /twice/],
  ['equal keys far inside', '[{"x":{"k:":1,"y":[{"k":1,"k":2}]}}]', /twice/],
  ['__proto__', '{"__proto__":{}}', /__proto__/],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', /__proto__/],
  ['half a pair', '"\\udc00"', /surrogate/],
  ['half a pair in a key', '{"\\ud800":1}', /surrogate/],
  ['a fraction', '[0.5]', /exact/],
  ['-0', '[-0]', /exact/],
  ['2^53', '[9007199254740992]', /exact/],
  ['an endless number', '[1e999]', /exact/],
  ['17 levels', '['.repeat(17) + ']'.repeat(17), /levels/],
  ['a million levels', '['.repeat(1_000_000), /levels/],
  ['a comma too many', '[1,]', /not JSON/],
  ['two values', '1 2', /not JSON/],
  ['nothing', '', /not JSON/],
  ['a byte order mark', '\ufeff1', /not JSON/],
] as const) {
  test(`${what} is refused`, () => {
    const parsed = parseStrictJson(bytes(text));
    assert.ok(!parsed.ok);
    assert.match(parsed.problem.detail, detail);
  });
}

test('keys and brackets inside strings do not count', () => {
  const text = '{"a:":"{[:\\"]}","b\\\\":["\\\\",":"]}';
  assert.deepEqual(parseStrictJson(bytes(text)), { ok: true, value: { 'a:': '{[:"]}', 'b\\': ['\\', ':'] } });
  assert.ok(parseStrictJson(bytes('['.repeat(16) + ']'.repeat(16))).ok);
});

test('bytes that are no UTF-8 are refused', () => {
  for (const bad of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]]) {
    const parsed = parseStrictJson(Uint8Array.from([0x22, ...bad, 0x22]));
    assert.ok(!parsed.ok && /UTF-8/.test(parsed.problem.detail));
  }
});
