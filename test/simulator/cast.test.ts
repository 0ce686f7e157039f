/** Validators that break the rules: below a third of the stake they change nothing, from a third on they are found out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roles } from '../../server/simulator/cast/cast.js';
import { castOn } from '../../server/simulator/cast/casting.js';
import { createRandom } from '../../server/simulator/random.js';
import { bites, runControl } from './controls.js';
import { drawCasting } from './draw-casting.js';
import { drawKinds, faultKinds } from './faults.js';
import { runSeed } from './run.js';

test('each role and each class of faults is drawn in at least a twentieth of the seeds, and every role within 24 in a row', () => {
  const seeds = 2_000;
  const drawn = new Map<string, number[]>();
  for (let seed = 1; seed <= seeds; seed++) {
    const random = createRandom(seed, 'run');
    const casting = drawCasting(seed, random.fork('cast'), [10, 10, 10, 10]);
    for (const name of [...casting.roles, ...drawKinds(random.fork('kinds'))]) {
      drawn.set(name, [...(drawn.get(name) ?? []), seed]);
    }
  }
  for (const name of [...roles, ...faultKinds]) {
    const count = drawn.get(name)?.length ?? 0;
    assert.ok(20 * count >= seeds, `${name} in ${count} of ${seeds} seeds`);
  }
  for (const role of roles) assert.ok(drawn.get(role)![0]! <= 24, role);
});

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
