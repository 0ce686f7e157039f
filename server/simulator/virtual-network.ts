/**
 * A network of links between nodes, each with a delay and a state, under faults drawn from the seed. Messages are plain
 * data; a receiver gets a copy of its own, as it would from a socket.
 */
import type { ReplicaMessage } from '../replica/ports.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

export interface LinkConditions {
  /** One-way delay in microseconds, lowest and highest; drawn per message, so messages overtake each other. */
  readonly delayUs: readonly [number, number];
  /** Parts per million of messages lost and doubled. */
  readonly lossPpm: number;
  readonly duplicatePpm: number;
}

export interface NetworkCounts {
  sent: number;
  delivered: number;
  lost: number;
  duplicated: number;
  cut: number;
  bytes: number;
  /** Messages sent, by type. */
  readonly sentByType: Map<ReplicaMessage['type'], number>;
}

/** @param process of the sender, counted from 1 at its first start */
export type Deliver = (to: number, from: number, message: ReplicaMessage, process: number) => void;

export interface VirtualNetwork {
  send(from: number, to: number, message: ReplicaMessage): void;
  /** Conditions of all links that have none of their own. */
  setConditions(conditions: LinkConditions): void;
  setLink(from: number, to: number, conditions: LinkConditions | undefined): void;
  /** From now on every link without conditions of its own has this one-way delay, in microseconds, and no faults. */
  setDelays(delayUs: (from: number, to: number) => number): void;
  /** Cuts messages from `from` to `to`, one way. */
  cut(from: number, to: number): void;
  mend(from: number, to: number): void;
  mendAll(): void;
  isCut(from: number, to: number): boolean;
  readonly counts: NetworkCounts;
}

/** More than any run has. */
const maxNodes = 65_536;

/** @param processOf how often a node has been started: what was on its way when its process ended reaches no later one */
export function createVirtualNetwork(
  queue: EventQueue,
  random: Random,
  deliver: Deliver,
  processOf: (node: number) => number,
): VirtualNetwork {
  let conditions: LinkConditions = { delayUs: [200, 2_000], lossPpm: 0, duplicatePpm: 0 };
  const links = new Map<number, LinkConditions>();
  const cuts = new Set<number>();
  const counts: NetworkCounts = {
    sent: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    cut: 0,
    bytes: 0,
    sentByType: new Map(),
  };
  let delays: ((from: number, to: number) => number) | undefined;
  const name = (from: number, to: number): number => from * maxNodes + to;

  const carry = (from: number, to: number, message: ReplicaMessage, delay: number): void => {
    const [sender, receiver] = [processOf(from), processOf(to)];
    queue.schedule(queue.now() + delay, () => {
      if (cuts.has(name(from, to)) || processOf(to) !== receiver) {
        counts.cut++;
        return;
      }
      counts.delivered++;
      deliver(to, from, message, sender);
    });
  };

  return {
    counts,
    send(from, to, message) {
      counts.sent++;
      counts.sentByType.set(message.type, (counts.sentByType.get(message.type) ?? 0) + 1);
      if (cuts.has(name(from, to))) {
        counts.cut++;
        return;
      }
      const own = links.get(name(from, to));
      if (own === undefined && delays !== undefined) {
        carry(from, to, message, delays(from, to));
        return;
      }
      const link = own ?? conditions;
      const drawDelay = (): number => random.between(link.delayUs[0], link.delayUs[1]);
      if (link.lossPpm > 0 && random.chance(link.lossPpm)) {
        counts.lost++;
        return;
      }
      carry(from, to, message, drawDelay());
      if (link.duplicatePpm > 0 && random.chance(link.duplicatePpm)) {
        counts.duplicated++;
        carry(from, to, message, drawDelay());
      }
    },
    setConditions(next) {
      conditions = next;
    },
    setLink(from, to, link) {
      if (link === undefined) links.delete(name(from, to));
      else links.set(name(from, to), link);
    },
    setDelays(next) {
      delays = next;
    },
    cut: (from, to) => void cuts.add(name(from, to)),
    mend: (from, to) => void cuts.delete(name(from, to)),
    mendAll: () => cuts.clear(),
    isCut: (from, to) => cuts.has(name(from, to)),
  };
}
