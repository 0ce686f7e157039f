/**
 * A full mesh without its bookkeeping: everyone sends to everyone, and nothing is passed on. That is what the shipped
 * gossip does where everyone is connected to everyone; for a thousand nodes it would look at a thousand peers for each
 * of two million messages a block to find that out. Nobody connects or leaves here, so a node that was away stays behind.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import { spreads } from '../p2p/gossip.js';
import type { PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import type { SimulatedPeers } from './simulated-peers.js';

export interface DirectPeersOptions {
  readonly node: number;
  readonly count: number;
  /** The nodes of each validator key. */
  readonly nodesByKey: ReadonlyMap<PublicKey, readonly number[]>;
  readonly isUp: (node: number) => boolean;
  readonly transmit: (to: number, message: ReplicaMessage) => void;
  readonly receive: (peer: PeerId, message: ReplicaMessage) => Verdict;
}

export function createDirectPeers(options: DirectPeersOptions): SimulatedPeers {
  const { node: own, count, nodesByKey, isUp, transmit, receive } = options;
  // As on a real node, nothing leaves towards who is not connected.
  const send = (to: number, message: ReplicaMessage): void => {
    if (to !== own && isUp(to)) transmit(to, message);
  };
  const broadcast = (message: ReplicaMessage): void => {
    for (let to = 0; to < count; to++) send(to, message);
  };
  return {
    network: {
      broadcast,
      relay() {},
      sendToValidator(key, message) {
        const reached = (nodesByKey.get(key) ?? []).filter(isUp);
        for (const to of reached) send(to, message);
        // Towards who is not a peer, through all peers.
        if (reached.length === 0 && spreads(message.type)) broadcast(message);
      },
      send: (peer, message) => send(Number(peer), message),
      peers: () =>
        Array.from({ length: count }, (_, to) => to)
          .filter((to) => to !== own && isUp(to))
          .map(String),
    },
    receive: (from, message) => receive(String(from), message),
    met() {},
    ping() {},
    clocks: () => [],
    forgetClocks() {},
  };
}
