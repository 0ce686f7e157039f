/**
 * What a simulated process speaks through: the shipped gossip over simulated links, to those it is connected to. It
 * lives as long as the process, as what a real node has seen does.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import type { ClockPeer } from '../node-runtime/clock-watch.js';
import { createGossip, type GossipPeer, type Lines, spreads } from '../p2p/gossip.js';
import { createPingState, type PingState } from '../p2p/pings.js';
import type { Clock, Head, Network, PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import { type Connections, nodeKeyOf } from './connections.js';
import type { VirtualClock } from './virtual-clock.js';

export interface SimulatedPeers {
  readonly network: Network;
  /** A message arrived; duplicates are dropped and what spreads is passed on, as the replica's verdict says. */
  receive(from: number, message: ReplicaMessage): Verdict;
  /** One has just connected: it is told what spread within the last seconds, and asked for its clock. */
  met(other: number): void;
  /** Tells every peer where this node stands, and asks what its clock says. */
  ping(): void;
  /** What the peers' clocks are, as far as they have answered. */
  clocks(): readonly ClockPeer[];
  forgetClocks(): void;
}

export interface SimulatedPeersOptions {
  readonly node: number;
  /** All nodes; those after `node` connect first, so that no node is everyone's first peer. */
  readonly count: number;
  readonly clock: VirtualClock;
  readonly head: () => Head;
  readonly lines: Lines<ReplicaMessage>;
  readonly connections: () => Connections;
  readonly validatorOf: (node: number) => PublicKey;
  readonly transmit: (to: number, message: ReplicaMessage) => void;
  readonly receive: (peer: PeerId, message: ReplicaMessage) => Verdict;
  /** A peer that is connected has not answered for too long. */
  readonly onLost: (peer: number) => void;
}

export function createSimulatedPeers(options: SimulatedPeersOptions): SimulatedPeers {
  const { node: own, count, clock, lines, connections, transmit, receive } = options;
  /** As in a real node: intervals do not depend on what the clock is set to. */
  const steadily: Clock = { now: clock.steady, at: (at, call) => clock.after(at - clock.steady(), call) };
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
  /** By node, since the last time that it connected. */
  const pings = new Map<number, PingState>();
  let lastId = 0;
  const connected = (): readonly GossipPeer<ReplicaMessage>[] => {
    const now = connections().version(own);
    if (now !== version) {
      known = inOrder.filter(({ id }) => connections().isConnected(own, Number(id)));
      version = now;
    }
    return known;
  };
  const ping = (to: number): void => {
    const question = pings.get(to)?.next(options.head());
    if (question === 'lost') options.onLost(to);
    else if (question !== undefined) transmit(to, question);
  };
  const gossip = createGossip({ clock: steadily, lines, peers: connected, receive });

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
    receive(from, message) {
      if (spreads(message.type)) return gossip.onMessage(all[from]!, message);
      if (message.type === 'ping') {
        transmit(from, { type: 'pong', id: message.id, head: options.head(), clock: Math.round(clock.now()) });
      }
      if (message.type === 'pong') pings.get(from)?.onPong(message.id, message.clock);
      return receive(String(from), message);
    },
    ping() {
      for (const { id } of connected()) ping(Number(id));
    },
    clocks: () =>
      connected().map(({ id, validator }) => ({ validator, clockOffsetMs: pings.get(Number(id))?.clockOffsetMs() })),
    forgetClocks() {
      for (const { id } of connected()) {
        pings.get(Number(id))?.forgetOffset();
        ping(Number(id));
      }
    },
    met(to) {
      pings.set(
        to,
        createPingState(steadily, () => ++lastId, clock.now),
      );
      ping(to);
      gossip.tellRecent(all[to]!);
    },
  };
}
