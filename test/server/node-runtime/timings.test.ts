import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProposalTimer, createTimings } from '../../../server/node-runtime/timings.js';

/** Slots of 100 ms from 0 on; `now` is the test's to say. */
function timer() {
  const times: number[] = [];
  const at = { now: 0 };
  const proposals = createProposalTimer(
    (slot) => at.now - slot * 100,
    (ms) => times.push(ms),
  );
  const arrive = (now: number, slot: number): void => {
    at.now = now;
    proposals.arrived(slot);
  };
  return { times, proposals, arrive };
}

test('the first proposal of a slot that began with something to propose is timed from its start, also a late one', () => {
  const { times, proposals, arrive } = timer();
  proposals.slotBegan(3, true);
  arrive(312, 3);
  arrive(340, 3);
  assert.deepEqual(times, [12]);
  proposals.slotBegan(4, true);
  proposals.slotBegan(5, true);
  arrive(550, 4);
  arrive(555, 5);
  assert.deepEqual(times, [12, 150, 55]);
});

test('a slot that began with nothing to propose is not timed, and one before its time is timed once', () => {
  const { times, proposals, arrive } = timer();
  proposals.slotBegan(3, false);
  arrive(390, 3);
  assert.deepEqual(times, []);
  arrive(399, 4);
  arrive(399, 4);
  proposals.slotBegan(4, true);
  arrive(402, 4);
  // Far ahead is no news of when the leader begins.
  arrive(403, 9);
  assert.deepEqual(times, [0]);
});

test('slots without a proposal are remembered only for a while', () => {
  const { times, proposals, arrive } = timer();
  for (let slot = 1; slot <= 1000; slot += 1) proposals.slotBegan(slot, true);
  arrive(100_010, 900);
  assert.deepEqual(times, []);
  arrive(100_010, 1000);
  assert.deepEqual(times, [10]);
});

test('whoever ends listening hears nothing more', () => {
  const timings = createTimings();
  const heard: number[] = [];
  const end = timings.onTimed((what, ms) => what === 'ledger_write' && heard.push(ms));
  timings.observe('ledger_write', 4);
  end();
  timings.observe('ledger_write', 5);
  assert.deepEqual(heard, [4]);
});
