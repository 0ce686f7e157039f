/** A recording replayed by the same core gives the same effects; anything else is noticed and shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsensus } from '../../../consensus/consensus.js';
import { firstHash, hashAfter, lineText, type StepLine, splitLine } from '../../../server/recording/recording-lines.js';
import { createStandInCrypto } from '../../../server/simulator/stand-in-crypto.js';
import { recordSimulation, replayLines } from './recorded-simulation.js';

const crypto = createStandInCrypto();

/** The same recording with other content in one line, and with the hashes that such content has. */
function forged(lines: readonly string[], at: number, change: (body: string) => string): readonly string[] {
  let hash = firstHash;
  return lines.map((line, i) => {
    const { body: before } = splitLine(line)!;
    const body = i === at ? change(before) : before;
    hash = hashAfter(crypto, hash, body);
    return lineText(hash, body).slice(0, -1);
  });
}

const bodyOf = (line: string): StepLine => JSON.parse(splitLine(line)!.body) as StepLine;

for (const seed of [3, 4, 5]) {
  test(`every node of a network under faults replays byte for byte, seed ${seed}`, (t) => {
    const { simulation, recordings } = recordSimulation(seed, 80_000);
    assert.ok(simulation.height() > 20, 'blocks became final');
    assert.equal(recordings.length, 5, 'four nodes, one of which started twice');
    let inputs = 0;
    for (const lines of recordings) {
      const report = replayLines(lines);
      assert.equal(report.difference, undefined);
      assert.equal(report.inputs, lines.length - 1);
      assert.ok(report.effects > 20);
      inputs += report.inputs;
    }
    t.diagnostic(`${inputs} inputs, ${simulation.height()} final blocks`);
  });
}

test('a changed byte anywhere in a recording is noticed', () => {
  const lines = recordSimulation(6, 16_000).recordings[0]!;
  for (const at of [0, 1, Math.floor(lines.length / 2), lines.length - 1]) {
    for (const part of [0.1, 0.5, 0.99]) {
      const line = lines[at]!;
      const place = Math.floor(line.length * part);
      const other = line[place] === '0' ? '1' : '0';
      const changed = lines.with(at, line.slice(0, place) + other + line.slice(place + 1));
      const { difference } = replayLines(changed);
      assert.equal(difference?.kind, 'damaged', `line ${at + 1}, byte ${place}`);
      assert.equal(difference.line, at + 1);
    }
  }
  assert.equal(replayLines(lines.toSpliced(2, 1)).difference?.line, 3, 'a missing line');
});

test('a vote that was never given changes the effects, and both sides are shown', () => {
  const lines = recordSimulation(7, 30_000).recordings[0]!;
  const quorum = lines.findIndex(
    (line, i) => i > 0 && bodyOf(line).input.type === 'vote' && (bodyOf(line).effects?.length ?? 0) > 0,
  );
  assert.ok(quorum > 0, 'some vote completes a quorum');
  const changed = forged(lines, quorum, (body) => body.replace(/"phase":"(prepare|commit)"/, '"phase":"other"'));
  const { difference } = replayLines(changed);
  assert.equal(difference?.kind, 'effects');
  assert.equal(difference.line, quorum + 1);
  assert.match(difference.detail, /^Effect 1 differs/);
  assert.equal(difference.recorded, JSON.stringify(bodyOf(lines[quorum]!).effects![0]));
  assert.notEqual(difference.replayed, difference.recorded);
});

test('a core with another rule does not pass', () => {
  const lines = recordSimulation(8, 30_000).recordings[0]!;
  const slower = replayLines(lines, {
    createCore: (config, recovered) =>
      createConsensus({ ...config, parameters: { ...config.parameters, delta_ms: 1 } }, recovered),
  });
  assert.equal(slower.difference?.kind, 'effects');
});

test('a signature over something else is noticed, though no effect shows it', () => {
  const lines = recordSimulation(9, 30_000).recordings[0]!;
  const at = lines.findIndex((line, i) => i > 0 && bodyOf(line).signed.length > 0);
  const [signature] = bodyOf(lines[at]!).signed;
  const changed = forged(lines, at, (body) => body.replaceAll(signature!, `0x${'1'.repeat(128)}`));
  assert.match(replayLines(changed).difference?.detail ?? '', /^It signs something else/);
});

test('a failed assertion is recorded, and fails again', () => {
  const lines = recordSimulation(10, 10_000).recordings[0]!;
  const fails: typeof createConsensus = (config, recovered) => {
    const core = createConsensus(config, recovered);
    const step: typeof core.step = (input) => {
      if (input.type === 'vote') throw new Error('assertion: never a vote');
      return core.step(input);
    };
    return { ...core, step };
  };
  const first = lines.findIndex((line, i) => i > 0 && bodyOf(line).input.type === 'vote');
  const { difference } = replayLines(lines, { createCore: fails });
  assert.equal(difference?.line, first + 1);
  assert.equal(difference.replayed, 'assertion: never a vote');
  const threw = forged(lines.slice(0, first + 1), first, (body) => {
    const { input, signed } = JSON.parse(body) as StepLine;
    return JSON.stringify({ input, signed, threw: 'assertion: never a vote' });
  });
  assert.equal(replayLines(threw, { createCore: fails }).difference, undefined);
  assert.equal(replayLines(threw).difference?.replayed, 'the core went on');
});
