/**
 * Who is connected to whom. As between real peers, a connection ends at once with a process, and only after a while of
 * silence when a link is cut; what is sent meanwhile is lost. Once there is a way again, it comes back within a redial.
 * Neighbours know of each other's connections at once, which real ones do within NEIGHBOURS_INTERVAL_MS.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import { MAX_MISSED_PONGS, PING_INTERVAL_MS, REDIAL_FIRST_MS } from '../p2p/limits.js';
import type { EventQueue } from './event-queue.js';
import { standInKey } from './stand-in-crypto.js';

/** Nodes look at their links so often. */
const lookEveryMs = REDIAL_FIRST_MS;
/** Looks without a way through before a connection is given up. */
const patience = (PING_INTERVAL_MS * MAX_MISSED_PONGS) / lookEveryMs;

export interface Connections {
  isConnected(left: number, right: number): boolean;
  /** Changes whenever a connection of this node begins or ends. */
  version(node: number): number;
  /** Node keys of those it is connected to. */
  neighbours(node: number): ReadonlySet<PublicKey>;
  /** The node's process ended. */
  down(node: number): void;
  /** One of the two has had enough; they may meet again. */
  end(left: number, right: number): void;
  /** The node's process began: it dials everyone. */
  dial(node: number): void;
}

export interface ConnectionsOptions {
  readonly queue: EventQueue;
  readonly count: number;
  /** Whether both machines run and messages pass both ways. */
  readonly isOpen: (left: number, right: number) => boolean;
  readonly onConnected: (left: number, right: number) => void;
  readonly onGone: (left: number, right: number) => void;
}

export const nodeKeyOf = (node: number): PublicKey => standInKey('node', node);

export function createConnections({ queue, count, isOpen, onConnected, onGone }: ConnectionsOptions): Connections {
  const nodes = Array.from({ length: count }, (_, at) => at);
  const keys = nodes.map(nodeKeyOf);
  const neighbours = nodes.map(() => new Set<PublicKey>());
  const versions = nodes.map(() => 0);
  const changed = (left: number, right: number): void => {
    versions[left]!++;
    versions[right]!++;
  };
  /** By pair, lower node first: looks in a row without a way through. */
  const silent = nodes.map(() => nodes.map(() => 0));

  const isConnected = (left: number, right: number): boolean => neighbours[left]!.has(keys[right]!);
  const connect = (left: number, right: number): void => {
    silent[left]![right] = 0;
    silent[right]![left] = 0;
    neighbours[left]!.add(keys[right]!);
    neighbours[right]!.add(keys[left]!);
    changed(left, right);
    onConnected(left, right);
  };
  const end = (left: number, right: number): void => {
    if (!isConnected(left, right)) return;
    neighbours[left]!.delete(keys[right]!);
    neighbours[right]!.delete(keys[left]!);
    changed(left, right);
    onGone(left, right);
  };
  const look = (left: number, right: number): void => {
    const open = isOpen(left, right);
    if (!isConnected(left, right)) {
      if (open) connect(left, right);
    } else if (open) silent[left]![right] = 0;
    else if (++silent[left]![right]! >= patience) end(left, right);
  };
  const lookAtAll = (): void => {
    queue.schedule(queue.now() + lookEveryMs * 1000, lookAtAll);
    for (const right of nodes) for (let left = 0; left < right; left++) look(left, right);
  };
  queue.schedule(queue.now() + lookEveryMs * 1000, lookAtAll);

  return {
    isConnected,
    version: (node) => versions[node]!,
    end,
    neighbours: (node) => neighbours[node]!,
    down(node) {
      for (const other of nodes) end(node, other);
    },
    dial(node) {
      for (const other of nodes) {
        if (other !== node && !isConnected(node, other) && isOpen(node, other)) connect(node, other);
      }
    },
  };
}
