/** One cell of the table: a network of a size, a routing and a share of dead stake, and what was measured in it. */
import type { Parameters } from '../../ledger/values/genesis.js';

export type Routing = Parameters['vote_routing'];

export interface Plan {
  readonly validators: number;
  readonly routing: Routing;
  /** Percent of the stake that is meant to be dead; whole validators, rounded down. */
  readonly deadPercent: number;
}

/** ms over blocks or payments. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

export interface Measured {
  readonly plan: Plan;
  readonly dead: number;
  readonly blocks: number;
  /** From the proposal's leaving to the block on disk: at the middle one of the live nodes, and at the last. */
  readonly medianNode: Spread;
  readonly lastNode: Spread;
  /** The bound for the same leaders and nodes: three one-way delays to a quorum. */
  readonly threeDelays: { readonly medianNode: number; readonly lastNode: number };
  /** The bound of this routing: the same for `everyone`, five delays for `leader`. */
  readonly steps: { readonly medianNode: number; readonly lastNode: number };
  /** From handing a payment to a live node to its being on that node's disk, waiting for a live leader included. */
  readonly payment: Spread;
  /** Sent between nodes for each final block: proposals, votes, certificates, new-views and what is asked for. */
  readonly messages: number;
  readonly messagesByType: Readonly<Record<string, number>>;
  /** Simulated, until the last of the blocks. */
  readonly slots: number;
  readonly cpuSeconds: number;
}

/** @param values of at least one */
export function spread(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
