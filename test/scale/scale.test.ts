/** What `npm run scale` measures: bounded from below by distance, and the same over the shipped gossip. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fiveDelays, quorumOf, threeDelays } from './bound.js';
import { measureCell } from './measure.js';
import { oneWayMs, regions } from './regions.js';

const effort = { blocks: 6, cpuMs: 60_000, seed: 1 };
const timesOf = ({ cpuSeconds, ...rest }: NonNullable<ReturnType<typeof measureCell>>) => rest;

test('distances are symmetric, and every pair of regions has one', () => {
  for (let left = 0; left < regions.length; left++) {
    for (let right = 0; right < regions.length; right++) {
      assert.equal(oneWayMs(left, right), oneWayMs(right, left));
      assert.ok(oneWayMs(left, right) >= (left === right ? 1 : 17) && oneWayMs(left, right) <= 174);
    }
  }
  assert.equal(oneWayMs(5, 8), 174, 'South Africa North and Australia East');
  assert.equal(oneWayMs(7, 9), 17.5, 'Central India and UAE North');
});

test('a quorum of equal stakes is strictly more than two thirds', () => {
  assert.deepEqual([4, 16, 64, 256, 1_000].map(quorumOf), [3, 11, 43, 171, 667]);
});

test('five delays take longer than three, and more so where more are dead', () => {
  const all = Array.from({ length: 16 }, (_, at) => at);
  const live = all.filter((at) => at % 4 !== 1);
  for (const leader of live) {
    for (const [at, three] of threeDelays(leader, live, 16).entries()) {
      assert.ok(three <= fiveDelays(leader, live, 16)[at]!);
      assert.ok(threeDelays(leader, all, 16)[live[at]!]! <= three);
    }
  }
});

for (const routing of ['everyone', 'leader'] as const) {
  for (const deadPercent of [0, 30]) {
    const plan = { validators: 16, routing, deadPercent };
    test(`finality takes what distance takes and no more: votes to ${routing}, ${deadPercent} % dead`, () => {
      const measured = measureCell(plan, effort)!;
      assert.equal(measured.blocks, effort.blocks);
      for (const which of ['medianNode', 'lastNode'] as const) {
        const over = measured[which].p50 - measured.steps[which];
        // What is above the bound is a write to disk.
        assert.ok(over >= 0 && over < 1, `${which}: ${over} ms above the bound`);
      }
    });

    test(`a full mesh over the shipped gossip sends the same: votes to ${routing}, ${deadPercent} % dead`, () => {
      const gossip = measureCell(plan, { ...effort, mesh: 'gossip' })!;
      assert.deepEqual(timesOf(gossip), timesOf(measureCell(plan, effort)!));
    });
  }
}
