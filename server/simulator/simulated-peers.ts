/**
 * What a simulated process speaks through: the shipped gossip over simulated links, to those it is connected to. It
 * lives as long as the process, as what a real node has seen does.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import { createGossip, type GossipPeer, type Lines, spreads } from '../p2p/gossip.js';
import type { Clock, Network, PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import { type Connections, nodeKeyOf } from './connections.js';

export interface SimulatedPeers {
  readonly network: Network;
  /** A message arrived; duplicates are dropped and what spreads is passed on, as the replica's verdict says. */
  receive(from: number, message: ReplicaMessage): Verdict;
  /** For one who has just connected: what spread within the last seconds. */
  tellRecent(to: number): void;
}

export interface SimulatedPeersOptions {
  readonly node: number;
  /** All nodes; those after `node` connect first, so that no node is everyone's first peer. */
  readonly count: number;
  readonly clock: Clock;
  readonly lines: Lines<ReplicaMessage>;
  readonly connections: () => Connections;
  readonly validatorOf: (node: number) => PublicKey;
  readonly transmit: (to: number, message: ReplicaMessage) => void;
  readonly receive: (peer: PeerId, message: ReplicaMessage) => Verdict;
}

export function createSimulatedPeers(options: SimulatedPeersOptions): SimulatedPeers {
  const { node: own, count, clock, lines, connections, transmit, receive } = options;
  const all: readonly GossipPeer<ReplicaMessage>[] = Array.from({ length: count }, (_, node) => ({
    id: String(node),
    node: nodeKeyOf(node),
    validator: options.validatorOf(node),
    neighbours: connections().neighbours(node),
    sendLine(message) {
      transmit(node, message);
      return true;
    },
  }));
  const inOrder = [...all.slice(own + 1), ...all.slice(0, own)];
  let known: readonly GossipPeer<ReplicaMessage>[] = [];
  let version = -1;
  const connected = (): readonly GossipPeer<ReplicaMessage>[] => {
    const now = connections().version(own);
    if (now !== version) {
      known = inOrder.filter(({ id }) => connections().isConnected(own, Number(id)));
      version = now;
    }
    return known;
  };
  const gossip = createGossip({ clock, lines, peers: connected, receive });

  return {
    network: {
      broadcast: gossip.broadcast,
      relay: gossip.relay,
      sendToValidator: gossip.sendToValidator,
      send(peer, message) {
        if (connections().isConnected(own, Number(peer))) transmit(Number(peer), message);
      },
      peers: () => connected().map(({ id }) => id),
    },
    receive: (from, message) =>
      spreads(message.type) ? gossip.onMessage(all[from]!, message) : receive(String(from), message),
    tellRecent: (to) => gossip.tellRecent(all[to]!),
  };
}
