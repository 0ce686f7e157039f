/** Validators that break the rules: below a third of the stake they change nothing, from a third on they are found out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roles } from './cast/cast.js';
import { castOn } from './cast/draw.js';
import { bites, runControl } from './controls.js';
import { runSeed } from './run.js';

for (const [at, role] of roles.entries()) {
  test(`${role}: with less than a third of the stake no rule breaks and finality resumes`, () => {
    // The stake of one node of four to seven is always below a third.
    const report = runSeed({
      seed: 900 + at,
      chaosMs: 30_000,
      slotMs: 1_000,
      nodes: 4 + (at % 3),
      cast: () => castOn([role], [0]),
    });
    assert.equal(report.verdict, 'ok', `seed ${report.seed}: ${report.violation}`);
    assert.ok(report.finalBlocks > 3);
  });
}

for (const role of ['equivocating leader', 'equivocating voter', 'twin', 'lock ignorer'] as const) {
  test(`${role}: two signatures where one is allowed are in a final block soon after`, () => {
    let proved = 0;
    for (let seed = 13; proved === 0 && seed < 23; seed++) {
      const report = runSeed({ seed, chaosMs: 60_000, slotMs: 1_000, nodes: 5, cast: () => castOn([role], [0]) });
      assert.equal(report.verdict, 'ok', report.violation);
      assert.ok(report.evidence.mostBlocks <= 12, JSON.stringify(report.evidence));
      proved = report.evidence.proved;
    }
    assert.ok(proved > 0);
  });
}

test('with a third of the stake or more the checkers find two final blocks of one height', () => {
  for (const seed of [4, 11]) {
    const report = runControl(seed);
    assert.ok(bites(report), `seed ${seed} (${report.roles.join(', ')}) found ${report.rule ?? 'nothing'}`);
  }
});
