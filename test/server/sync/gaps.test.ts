import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstGap } from '../../../server/sync/gaps.js';

test('the first gap in what is asked for', () => {
  const within = { from: 1, to: 100 };
  assert.deepEqual(firstGap(within, [], 30), { from: 1, to: 30 });
  assert.deepEqual(
    firstGap(
      within,
      [
        { from: 1, to: 30 },
        { from: 41, to: 70 },
      ],
      30,
    ),
    { from: 31, to: 40 },
  );
  assert.deepEqual(
    firstGap(
      within,
      [
        { from: 41, to: 100 },
        { from: 1, to: 40 },
      ],
      30,
    ),
    undefined,
  );
  assert.deepEqual(firstGap(within, [{ from: 1, to: 90 }], 30), { from: 91, to: 100 });
  assert.equal(firstGap({ from: 5, to: 4 }, [], 30), undefined);
});
