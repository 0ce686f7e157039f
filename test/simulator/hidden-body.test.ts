/** A certificate whose block everyone has forgotten must not stop the chain: nobody is locked on what he cannot show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBodyBurier } from '../../server/simulator/cast/body-burier.js';
import { startLoad } from '../../server/simulator/load.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';

/** Once node 0 has begun to bury a block, at the latest in the tenth slot. */
function afterBurial(siblings: number, voteRouting: 'everyone' | 'leader', isDown?: number): Simulation {
  let began = false;
  const actor = createBodyBurier(() => {
    began = true;
    return siblings;
  });
  const simulation = createSimulation({
    ...{ seed: 1, stakes: [100, 100, 100, 100] },
    parameters: { vote_routing: voteRouting, slots_per_epoch: 10_000 },
    actors: new Map([[0, actor]]),
  });
  startLoad(simulation, 200);
  simulation.run(600);
  if (isDown !== undefined) simulation.nodes[isDown]!.crash();
  for (let at = 0; at < 1_000 && !began; at++) simulation.run(simulation.slotMs / 100);
  assert.ok(began);
  return simulation;
}

function growth(simulation: Simulation, slots: number): number {
  const before = simulation.height();
  simulation.run(slots * simulation.slotMs);
  return simulation.height() - before;
}

test('[5-lock-at-hand] more siblings than a node holds blocks, then the certificate of what they pushed out: the chain goes on', () => {
  assert.ok(growth(afterBurial(530, 'leader'), 25) > 25);
});

test('[5-lock-at-hand] more siblings than bodies are kept on disk, a crash of all others, then the certificate: the chain goes on', () => {
  const simulation = afterBurial(200, 'leader');
  simulation.run(400);
  for (const node of simulation.nodes.slice(1)) node.crash();
  for (const node of simulation.nodes.slice(1)) node.boot();
  assert.ok(growth(simulation, 25) > 25);
});

test('[5-lock-at-hand] where votes go to everyone, while one node is down that then comes back: the chain goes on', () => {
  const simulation = afterBurial(530, 'everyone', 3);
  simulation.run(2 * simulation.slotMs);
  simulation.nodes[3]!.boot();
  assert.ok(growth(simulation, 25) > 25);
});
