/** The shipped watch over the clock, in simulated networks: clocks beyond the limit are found out and heal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { castOn } from '../../server/simulator/cast/casting.js';
import { startLoad } from '../../server/simulator/load.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';

const doubting = ({ nodes }: Simulation): number[] =>
  nodes.filter((node) => node.clockFault() !== undefined).map(({ index }) => index);

function running(seed: number, options: Partial<Parameters<typeof createSimulation>[0]> = {}) {
  const signed = new Map<number, number>();
  const simulation = createSimulation({
    seed,
    stakes: [10, 10, 10, 10],
    watch: {
      broadcast(node, { type }) {
        if (type === 'vote') signed.set(node, (signed.get(node) ?? 0) + 1);
      },
      stored() {},
    },
    ...options,
  });
  startLoad(simulation, 300);
  simulation.run(10_000);
  /** Votes of a node in the next so many ms. */
  const votes = (node: number, ms: number): number => {
    const before = signed.get(node) ?? 0;
    simulation.run(ms);
    return (signed.get(node) ?? 0) - before;
  };
  return { simulation, votes };
}

for (const stepMs of [-60_000, -200, 200, 5_000]) {
  test(`[7-clock-suspect] a clock set by ${stepMs} ms: its node signs nothing, the others go on, and it heals when it is right`, () => {
    const { simulation, votes } = running(31);
    const node = simulation.nodes[2]!;
    assert.ok(votes(2, 5_000) > 0);
    node.clock.step(stepMs);
    // Until its peers have said so it is in doubt as well, for its own steady time contradicts the step.
    simulation.run(260);
    const before = simulation.height();
    assert.equal(votes(2, 10_000), 0);
    assert.deepEqual(doubting(simulation), [2]);
    assert.ok(simulation.height() > before);
    node.clock.step(-stepMs);
    simulation.run(1_000);
    assert.deepEqual(doubting(simulation), []);
    assert.ok(votes(2, 5_000) > 0);
  });
}

test('[7-clock-suspect] a clock that drifts is found out when it is beyond the limit, not before', () => {
  const { simulation, votes } = running(32);
  simulation.nodes[1]!.clock.drift(2_000);
  // 2 ms a second, and the limit is 50 ms; of the readings of 16 s the fastest counts, however old it is.
  assert.ok(votes(1, 20_000) > 0);
  assert.deepEqual(doubting(simulation), []);
  simulation.run(25_000);
  assert.deepEqual(doubting(simulation), [1]);
  assert.equal(votes(1, 5_000), 0);
});

test('[7-clock-suspect] a machine that starts with a wrong clock signs nothing by it', () => {
  const { simulation, votes } = running(33);
  const node = simulation.nodes[0]!;
  node.crash();
  node.clock.step(30_000);
  node.boot();
  assert.equal(votes(0, 10_000), 0);
  assert.deepEqual(doubting(simulation), [0]);
});

test('[7-clock-suspect] less than a third of the stake that lies about its clock puts nobody in doubt', () => {
  const { actors } = castOn(['clock liar'], [3]);
  const { simulation } = running(34, { actors });
  simulation.run(10_000);
  assert.deepEqual(
    doubting(simulation).filter((node) => node !== 3),
    [],
  );
});
