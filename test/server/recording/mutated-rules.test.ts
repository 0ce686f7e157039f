/** A recording tells a core whose rules differ: breakages from the list of mutants, compiled, replay what the shipped core did. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutants } from '../../mutants/list.js';
import { mutatedCore } from './mutated-core.js';
import { recordSimulation, replayLines } from './recorded-simulation.js';

const { recordings } = recordSimulation(11, 30_000);

for (const name of ['half-quorum', 'whole-quorum', 'watermark-by-view', 'prepare-forgotten']) {
  test(`a recording notices a mutated rule: ${name}`, async (t) => {
    const createCore = await mutatedCore(t, mutants.find((mutant) => mutant.name === name)!);
    assert.ok(createCore, 'the breakage fits the compiled core');
    const { difference } = replayLines(recordings[0]!, { createCore });
    assert.equal(difference?.kind, 'effects');
    assert.notEqual(difference.recorded, difference.replayed);
  });
}

test('the copy of the core that is broken for these tests is otherwise the shipped one', async (t) => {
  const edit = { file: 'consensus/quorum.ts', find: '3n * BigInt(stake)', replace: 'BigInt(3) * BigInt(stake)' };
  const createCore = await mutatedCore(t, {
    name: 'none',
    rule: 'none',
    why: 'nothing changes',
    edits: [edit],
    setting: {},
  });
  assert.ok(createCore);
  assert.equal(replayLines(recordings[0]!, { createCore }).difference, undefined);
});
