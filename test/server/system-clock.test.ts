/** Real timers of a node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemClock } from '../../server/node-runtime/system-clock.js';

test('the system clock never calls before its time, and not at all once cancelled', async () => {
  const clock = createSystemClock();
  const due = clock.now() + 15;
  let cancelled = 0;
  const cancel = clock.at(due - 5, () => cancelled++);
  cancel();
  const calledAt = await new Promise<number>((resolve) => clock.at(due, () => resolve(clock.now())));
  assert.ok(calledAt >= due, `${due - calledAt} ms early`);
  assert.equal(cancelled, 0);
});
