import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hash, Signature } from '../../../ledger/values/text.js';
import { createKnownSignatures } from '../../../server/node-runtime/known-signatures.js';

const id = (number: number): Hash => `0x${number.toString(16).padStart(64, '0')}`;
const signature = (number: number): Signature => `0x${number.toString(16).padStart(128, '0')}`;

test('a signature is known for the id it was verified with, and for no other', () => {
  const known = createKnownSignatures();
  known.add(id(1), signature(1));
  assert.equal(known.has(id(1), signature(1)), true);
  assert.equal(known.has(id(1), signature(2)), false);
  assert.equal(known.has(id(2), signature(1)), false);
});

test('the latest are known, and never more than twice as many', () => {
  const known = createKnownSignatures(100);
  for (let number = 0; number < 1_000; number += 1) {
    known.add(id(number), signature(number));
    for (const back of [0, 1, 99]) {
      if (number >= back) assert.equal(known.has(id(number - back), signature(number - back)), true);
    }
  }
  const left = Array.from({ length: 1_000 }, (_, number) => known.has(id(number), signature(number)));
  assert.ok(left.filter(Boolean).length < 200);
});

test('a signature verified later takes the place of the one before', () => {
  const known = createKnownSignatures(2);
  known.add(id(1), signature(1));
  known.add(id(2), signature(2));
  known.add(id(1), signature(3));
  assert.equal(known.has(id(1), signature(3)), true);
  assert.equal(known.has(id(1), signature(1)), false);
});

test('what is final is forgotten, in whichever generation it is', () => {
  const known = createKnownSignatures(2);
  for (const number of [1, 2, 3]) known.add(id(number), signature(number));
  known.forget([id(1), id(3), id(4)]);
  assert.deepEqual(
    [1, 2, 3].map((number) => known.has(id(number), signature(number))),
    [false, true, false],
  );
});
