import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlotClock } from '../../../server/replica/slot-clock.js';

/** Slots of 100 ms from 0 on; the test sets the time. */
function slotsOf() {
  const waiting = new Set<{ readonly at: number; readonly call: () => void }>();
  const begun: number[] = [];
  const time = { now: 250 };
  const clock = {
    now: () => time.now,
    at(at: number, call: () => void) {
      const one = { at, call };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
  };
  const slots = createSlotClock(clock, 0, 100, (slot) => begun.push(slot));
  const reach = (now: number): void => {
    time.now = now;
    for (const one of [...waiting].filter(({ at }) => at <= now)) {
      waiting.delete(one);
      one.call();
    }
  };
  return { slots, begun, reach, time, waiting };
}

test('each slot begins once; those that passed while nobody looked are not told', () => {
  const { slots, begun, reach } = slotsOf();
  slots.start();
  reach(299);
  reach(300);
  reach(720);
  assert.deepEqual(begun, [2, 3, 7]);
});

test('[7-set-back] after a clock was ahead, slots begin from where it was set back to', () => {
  const { slots, begun, reach, time, waiting } = slotsOf();
  slots.start();
  reach(1_810);
  time.now = 830;
  slots.setBack();
  reach(900);
  reach(1_000);
  assert.deepEqual(begun, [2, 18, 9, 10]);
  // Nothing to do where it was not.
  slots.setBack();
  assert.equal(waiting.size, 1);
  slots.stop();
  slots.setBack();
  assert.equal(waiting.size, 0);
});
