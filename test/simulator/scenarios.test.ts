/** Named scenarios: one story each, written by hand, because a rule was made for it or broke in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEpoch, readValidator } from '../../ledger/state-keys.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { checkEveryUnit } from '../../server/simulator/checkers/supply.js';
import { startLoad } from '../../server/simulator/load.js';
import { createPurse, customerOf } from '../../server/simulator/simulated-chain.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';
import { startStakeMoves } from './stake-moves.js';

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

test('places of a full set change hands, and finality goes on through crashes', () => {
  const parameters = { slots_per_epoch: 3, max_validators: 4 };
  const simulation = createSimulation({ seed: 18, stakes: [40, 30, 20, 10], observers: 3, parameters });
  const { nodes } = simulation;
  startLoad(simulation, 700);
  startStakeMoves(simulation, 1_000);
  let members: readonly PublicKey[] = [];
  let [came, pushedOut] = [0, 0];
  for (let round = 0; round < 60; round++) {
    const node = nodes[round % nodes.length]!;
    if (round % 5 === 0) node.crash();
    simulation.run(3_000);
    if (round % 5 === 0) node.boot();
    const { disk } = nodes[0]!;
    const now = readEpoch(disk).validators.map(({ key }) => key);
    assert.ok(now.length <= 4);
    const left = members.filter((key) => !now.includes(key));
    pushedOut += left.filter((key) => readValidator(disk, key)?.unbonding.some(({ full_set }) => full_set)).length;
    came += now.filter((key) => members.length > 0 && !members.includes(key)).length;
    members = now;
  }
  assert.ok(came > 0 && pushedOut > 0, `${came} came, ${pushedOut} were pushed out`);
  const before = simulation.height();
  simulation.run(20_000);
  assert.ok(simulation.height() >= before + 10, `${simulation.height() - before} final blocks in twenty slots`);
  for (const node of nodes) {
    assert.ok(node.disk.tip().index >= simulation.height() - 5, `node ${node.index} is behind`);
    checkEveryUnit(node.disk.entries());
  }
});
