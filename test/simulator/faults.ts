/**
 * What goes wrong in a run: faults drawn from the seed, each with a beginning and an end, and a healing that undoes
 * all of them at once.
 */
import { readEpoch } from '../../ledger/state-keys.js';
import { furthest } from '../../server/simulator/load.js';
import type { Random } from '../../server/simulator/random.js';
import { validatorKeyOf } from '../../server/simulator/simulated-chain.js';
import type { SimulatedNode } from '../../server/simulator/simulated-node.js';
import type { Simulation } from '../../server/simulator/simulation.js';

/** Every fault class; a report counts each. */
export const faultKinds = [
  'loss',
  'duplicates',
  'delay',
  'reordering',
  'one-way link',
  'halves',
  'ring',
  'bridge',
  'isolated leader',
  'crash',
  'crash in a write',
  'crash of all',
  'pause',
  'slow disk',
  'clock offset',
  'clock step',
  'clock drift',
  'old disk',
  'lost vote state',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** What a clock shows beyond the limit that the protocol is told of. */
const wrongClocks: readonly FaultKind[] = ['clock offset', 'clock step', 'clock drift'];

/**
 * Half of the runs have all kinds, the others a few of them. Who lost its vote state waits until its clock is past all
 * that it can have signed, which takes clocks within their limit: never both in one run.
 */
export function drawKinds(random: Random): readonly FaultKind[] {
  const excluded: readonly FaultKind[] = random.chance(500_000) ? ['lost vote state'] : wrongClocks;
  const possible = faultKinds.filter((kind) => !excluded.includes(kind));
  return random.chance(500_000) ? possible : random.shuffle(possible).slice(0, random.between(4, 8));
}

/** What is written for slots of a second, in ms, stretched to those of the run, so that each slot stays as eventful. */
const slotsOf =
  ({ slotMs }: Simulation) =>
  (ms: number): number =>
    (ms * slotMs) / 1000;

const usual = { delayUs: [200, 2_000], lossPpm: 0, duplicatePpm: 0 } as const;

export interface Faults {
  readonly counts: Record<FaultKind, number>;
  /** No new faults; everything is as it should be from now on. */
  heal(): void;
}

/**
 * @param everyMs mean time between faults, in ms
 * @param kinds those that may happen; few at a time find what a mixture of all hides
 */
export function startFaults(simulation: Simulation, everyMs: number, kinds: readonly FaultKind[] = faultKinds): Faults {
  const random = simulation.random.fork('faults');
  const counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const undo = new Set<() => void>();
  const slots = slotsOf(simulation);
  let running = true;

  const next = (): void => {
    if (!running) return;
    const { queue } = simulation;
    queue.schedule(queue.now() + random.between(1, 2 * everyMs) * 1000, next);
    const kind = random.pick(kinds);
    counts[kind]++;
    const end = begin[kind](simulation, random);
    const lastsMs = slots(random.pick([200, 1_000, 3_000, 10_000, 30_000]) + random.below(1_000));
    simulation.note(`fault: ${kind} for ${lastsMs} ms`);
    undo.add(end);
    queue.schedule(queue.now() + lastsMs * 1000, () => {
      if (!undo.delete(end)) return;
      simulation.note(`fault over: ${kind}`);
      end();
    });
  };
  simulation.queue.schedule(simulation.queue.now() + everyMs * 1000, next);

  return {
    counts,
    heal() {
      running = false;
      simulation.note('healing');
      for (const end of undo) end();
      undo.clear();
      simulation.network.mendAll();
      simulation.network.setConditions(usual);
      for (const node of simulation.nodes) {
        node.clock.drift(0);
        node.clock.step(-node.clock.offset());
        node.disk.setSyncDelay(150);
        node.disk.onVoteStateWrite(() => 'written');
        node.resume();
        if (!node.isUp()) node.boot();
      }
    },
  };
}

/** Begins a fault. @returns what ends it */
type Begin = (simulation: Simulation, random: Random) => () => void;

const setConditions =
  (
    draw: (
      random: Random,
      slots: (ms: number) => number,
    ) => Partial<{ delayUs: readonly [number, number]; lossPpm: number; duplicatePpm: number }>,
  ): Begin =>
  (simulation, random) => {
    simulation.network.setConditions({ ...usual, ...draw(random, slotsOf(simulation)) });
    return () => simulation.network.setConditions(usual);
  };

/** Cuts every link for which `apart` holds, both ways. */
function partition(simulation: Simulation, apart: (from: number, to: number) => boolean): () => void {
  const cut: (readonly [number, number])[] = [];
  for (const from of simulation.nodes) {
    for (const to of simulation.nodes) {
      if (from !== to && apart(from.index, to.index)) cut.push([from.index, to.index]);
    }
  }
  for (const [from, to] of cut) simulation.network.cut(from, to);
  return () => {
    for (const [from, to] of cut) simulation.network.mend(from, to);
  };
}

const begin: Readonly<Record<FaultKind, Begin>> = {
  loss: setConditions((random) => ({ lossPpm: random.between(10_000, 400_000) })),
  duplicates: setConditions((random) => ({ duplicatePpm: random.between(50_000, 500_000) })),
  // Up to 8 slots; often about the length of a slot, where terms lengthen.
  delay: setConditions((random, slots) => {
    const most = slots(random.pick([20, 100, 400, 1_500, 8_000])) * 1000;
    return { delayUs: [most >> 1, most] };
  }),
  // Within half a slot, so that what was sent first seldom comes first.
  reordering: setConditions((random, slots) => ({ delayUs: [200, slots(random.between(50, 500)) * 1000] })),
  'one-way link': (simulation, random) => {
    const from = random.below(simulation.nodes.length);
    const to = random.below(simulation.nodes.length);
    simulation.network.cut(from, to);
    return () => simulation.network.mend(from, to);
  },
  halves: (simulation, random) => {
    const order = random.shuffle(simulation.nodes.map(({ index }) => index));
    const left = new Set(order.slice(0, order.length >> 1));
    return partition(simulation, (from, to) => left.has(from) !== left.has(to));
  },
  ring: (simulation) => {
    const size = simulation.nodes.length;
    return partition(simulation, (from, to) => {
      const distance = Math.abs(from - to);
      return distance !== 1 && distance !== size - 1;
    });
  },
  bridge: (simulation, random) => {
    const order = random.shuffle(simulation.nodes.map(({ index }) => index));
    const bridge = order[0];
    const left = new Set(order.slice(1, 1 + (order.length >> 1)));
    return partition(simulation, (from, to) => from !== bridge && to !== bridge && left.has(from) !== left.has(to));
  },
  'isolated leader': (simulation) => {
    const leader = simulation.leaderNode();
    return partition(simulation, (from, to) => from === leader || to === leader);
  },
  crash: (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.crash();
    return () => {
      if (!node.isUp()) node.boot();
    };
  },
  'crash in a write': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    const fate = random.pick(['crash before', 'crash after'] as const);
    node.disk.onVoteStateWrite(() => {
      node.disk.onVoteStateWrite(() => 'written');
      return fate;
    });
    return () => {
      node.disk.onVoteStateWrite(() => 'written');
      if (!node.isUp()) node.boot();
    };
  },
  'crash of all': (simulation) => {
    for (const node of simulation.nodes) node.crash();
    return () => {
      for (const node of simulation.nodes) if (!node.isUp()) node.boot();
    };
  },
  pause: (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.pause();
    return () => node.resume();
  },
  'slow disk': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.disk.setSyncDelay(slotsOf(simulation)(random.between(10_000, 2_000_000)));
    return () => node.disk.setSyncDelay(150);
  },
  // Within the limit, so that the node goes on; or beyond it, and longer than most messages take.
  'clock offset': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    const most = random.pick([50, 450]);
    node.clock.step(slotsOf(simulation)(random.between(-most, most)));
    return () => node.clock.step(-node.clock.offset());
  },
  'clock step': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.clock.step(slotsOf(simulation)(random.between(-5_000, 5_000)));
    return () => node.clock.step(-node.clock.offset());
  },
  'clock drift': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.clock.drift(random.between(-20_000, 20_000));
    return () => {
      node.clock.drift(0);
      node.clock.step(-node.clock.offset());
    };
  },
  'old disk': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.disk.takeCopy();
    return () => {
      node.crash();
      if (isKeptByAnother(simulation, node)) node.disk.restoreCopy();
      node.boot();
    };
  },
  'lost vote state': (simulation, random) => {
    const node = random.pick(simulation.nodes);
    node.crash();
    // Those who remember nothing watch and wait: together with the Byzantine they stay below a third of the stake.
    if (simulation.isHonest(node.index) && mayFallSilent(simulation, node.index)) node.disk.loseVoteState();
    return () => {
      if (!node.isUp()) node.boot();
    };
  },
};

