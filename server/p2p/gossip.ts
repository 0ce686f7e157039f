/**
 * Spreads messages through any connected graph. The one rule: each message is relayed at most once, to those who may
 * not have it yet. A node that got a message first from X leaves out P when P and X each list the other as neighbour,
 * for then X has sent it to P (or had the same reason not to): a full mesh relays nothing, a line floods.
 * Requests and answers are never relayed. PROTOCOL section 7.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock, PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import { encodeLine, fitsLine, priorityOf } from './encode-line.js';
import { MAX_RECENT_BYTES, MAX_RECENT_MESSAGES, SEEN_MS } from './limits.js';
import type { WireType } from './messages.js';
import { createSeenMessages } from './seen-messages.js';

export interface GossipPeer {
  readonly id: PeerId;
  readonly node: PublicKey;
  readonly validator: PublicKey | undefined;
  /** Node keys it says it is connected to. */
  readonly neighbours: ReadonlySet<PublicKey>;
  sendLine(line: Buffer, type: WireType): boolean;
}

export interface Gossip {
  broadcast(message: ReplicaMessage): void;
  sendToValidator(validator: PublicKey, message: ReplicaMessage): void;
  /** A message of one of the kinds that spread. @returns the receiver's verdict; `fine` for a duplicate. */
  onMessage(from: GossipPeer, message: ReplicaMessage): Verdict;
  /** What spread within the last seconds, for a peer that was not there. */
  tellRecent(peer: GossipPeer): void;
  readonly counters: { relayed: number; duplicates: number; pruned: number; tooLong: number };
}

export interface GossipOptions {
  readonly clock: Clock;
  /** In the order of connection. */
  readonly peers: () => Iterable<GossipPeer>;
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

interface Recent {
  readonly line: Buffer;
  readonly type: ReplicaMessage['type'];
  readonly at: number;
}

export function createGossip(options: GossipOptions): Gossip {
  const { clock, peers, receive } = options;
  const seen = createSeenMessages(clock);
  const counters = { relayed: 0, duplicates: 0, pruned: 0, tooLong: 0 };
  const recent: Recent[] = [];
  let recentBytes = 0;

  function remember(line: Buffer, type: ReplicaMessage['type']): void {
    if (priorityOf(type) !== 'urgent' || line.length > MAX_RECENT_BYTES) return;
    recent.push({ line, type, at: clock.now() });
    recentBytes += line.length;
    while (recent.length > MAX_RECENT_MESSAGES || recentBytes > MAX_RECENT_BYTES) {
      recentBytes -= recent.shift()?.line.length ?? 0;
    }
  }

  function encoded(message: ReplicaMessage): Buffer | undefined {
    const line = encodeLine(message);
    if (fitsLine(line)) return line;
    counters.tooLong += 1;
    return undefined;
  }

  function broadcast(message: ReplicaMessage): void {
    const line = encoded(message);
    if (!line) return;
    // Sent again on purpose goes out again: a proposer repeats what may have been lost.
    if (seen.add(line)) remember(line, message.type);
    for (const peer of peers()) peer.sendLine(line, message.type);
  }

  /** Whether `first` has certainly sent its messages to `peer` itself. */
  function areNeighbours(first: GossipPeer, peer: GossipPeer): boolean {
    return first.neighbours.has(peer.node) && peer.neighbours.has(first.node);
  }

  function relay(from: GossipPeer, line: Buffer, type: ReplicaMessage['type']): void {
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
    sendToValidator(validator, message) {
      const line = encoded(message);
      if (!line) return;
      for (const peer of peers()) {
        if (peer.validator === validator && peer.sendLine(line, message.type)) return;
      }
      broadcast(message);
    },
    onMessage(from, message) {
      const line = encoded(message);
      if (!line || !seen.add(line)) {
        counters.duplicates += 1;
        return { relay: false, peer: 'fine' };
      }
      const verdict = receive(from.id, message);
      if (verdict.peer !== 'fine') seen.forget(line);
      else if (verdict.relay) relay(from, line, message.type);
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
