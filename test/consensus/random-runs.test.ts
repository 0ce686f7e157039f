/**
 * Random faults against the whole protocol: losses, partitions, crashes around every write, a Byzantine twin. No two
 * nodes may ever make different blocks of one height final, and when the faults end every payment becomes final.
 * CONSENSUS_SEED starts elsewhere, CONSENSUS_RUNS does more.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from './cluster.js';
import { createRandom } from './virtual-time.js';

const firstSeed = Number(process.env.CONSENSUS_SEED ?? 1);
const runs = Number(process.env.CONSENSUS_RUNS ?? 40);

export function randomRun(seed: number): Cluster {
  const random = createRandom(seed);
  const count = random.pick([4, 4, 4, 7]);
  const names = Array.from({ length: count }, (_, at) => `v${at + 1}`);
  const twins = random.chance(0.6) ? [random.pick(names)] : [];
  const cluster = new Cluster({
    seed,
    stakes: Object.fromEntries(names.map((name) => [name, 1000])),
    parameters: {
      vote_routing: random.pick(['everyone', 'everyone', 'leader']),
      slots_per_epoch: random.pick([3, 5, 20, 1_000_000]),
    },
    delay: random.pick([
      [5, 30],
      [20, 100],
      [50, 900],
    ]),
    loss: random.pick([0, 0.02, 0.2]),
    twins,
    clockOffsets: Object.fromEntries(names.map((name) => [name, random.between(-25, 25)])),
  });
  cluster.start();
  const byzantine = new Set([...twins, ...twins.map((name) => `${name}-twin`)]);
  for (let step = 0; step < 40; step += 1) {
    if (random.chance(0.7)) cluster.pay();
    if (random.chance(0.4)) cluster.pay('bob', 'ann');
    const all = cluster.nodes.map(({ name }) => name);
    if (random.chance(0.15)) {
      const left = all.filter(() => random.chance(0.5));
      cluster.partition(
        left,
        all.filter((name) => !left.includes(name)),
      );
    } else if (random.chance(0.2)) cluster.heal();
    for (const node of cluster.nodes) {
      if (!node.up) {
        if (random.chance(0.5)) {
          node.crashOnPersist = undefined;
          node.start();
        }
      } else if (random.chance(0.06)) {
        if (random.chance(0.5)) node.crash();
        else node.crashOnPersist = () => (random.chance(0.5) ? 'before' : 'after');
      }
    }
    cluster.run(random.between(20, 1200));
  }
  // The faults end; Byzantine nodes stay twins, but their crashes end too.
  cluster.heal();
  cluster.loss = 0;
  cluster.delay = [5, 60];
  for (const node of cluster.nodes) {
    node.crashOnPersist = undefined;
    if (!node.up) node.start();
  }
  const honest = cluster.nodes.filter(({ name }) => !byzantine.has(name));
  cluster.pay();
  cluster.runUntil('every payment final', () => cluster.allFinal(honest), 60_000);
  return cluster;
}

test(`random faults never make two blocks of one height final, and end in finality (seeds from ${firstSeed})`, (context) => {
  const begin = performance.now();
  let done = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    try {
      randomRun(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    done += 1;
    if (process.env.CONSENSUS_RUNS === undefined && performance.now() - begin > 10_000) break;
  }
  context.diagnostic(`${done} runs in ${Math.round(performance.now() - begin)} ms`);
  assert.ok(done > 0);
});
