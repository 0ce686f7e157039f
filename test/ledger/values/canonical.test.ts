import assert from 'node:assert/strict';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, canonicalString } from '../../../ledger/values/canonical.js';
import { isWellFormed, utf8Length } from '../../../ledger/values/text-forms.js';

const texts = fc.string({ unit: 'binary', maxLength: 12 });
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    texts,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 8 }),
  ),
}));

test('canonical JSON is RFC 8785, as an independent implementation writes it', () => {
  fc.assert(
    fc.property(values, (value) => {
      assert.equal(canonicalJson(value), canonicalize(value));
    }),
    { numRuns: 1000 },
  );
});

test('members are sorted by UTF-16 code units, as in the example of RFC 8785 section 3.2.3', () => {
  const example = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  assert.deepEqual(
    [...canonicalJson(example).matchAll(/:"([^"]*)"/g)].map((match) => match[1]),
    [
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ],
  );
});

test('the order in which members were added does not show, and an undefined member is left out', () => {
  fc.assert(
    fc.property(fc.dictionary(texts, values, { maxKeys: 8 }), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(canonicalJson({ ...reversed, absent: undefined }), canonicalJson({ ...value, absent: undefined }));
    }),
  );
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
});

test('what has no canonical form in this protocol is a bug, not a text', () => {
  const wrong = [
    0.5,
    -0,
    2 ** 53,
    Number.NaN,
    Infinity,
    '\ud800',
    { '\udc00': 1 },
    undefined,
    1n,
    () => 0,
    new Date(0),
  ];
  for (const value of [...wrong, [undefined], new Map(), new Uint8Array(1)]) {
    assert.throws(() => canonicalJson(value), /assertion failed/);
  }
});

test('UTF-8 lengths are those of the encoder, and well-formed texts are those it does not change', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string()), (text) => {
      assert.ok(isWellFormed(text));
      assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
    }),
    { numRuns: 500 },
  );
  const units = fc.array(fc.constantFrom(0x41, 0xe9, 0x20ac, 0xd800, 0xdbff, 0xdc00, 0xdfff), { maxLength: 6 });
  fc.assert(
    fc.property(units, (codes) => {
      const text = String.fromCharCode(...codes);
      const encoded = new TextDecoder().decode(new TextEncoder().encode(text));
      assert.equal(isWellFormed(text), encoded === text);
      if (isWellFormed(text)) assert.equal(JSON.parse(canonicalString(text)), text);
    }),
    { numRuns: 500 },
  );
});
