/**
 * A node that breaks the rules: a replica like any other whose messages an actor alters, drops, or adds to, with the
 * node's own key and no other. The checkers of honest nodes do not look at it.
 */
import type { Signer } from '../../ledger/values/crypto.js';
import type { ReplicaMessage } from '../replica/ports.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';
import type { SimulatedChain } from './simulated-chain.js';
import type { SimulatedNode } from './simulated-node.js';

/** What an actor has at hand. */
export interface Stage {
  readonly node: number;
  readonly signer: Signer;
  readonly chain: SimulatedChain;
  readonly random: Random;
  readonly queue: EventQueue;
  /** Indexes of all other nodes. */
  readonly others: readonly number[];
  /** Over the same links as everything else, unaltered. */
  send(to: number, message: ReplicaMessage): void;
  /** Its own machine. */
  self(): SimulatedNode;
}

export interface Actor {
  /** The replica sends `message` to `to`. @returns what leaves in its place */
  outgoing?(to: number, message: ReplicaMessage): readonly ReplicaMessage[];
  /** @returns whether the replica hears of it */
  incoming?(from: number, message: ReplicaMessage): boolean;
  /** The machine went down. */
  crashed?(): void;
}

export type CreateActor = (stage: Stage) => Actor;

/** One node that does all of this at once; what one alters, the next one alters again. */
export function together(parts: readonly CreateActor[]): CreateActor {
  return (stage) => {
    const actors = parts.map((create) => create(stage));
    return {
      outgoing: (to, message) =>
        actors.reduce<readonly ReplicaMessage[]>(
          (messages, actor) => messages.flatMap((one) => actor.outgoing?.(to, one) ?? [one]),
          [message],
        ),
      incoming: (from, message) => actors.map((actor) => actor.incoming?.(from, message) ?? true).every(Boolean),
      crashed: () => {
        for (const actor of actors) actor.crashed?.();
      },
    };
  };
}
