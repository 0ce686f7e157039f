/**
 * One short run made to find mistakes: four to seven validators, epochs of a few slots, changing stakes, dense faults,
 * sometimes a validator whose vote state gets lost; then healing, after which payments must become final.
 */

import { roles } from '../../server/simulator/cast/cast.js';
import { castOn } from '../../server/simulator/cast/casting.js';
import { Violation } from '../../server/simulator/checkers/violation.js';
import { startLoad } from '../../server/simulator/load.js';
import { createRandom, type Random } from '../../server/simulator/random.js';
import { createPurse } from '../../server/simulator/simulated-chain.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';
import { allHonest } from '../simulator/draw-casting.js';
import { faultKinds, startFaults } from '../simulator/faults.js';
import type { Setting } from './mutant.js';
import { checkPayments, startTricks } from './tricks.js';

const chaosMs = 12_000;
/** Slots after healing within which something must become final; the longest that correct nodes took was 14. */
const owedWithinSlots = 40;

/** @param setting narrows what is drawn. @returns the rule that was broken and how, or undefined. @throws what the code under test throws */
export function huntSeed(seed: number, setting: Setting = {}, trace?: (line: string) => void): string | undefined {
  const random = createRandom(seed, 'hunt');
  const count = random.pick([4, 4, 4, 5]);
  // One Byzantine validator of equal stake is less than a third of four.
  const byzantine =
    setting.roles !== undefined || (setting.faults === undefined && random.chance(600_000))
      ? [random.below(count)]
      : [];
  const casting =
    byzantine.length === 0
      ? allHonest
      : castOn(setting.roles ?? random.shuffle(roles).slice(0, random.between(1, 3)), byzantine);
  const simulation = createSimulation({
    seed,
    stakes: Array.from({ length: count }, () => 1000),
    actors: casting.actors,
    twins: casting.twins,
    parameters: {
      slots_per_epoch: random.pick([3, 5, 10, 1_000]),
      vote_routing: random.pick(['everyone', 'everyone', 'leader'] as const),
    },
    ...(trace ? { trace } : {}),
  });
  startLoad(simulation, random.pick([150, 400, 1_000]));
  startStaking(simulation, random, count);
  startTricks(simulation, random.fork('tricks'));
  const drawn = random.chance(200_000) ? faultKinds : random.shuffle(faultKinds).slice(0, random.between(1, 4));
  const faults = startFaults(simulation, random.pick([300, 800, 2_000]), setting.faults ?? drawn);
  try {
    simulation.run(chaosMs);
    faults.heal();
    const before = simulation.height();
    for (let slots = 0; simulation.height() === before; slots++) {
      if (slots >= owedWithinSlots) {
        throw new Violation('finality resumes', `nothing became final within ${owedWithinSlots} slots of healing`);
      }
      simulation.run(1_000);
    }
    simulation.run(8_000);
    const honest = simulation.nodes.filter(({ index }) => simulation.isHonest(index));
    const behind = honest.filter((node) => node.disk.tip().index < simulation.height() - 5);
    if (behind.length > 0) throw new Violation('everyone catches up', `nodes ${behind.map(({ index }) => index)}`);
    checkPayments(simulation);
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
}

/** Owners add stake and take some of it back, never so much that another validator's share reaches a third. */
function startStaking(simulation: Simulation, random: Random, count: number): void {
  const { queue } = simulation;
  const owners = Array.from({ length: count }, (_, at) => ({
    purse: createPurse(simulation.chain, 'owner', at),
    extra: 0,
  }));
  const change = (): void => {
    queue.schedule(queue.now() + random.between(1, 10_000_000), change);
    const up = simulation.nodes.filter((node) => node.isUp());
    const owner = random.pick(owners);
    if (up.length < simulation.nodes.length) return;
    const taken = owner.extra > 0 && random.chance(500_000);
    const transaction = taken ? owner.purse.unstake(100) : owner.purse.stake(100);
    if (!taken && owner.extra >= 200) return;
    owner.extra += taken ? -100 : 100;
    for (const node of up) node.submit([transaction]);
  };
  queue.schedule(1_000_000, change);
}
