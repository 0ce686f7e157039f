import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bech32m } from '@scure/base';
import fc from 'fast-check';
import { addressFault, decodeAddress, encodeAddress, isAddressPrefix } from '../../../ledger/values/address.js';
import { bytesToHex } from '../../../ledger/values/hex.js';
import type { Address } from '../../../ledger/values/text.js';

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const prefixes = fc.stringMatching(/^[a-z]{1,16}$/);
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
const wordsOf = (bytes: readonly number[]): number[] => bech32m.toWords(Uint8Array.from(bytes));

test('addresses are bech32m, as an independent implementation writes and reads it', () => {
  fc.assert(
    fc.property(prefixes, keys, (prefix, key) => {
      const address = encodeAddress(prefix, `0x${bytesToHex(key)}`);
      assert.equal(address, bech32m.encode(prefix, wordsOf([0, ...key])));
      const decoded = decodeAddress(address, prefix);
      assert.deepEqual(decoded, { ok: true, value: { version: 0, publicKey: `0x${bytesToHex(key)}` } });
    }),
    { numRuns: 300 },
  );
});

test('checksums are those of BIP-350: its addresses fail by their version alone, and its bech32 ones by their checksum', () => {
  for (const [prefix, text] of [
    ['bc', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
    ['tb', 'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c'],
  ] as const) {
    assert.match(addressFault(text, prefix) ?? '', /version/);
  }
  for (const [prefix, text] of [
    ['bc', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd'],
    ['tb', 'tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf'],
  ] as const) {
    assert.match(addressFault(text, prefix) ?? '', /checksum/);
  }
});

test('every address that is wrong in up to four places is refused', () => {
  const changes = fc.uniqueArray(fc.tuple(fc.nat(58), fc.integer({ min: 1, max: 31 })), {
    minLength: 1,
    maxLength: 4,
    selector: ([place]) => place,
  });
  fc.assert(
    fc.property(keys, changes, (key, places) => {
      const symbols = [...encodeAddress('sl', `0x${bytesToHex(key)}`)];
      for (const [place, shift] of places) {
        const symbol = alphabet.indexOf(symbols[3 + place]!);
        symbols[3 + place] = alphabet[(symbol + shift) % 32]!;
      }
      assert.match(addressFault(symbols.join(''), 'sl') ?? '', /checksum/);
    }),
    { numRuns: 1000 },
  );
});

test('an address has one spelling: another case, length, prefix, padding or version is refused', () => {
  const key = new Uint8Array(32).fill(5);
  const good = encodeAddress('sl', `0x${bytesToHex(key)}`);
  const words = wordsOf([0, ...key]);
  const fault = (text: string): string => addressFault(text, 'sl') ?? 'accepted';
  assert.match(fault(good.toUpperCase()), /lower case/);
  assert.match(fault(`S${good.slice(1)}`), /lower case/);
  assert.match(fault(encodeAddress('tl', `0x${bytesToHex(key)}`)), /begins with "sl1"/);
  assert.match(fault(encodeAddress('slx', `0x${bytesToHex(key)}`)), /begins with "sl1"/);
  assert.match(fault(''), /begins with "sl1"/);
  assert.match(fault(good.slice(0, -1)), /62 characters/);
  assert.match(fault(`${good}q`), /62 characters/);
  assert.match(fault(`${good} `), /62 characters/);
  assert.match(fault(good.replace(/.$/, 'b')), /letters and digits/);
  assert.match(fault(good.replace(/.$/, '\u00e9')), /letters and digits/);
  const padded = [...words.slice(0, -1), words.at(-1)! | 1];
  assert.match(fault(bech32m.encode('sl', padded)), /padding/);
  assert.match(fault(bech32m.encode('sl', wordsOf([1, ...key]))), /version 1 /);
  assert.match(fault(bech32m.encode('sl', wordsOf([255, ...key]))), /version 255 /);
  assert.match(fault(bech32m.encode('sl', wordsOf([0, ...key.subarray(1)]))), /62 characters/);
});

test('any text is an address exactly when reading and writing it again gives that text', () => {
  const near = fc.tuple(keys, fc.nat(61), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 70 }),
    near.map(([key, at, put]) => {
      const good = encodeAddress('sl', `0x${bytesToHex(key)}`);
      return good.slice(0, at) + put + good.slice(at + 1);
    }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const decoded = decodeAddress(text, 'sl');
      if (decoded.ok) assert.equal(encodeAddress('sl', decoded.value.publicKey), text as Address);
      else assert.match(decoded.problem.detail, /\.$|\)\.$/);
    }),
    { numRuns: 1000 },
  );
});

test('a prefix is 1 to 16 lower-case letters', () => {
  for (const good of ['a', 'sl', 'abcdefghijklmnop']) assert.ok(isAddressPrefix(good));
  for (const bad of ['', 'A', 'a1', 'a b', 'é', 'sl\n', 'abcdefghijklmnopq']) assert.ok(!isAddressPrefix(bad), bad);
});
