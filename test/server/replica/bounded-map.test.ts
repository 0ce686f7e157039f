import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoundedMap } from '../../../server/replica/bounded-map.js';

test('the oldest are forgotten: too many, or too heavy together', () => {
  const map = createBoundedMap<string, number>(3, 10, (weight) => weight);
  for (const [key, weight] of Object.entries({ a: 4, b: 4, c: 2 })) map.set(key, weight);
  assert.equal(map.size, 3);
  map.set('d', 1);
  assert.deepEqual([...map.values()], [4, 2, 1], 'four are too many');
  map.set('e', 5);
  assert.deepEqual([...map.values()], [2, 1, 5], 'b made room by its weight');
  map.set('e', 3);
  map.delete('c');
  map.set('f', 6);
  assert.deepEqual([...map.values()], [1, 3, 6], 'what was replaced or deleted weighs nothing any more');
  map.set('g', 99);
  assert.deepEqual([...map.values()], [99], 'the newest stays, however heavy');
  map.set('h', 1);
  assert.deepEqual([...map.values()], [1]);
});
