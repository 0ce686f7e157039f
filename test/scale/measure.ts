/**
 * Measures one cell: a payment a slot, each handed to one live node at a random moment, until enough blocks are on every
 * live disk. One rule: what has not been measured when the time is over is left out, never guessed.
 */
import { transactionId } from '../../ledger/values/identity.js';
import type { Hash } from '../../ledger/values/text.js';
import { createPurse, customerOf } from '../../server/simulator/simulated-chain.js';
import { fiveDelays, threeDelays } from './bound.js';
import { type Measured, type Plan, quantile, spread } from './cell.js';
import { type BlockTimes, createScaleNetwork, deadValidators, type ScaleNetwork, scaleParameters } from './network.js';

export interface Effort {
  readonly blocks: number;
  /** CPU time of this process, after which no further block is begun. */
  readonly cpuMs: number;
  readonly seed: number;
  readonly mesh?: 'direct' | 'gossip';
}

/** Not part of what agreement costs: they carry payments, or are not sent at all here. */
const notConsensus = new Set(['transactions', 'ping', 'pong']);

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** @returns undefined when the time was over before one block was everywhere */
export function measureCell(plan: Plan, effort: Effort): Measured | undefined {
  const started = cpuMs();
  const network = createScaleNetwork(plan, effort.seed, effort.mesh);
  const { simulation, live, blocks } = network;
  const payments = payOnceASlot(network);
  // Messages of the first slot, in which nodes meet, are not the price of any block.
  runFor(simulation, scaleParameters.slot_duration_ms - 1, () => false);
  const before = new Map(simulation.network.counts.sentByType);
  const everywhere = (): readonly BlockTimes[] =>
    [...blocks.values()].filter(({ storedAt }) => storedAt.size === live.length);
  const over = (): boolean => cpuMs() - started > effort.cpuMs;
  let done: readonly BlockTimes[] = [];
  while (done.length < effort.blocks && !over()) {
    runFor(simulation, 50, over);
    done = everywhere();
  }
  if (done.length === 0) return undefined;
  return report(plan, network, before, done, payments.tookMs, cpuMs() - started);
}

/** Looks at the clock of the real world now and then: one moment of 1,000 validators is a million events. */
function runFor({ queue }: ScaleNetwork['simulation'], ms: number, over: () => boolean): void {
  const end = queue.now() + ms * 1_000;
  for (let events = 1; queue.runOne(end); events++) if (events % 4_096 === 0 && over()) return;
}

function payOnceASlot({ simulation, live, onPaid }: ScaleNetwork): { readonly tookMs: readonly number[] } {
  const { queue, chain, nodes } = simulation;
  const random = simulation.random.fork('payments');
  const purse = createPurse(chain, 'customer', 0);
  const slotUs = scaleParameters.slot_duration_ms * 1_000;
  const waiting = new Map<Hash, { readonly node: number; readonly at: number }>();
  const tookMs: number[] = [];
  onPaid((node, id) => {
    const payment = waiting.get(id);
    if (payment?.node !== node) return;
    waiting.delete(id);
    tookMs.push(simulation.now() - payment.at);
  });
  const paySlot = (slot: number): void => {
    queue.schedule(slot * slotUs + random.below(slotUs), () => {
      const transaction = purse.pay(customerOf(1), 1);
      const node = random.pick(live);
      waiting.set(transactionId(chain.context.crypto, transaction), { node, at: simulation.now() });
      nodes[node]!.submit([transaction]);
    });
    queue.schedule((slot + 1) * slotUs, () => paySlot(slot + 1));
  };
  paySlot(1);
  return { tookMs };
}

function report(
  plan: Plan,
  { simulation, live }: ScaleNetwork,
  before: ReadonlyMap<string, number>,
  blocks: readonly BlockTimes[],
  paymentsMs: readonly number[],
  usedMs: number,
): Measured {
  const bound = (delays: typeof threeDelays) => {
    const each = blocks.map(({ leader }) => delays(leader, live, plan.validators));
    return {
      medianNode: quantile(
        each.map((node) => quantile(node, 0.5)),
        0.5,
      ),
      lastNode: quantile(
        each.map((node) => Math.max(...node)),
        0.5,
      ),
    };
  };
  const took = blocks.map(({ proposedAt, storedAt }) => [...storedAt.values()].map((at) => at - proposedAt));
  const messagesByType: Record<string, number> = {};
  let messages = 0;
  for (const [type, total] of simulation.network.counts.sentByType) {
    const count = total - (before.get(type) ?? 0);
    if (notConsensus.has(type) || count === 0) continue;
    messagesByType[type] = Math.round(count / blocks.length);
    messages += count / blocks.length;
  }
  return {
    plan,
    dead: deadValidators(plan).length,
    blocks: blocks.length,
    medianNode: spread(took.map((node) => quantile(node, 0.5))),
    lastNode: spread(took.map((node) => Math.max(...node))),
    threeDelays: bound(threeDelays),
    steps: bound(plan.routing === 'leader' ? fiveDelays : threeDelays),
    payment: spread(paymentsMs),
    messages: Math.round(messages),
    messagesByType,
    slots: simulation.slot(),
    cpuSeconds: Math.round(usedMs / 100) / 10,
  };
}
