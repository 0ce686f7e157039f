/** The simulator itself: reproducible, and content with the shipped code on a fixed set of seeds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../../server/simulator/simulation.js';
import { runSeed } from './run.js';

test('the same seed gives the same run, event by event', () => {
  const [first, second] = [
    runSeed({ seed: 7, nodes: 4, chaosMs: 30_000 }),
    runSeed({ seed: 7, nodes: 4, chaosMs: 30_000 }),
  ];
  assert.equal(first.traceHash, second.traceHash);
  assert.notEqual(first.traceHash, runSeed({ seed: 8, nodes: 4, chaosMs: 30_000 }).traceHash);
});

// 22: final blocks reached the store out of order when one finality led to the next at once.
// 42: a crash before the vote state was on disk, after which the leader signs something else.
// 1079: after skipping more epochs than evidence lives, nobody could check the closing block's certificate any more.
for (const seed of [1, 22, 42, 54, 1079]) {
  test(`seed ${seed} keeps every rule under faults and recovers`, () => {
    const report = runSeed({ seed, chaosMs: 120_000, slotMs: 1_000 });
    assert.equal(report.verdict, 'ok', report.violation);
    assert.ok(report.finalBlocks > 10);
  });
}

test('a chain in which a third of the stake comes to have lost its vote state owes no finality', () => {
  // A validator that waits holds more than half of the stake after two others have left.
  const report = runSeed({ seed: 315, chaosMs: 600_000 });
  assert.equal(report.violation, undefined);
  assert.ok(report.finalBlocks > 50);
});

test('two that pass on all they hear come to an end after a flood of more views than an honest node keeps', () => {
  const report = runSeed({ seed: 797, chaosMs: 600_000 });
  assert.equal(report.violation, undefined);
  assert.ok(report.events < 1_000_000, `${report.events} events`);
});

test('[5-bodies-stay] a flood of proposals by one leader does not take from all the block that they are locked on', () => {
  const report = runSeed({ seed: 5539, chaosMs: 600_000 });
  assert.equal(report.violation, undefined);
  assert.ok(report.finalBlocks > 50);
});

test('[7-set-back] a validator whose clock was four slots ahead votes as soon as it is put right', () => {
  const report = runSeed({ seed: 12_410, chaosMs: 600_000 });
  assert.equal(report.violation, undefined);
  // Four, where a slot that a clock has shown too early is not entered again.
  assert.ok(report.recoverySlots <= 3, `${report.recoverySlots} slots`);
});

test('a validator whose question for blocks was lost asks another peer within two slots', () => {
  const report = runSeed({ seed: 32_408, nodes: 4, chaosMs: 20_000, slotMs: 1_000 });
  assert.equal(report.violation, undefined);
});

test('a process that ends as it wakes up does nothing afterwards', () => {
  // What had waited for it armed timers that ended the next process.
  const report = runSeed({ seed: 40_337, nodes: 5, chaosMs: 20_000, slotMs: 1_000 });
  assert.equal(report.violation, undefined);
});

test('a flood of views to come holds to those that a line can carry', () => {
  // With votes of view 0 among them, an honest node took two for a double vote and was banned for it in the first slot.
  assert.equal(runSeed({ seed: 18_710, chaosMs: 5_000 }).violation, undefined);
});

test('a slot that does not end is a violation', () => {
  const options = { seed: 1, stakes: [100, 100, 100, 100], maxEventsPerSlot: 1_000 };
  const busy = createSimulation(options);
  const flood = (): void => void busy.queue.schedule(busy.queue.now(), flood);
  busy.run(1_500);
  flood();
  assert.throws(() => busy.run(1_000), {
    name: 'Violation',
    rule: 'every slot ends',
    message: /slot 1 has 1001 events/,
  });
  createSimulation(options).run(5_000);
});

test('who has just started, and keeps nothing before it trusts its clock, owes no proof of what it heard then', () => {
  const report = runSeed({ seed: 670, chaosMs: 600_000 });
  assert.equal(report.violation, undefined);
  assert.ok(report.finalBlocks > 50);
});
