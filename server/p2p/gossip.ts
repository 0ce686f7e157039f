/**
 * Spreads messages through any connected graph. The one rule: each message is relayed at most once, to those who may
 * not have it yet. A node that got a message first from X leaves out P when P and X each list the other as neighbour,
 * for then X has sent it to P (or had the same reason not to): a full mesh relays nothing, a line floods.
 * Requests and answers are never relayed. PROTOCOL section 7.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock, PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import { priorityOf } from './encode-line.js';
import { MAX_RECENT_BYTES, MAX_RECENT_MESSAGES, SEEN_MS } from './limits.js';
import { createSeenMessages } from './seen-messages.js';

/** How a message travels: bytes between processes, plain data in a simulation. */
export interface Lines<Line> {
  /** undefined: too long to be sent. */
  of(message: ReplicaMessage): Line | undefined;
  /** Equal for equal messages only, whoever sent them. */
  key(line: Line): string;
  bytes(line: Line): number;
  /** The same line in memory of its own, for whoever keeps it. */
  alone(line: Line): Line;
}

export interface GossipPeer<Line> {
  readonly id: PeerId;
  readonly node: PublicKey;
  readonly validator: PublicKey | undefined;
  /** Node keys it says it is connected to. */
  readonly neighbours: ReadonlySet<PublicKey>;
  sendLine(line: Line, type: ReplicaMessage['type']): boolean;
}

export interface Gossip<Line> {
  broadcast(message: ReplicaMessage): void;
  /** Passes on what came from this peer and whose check took until now; to all where the peer has left. */
  relay(from: PeerId, message: ReplicaMessage): void;
  sendToValidator(validator: PublicKey, message: ReplicaMessage): void;
  /** A message of one of the kinds that spread. @returns the receiver's verdict; `fine` for a duplicate. */
  onMessage(from: GossipPeer<Line>, message: ReplicaMessage): Verdict;
  /** What spread within the last seconds, for a peer that was not there. */
  tellRecent(peer: GossipPeer<Line>): void;
  readonly counters: { relayed: number; duplicates: number; pruned: number; tooLong: number };
}

export interface GossipOptions<Line> {
  readonly clock: Clock;
  readonly lines: Lines<Line>;
  /** In the order of connection. */
  readonly peers: () => Iterable<GossipPeer<Line>>;
  readonly receive: (peer: PeerId, message: ReplicaMessage) => Verdict;
}

/** Whether a kind of message spreads from node to node. */
export function spreads(type: ReplicaMessage['type']): boolean {
  switch (type) {
    case 'new_block':
    case 'vote':
    case 'certificate':
    case 'new_view':
    case 'transactions':
    case 'evidence':
      return true;
    case 'get_blocks':
    case 'blocks':
    case 'get_block':
    case 'block':
    case 'get_certificate':
    case 'certificate_answer':
    case 'ping':
    case 'pong':
      return false;
  }
}

interface Recent<Line> {
  readonly line: Line;
  readonly type: ReplicaMessage['type'];
  readonly at: number;
}

export function createGossip<Line>(options: GossipOptions<Line>): Gossip<Line> {
  const { clock, lines, peers, receive } = options;
  const seen = createSeenMessages(clock);
  const counters = { relayed: 0, duplicates: 0, pruned: 0, tooLong: 0 };
  const recent: Recent<Line>[] = [];
  let recentBytes = 0;

  function remember(line: Line, type: ReplicaMessage['type']): void {
    const bytes = lines.bytes(line);
    if (priorityOf(type) !== 'urgent' || bytes > MAX_RECENT_BYTES) return;
    recent.push({ line: lines.alone(line), type, at: clock.now() });
    recentBytes += bytes;
    while (recent.length > MAX_RECENT_MESSAGES || recentBytes > MAX_RECENT_BYTES) {
      const oldest = recent.shift();
      if (oldest !== undefined) recentBytes -= lines.bytes(oldest.line);
    }
  }

  function encoded(message: ReplicaMessage): Line | undefined {
    const line = lines.of(message);
    if (line === undefined) counters.tooLong += 1;
    return line;
  }

  const isAlone = (): boolean => peers()[Symbol.iterator]().next().done === true;

  function broadcast(message: ReplicaMessage): void {
    // Whoever comes later is told what is urgent only.
    if (priorityOf(message.type) === 'bulk' && isAlone()) return;
    const line = encoded(message);
    if (line === undefined) return;
    // Sent again on purpose goes out again: a proposer repeats what may have been lost.
    if (seen.add(lines.key(line))) remember(line, message.type);
    for (const peer of peers()) peer.sendLine(line, message.type);
  }

  /** Whether `first` has certainly sent its messages to `peer` itself. */
  function areNeighbours(first: GossipPeer<Line>, peer: GossipPeer<Line>): boolean {
    return first.neighbours.has(peer.node) && peer.neighbours.has(first.node);
  }

  function passOn(from: GossipPeer<Line>, line: Line, type: ReplicaMessage['type']): void {
    remember(line, type);
    for (const peer of peers()) {
      if (peer.node === from.node) continue;
      if (areNeighbours(from, peer)) {
        counters.pruned += 1;
      } else if (peer.sendLine(line, type)) {
        counters.relayed += 1;
      }
    }
  }

  return {
    broadcast,
    relay(id, message) {
      for (const from of peers()) {
        if (from.id !== id) continue;
        const line = encoded(message);
        if (line === undefined) return;
        // Part of what came is another message.
        seen.add(lines.key(line));
        passOn(from, line, message.type);
        return;
      }
      broadcast(message);
    },
    sendToValidator(validator, message) {
      const line = encoded(message);
      if (line === undefined) return;
      for (const peer of peers()) {
        if (peer.validator === validator && peer.sendLine(line, message.type)) return;
      }
      // What nobody passes on would not arrive: a page of blocks for someone far away is not for all neighbours.
      if (spreads(message.type)) broadcast(message);
    },
    onMessage(from, message) {
      const line = encoded(message);
      if (line === undefined || !seen.add(lines.key(line))) {
        counters.duplicates += 1;
        return { relay: false, peer: 'fine' };
      }
      const verdict = receive(from.id, message);
      if (verdict.peer !== 'fine') seen.forget(lines.key(line));
      else if (verdict.relay) passOn(from, line, message.type);
      return verdict;
    },
    tellRecent(peer) {
      const oldest = clock.now() - SEEN_MS;
      for (const { line, type, at } of recent) {
        if (at >= oldest) peer.sendLine(line, type);
      }
    },
    counters,
  };
}
