/**
 * Follows the final blocks of peers that are ahead. Deterministic: time comes from a Clock, messages leave through a
 * Network, so that nodes and the simulator run the same code. One rule: pages reach `apply` in order, whoever sent
 * them, and a peer that claims a height it cannot prove is dropped. PROTOCOL section 7.
 */
import type { Height } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import type { BlocksPage, Clock, Head, Network, PeerId } from '../replica/ports.js';

export interface SyncOptions {
  readonly clock: Clock;
  readonly network: Pick<Network, 'send' | 'peers'>;
  /** The last final block of this node. */
  readonly finalIndex: () => Height;
  /**
   * Checks hash links, certificates and execution of a page that starts at finalIndex() + 1 and makes it final.
   * ok: the new final index. A problem means that the peer lied: it is dropped.
   */
  readonly apply: (page: BlocksPage, peer: PeerId) => Result<Height, string>;
  /** A peer that proved to be of no use: drop it. `ban` for what no honest peer does. */
  readonly blame: (peer: PeerId, verdict: 'disconnect' | 'ban', reason: string) => void;
  /** Request numbers shared with everyone who asks peers for something. */
  readonly nextId: () => number;
  /** Time for one answer, ms. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** Pages asked for at the same time, over all peers. Default 4. */
  readonly maxParallel?: number;
  /** Blocks asked for in one request. Default 100; a peer sends fewer when a page is full. */
  readonly blocksPerPage?: number;
}

export interface SyncProgress {
  readonly state: 'idle' | 'syncing';
  /** The highest final index that a peer claims; this node's own when idle. */
  readonly targetIndex: Height;
  /** Peers known to be ahead. */
  readonly sources: number;
}

export interface Sync {
  /** From hello, ping, pong and new-view: what a peer says it has. */
  onHead(peer: PeerId, head: Head): void;
  /** A `blocks` message. @returns false if it answers no request of this sync. */
  onBlocks(peer: PeerId, id: number, page: BlocksPage): boolean;
  onPeerGone(peer: PeerId): void;
  /** This node's final index moved by other means: forget what is no longer needed, ask for what is. */
  onFinalAdvanced(): void;
  /** Someone vouches for blocks from here on, whatever the heads said: ask every peer for its head's blocks. */
  catchUp(fromIndex: Height): void;
  progress(): SyncProgress;
  stop(): void;
}
