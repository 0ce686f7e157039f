/** The simulated network of one cell: validators of equal stake spread over the regions, some of them dead. */
import type { Parameters } from '../../ledger/values/genesis.js';
import type { Hash } from '../../ledger/values/text.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';
import type { Plan } from './cell.js';
import { oneWayMs } from './regions.js';

/**
 * The longest one-way delay is 174 ms, so network_delay_ms is 200, and what follows from it is the least that the
 * protocol allows; the slot is long enough for five delays after a leader has waited for delta.
 */
export const scaleParameters = {
  slot_duration_ms: 3_000,
  network_delay_ms: 200,
  delta_ms: 300,
  max_clock_offset_ms: 50,
  slots_per_epoch: 100_000,
  max_validators: 1_000,
} satisfies Partial<Parameters>;

/** A block on its way: who proposed it and when, and when it was on which node's disk; ms of virtual time. */
export interface BlockTimes {
  readonly leader: number;
  readonly proposedAt: number;
  readonly storedAt: Map<number, number>;
}

export interface ScaleNetwork {
  readonly simulation: Simulation;
  readonly live: readonly number[];
  readonly blocks: ReadonlyMap<Hash, BlockTimes>;
  /** Called when a transaction is on a node's disk. */
  onPaid(call: (node: number, id: Hash) => void): void;
}

/** Spread evenly over the validators, and so over the regions. */
export function deadValidators({ validators, deadPercent }: Plan): readonly number[] {
  const dead = Math.floor((validators * deadPercent) / 100);
  return Array.from({ length: dead }, (_, at) => Math.floor(((at + 0.5) * validators) / dead));
}

/** @param mesh `gossip`: over the shipped gossip, which a full mesh needs for nothing, and pays for with n² work */
export function createScaleNetwork(plan: Plan, seed: number, mesh: 'direct' | 'gossip' = 'direct'): ScaleNetwork {
  const blocks = new Map<Hash, BlockTimes>();
  let paid: (node: number, id: Hash) => void = () => {};
  const simulation: Simulation = createSimulation({
    seed,
    stakes: Array.from({ length: plan.validators }, () => 1_000),
    parameters: { ...scaleParameters, vote_routing: plan.routing },
    // A node that has just started would wait for the clocks of others.
    ...(mesh === 'direct' ? { direct: true } : { watchesClock: false }),
    watch: {
      broadcast(node, message) {
        if (message.type !== 'new_block' || blocks.has(message.block.hash)) return;
        blocks.set(message.block.hash, { leader: node, proposedAt: simulation.now(), storedAt: new Map() });
      },
      stored(node, { block, receipts }) {
        blocks.get(block.hash)?.storedAt.set(node, simulation.now());
        for (const { id } of receipts) paid(node, id);
      },
    },
  });
  simulation.network.setDelays((from, to) => oneWayMs(from, to) * 1_000);
  const dead = new Set(deadValidators(plan));
  for (const node of dead) simulation.nodes[node]!.crash();
  return {
    simulation,
    blocks,
    live: simulation.nodes.map(({ index }) => index).filter((node) => !dead.has(node)),
    onPaid(call) {
      paid = call;
    },
  };
}
