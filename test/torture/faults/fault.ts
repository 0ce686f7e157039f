/** What can be done to a node under load. A fault brings the node back, and says what should not have come about. */
import type { Random } from '../../../server/simulator/random.js';
import type { TorturedNode } from '../tortured-node.js';

export interface Arena {
  readonly validators: readonly TorturedNode[];
  /** Follows, and signs nothing; only beside a single validator. */
  readonly follower: TorturedNode | undefined;
  readonly random: Random;
  /** After every start: the witness listens again. */
  readonly started: (node: TorturedNode, tookMs: number) => Promise<void>;
  /** Adds to what the report counts. */
  readonly count: (what: string, by?: number) => void;
}

/** @returns what is wrong; empty is well */
export type Fault = (arena: Arena, node: TorturedNode) => Promise<readonly string[]>;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function startAgain(arena: Arena, node: TorturedNode): Promise<void> {
  await arena.started(node, await node.start());
}
