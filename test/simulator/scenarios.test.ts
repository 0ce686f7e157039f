/** Named scenarios: one story each, written by hand, because a rule was made for it or broke in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoad } from '../../server/simulator/load.js';
import { createPurse, customerOf } from '../../server/simulator/simulated-chain.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';

const usual = { delayUs: [200, 2_000], lossPpm: 0, duplicatePpm: 0 } as const;
const terms = ({ nodes }: Simulation): number[] =>
  nodes.map((node) => node.replica()?.status().consensus.term_slots ?? 0);

test('one-way delays of one and a half slots: terms lengthen, finality goes on, and one slot is enough again afterwards', () => {
  const simulation = createSimulation({ seed: 15, stakes: [10, 10, 10, 10] });
  startLoad(simulation, 500);
  simulation.run(10_000);
  assert.deepEqual(terms(simulation), [1, 1, 1, 1]);
  simulation.network.setConditions({ ...usual, delayUs: [1_450_000, 1_550_000] });
  let longest = 1;
  for (let minute = 0; minute < 5; minute++) {
    const before = simulation.height();
    for (let slot = 0; slot < 60; slot++) {
      simulation.run(1_000);
      longest = Math.max(longest, ...terms(simulation));
    }
    assert.ok(simulation.height() > before, `nothing final in minute ${minute}`);
  }
  assert.ok(longest >= 2, `terms did not grow`);
  simulation.network.setConditions(usual);
  simulation.run(20_000);
  const before = simulation.height();
  simulation.run(10_000);
  assert.deepEqual(terms(simulation), [1, 1, 1, 1]);
  assert.ok(simulation.height() >= before + 5, `${simulation.height() - before} final blocks in ten slots`);
});

test('a validator that lost its vote state watches, waits, and votes again; it never takes itself for another', () => {
  const simulation = createSimulation({ seed: 16, stakes: [10, 10, 10, 10] });
  startLoad(simulation, 500);
  simulation.run(10_300);
  const lost = simulation.nodes[2]!;
  lost.crash();
  lost.disk.loseVoteState();
  lost.boot();
  simulation.run(1_000);
  assert.equal(lost.disk.voteState(), undefined, 'it has signed nothing');
  simulation.run(10_000);
  assert.notEqual(lost.disk.voteState(), undefined);
  // Now it is needed: two of three others are not a quorum.
  simulation.nodes[0]!.crash();
  const before = simulation.height();
  simulation.run(20_000);
  assert.ok(simulation.height() > before);
});

test('what a node accepted while it was cut off and never leads is told to leaders until it is final', () => {
  const simulation = createSimulation({ seed: 17, stakes: [10, 10, 10, 10], observers: 1 });
  simulation.run(3_000);
  const observer = simulation.nodes[4]!;
  for (const other of [0, 1, 2, 3]) {
    simulation.network.cut(4, other);
    simulation.network.cut(other, 4);
  }
  simulation.submit(observer, createPurse(simulation.chain, 'customer', 0).pay(customerOf(1), 5));
  simulation.run(5_000);
  assert.deepEqual(simulation.accepted.counts, { accepted: 1, final: 0 });
  simulation.network.mendAll();
  simulation.run(10_000);
  assert.deepEqual(simulation.accepted.counts, { accepted: 1, final: 1 });
});