/** A chain whose last final blocks are on no disk any more has nothing to go on from, and nothing owes it finality. */
const isKeptByAnother = ({ nodes, isHonest }: Simulation, node: SimulatedNode): boolean =>
  nodes.some((one) => one !== node && isHonest(one.index) && one.disk.tip().index >= node.disk.tip().index);

/** Whether those who cannot or will not vote hold less than a third of the stake, with this one among them. */
const mayFallSilent = ({ nodes, isHonest }: Simulation, node: number): boolean =>
  areFewSilent(nodes, (index) => isHonest(index) && index !== node, nodes[node]!);

/** The same of the set that is in office now, which may be another than when they fell silent. */
export const isFinalityOwed = (simulation: Simulation): boolean =>
  areFewSilent(simulation.nodes, simulation.isHonest, furthest(simulation));

/** It lost its vote state, and has not learnt enough since: in the epoch in which it came back, or in one that it entered then. */
export const isSilent = (node: SimulatedNode): boolean =>
  node.disk.voteState() === undefined ||
  node.replica()?.status().consensus.waiting_for?.startsWith('This validator lost its vote state') === true;

function areFewSilent(
  nodes: readonly SimulatedNode[],
  votes: (index: number) => boolean,
  asKnownTo: SimulatedNode,
): boolean {
  const { validators } = readEpoch(asKnownTo.disk);
  let [silent, total] = [0, 0];
  for (const { key, stake } of validators) {
    total += stake;
    const who = nodes.find(({ index }) => validatorKeyOf(index) === key);
    if (who === undefined || !votes(who.index) || isSilent(who)) silent += stake;
  }
  return 3 * silent < total;
}
