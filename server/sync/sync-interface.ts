/** What following the final blocks of peers needs, and how it is spoken to. */
import type { Block } from '../../ledger/values/block.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { BlocksPage, Clock, Head, Network, PeerId } from '../replica/ports.js';

export interface SyncOptions {
  readonly clock: Clock;
  readonly network: Pick<Network, 'send' | 'peers' | 'incoming'>;
  /** The last final block of this node. */
  readonly finalIndex: () => Height;
  /**
   * Checks hash links, certificates and execution of a page that starts at finalIndex() + 1 and makes it final; also of several pages
   * in a row as one. ok: the new final index. A problem means that a peer lied: what is before the lie may be final.
   * `moreFollow`: later pages are here or asked for.
   */
  readonly apply: (page: BlocksPage, moreFollow: boolean) => Result<Height, string>;
  /** A part of the work of `apply` for such a page. @returns false: more is left, for other turns. Default: nothing is done ahead. */
  readonly executeAhead?: (page: BlocksPage) => boolean;
  /**
   * The blocks from finalIndex() + 1 up to that of the certificate do not fit into a page: checks it, has them fetched by their hashes
   * and makes them final, then or later. @returns why the peer that sent it lied
   */
  readonly follow: (certificate: Certificate) => string | undefined;
  /** Work that may be done before a page's turn comes; calls back when it is done, possibly at once. Default: none. */
  readonly prepare?: (page: BlocksPage, then: () => void) => void;
  /** False while the disk is behind: pages wait until `onStored`. Default: always true. */
  readonly mayApply?: () => boolean;
  /** Whether this block is from some time ago, so that who lacked it was behind. Default: always. */
  readonly isOld?: (block: Block) => boolean;
  /** Whether peers say that they have more than this block of whom one at least is honest. Default: never. */
  readonly isVouchedFor?: (above: Height) => boolean;
  /** Whether peers say that they have no more than this block of whom one at least is honest. Default: never. */
  readonly isAgreed?: (final: Height) => boolean;
  /** A peer that proved to be of no use: drop it. `ban` for what no honest peer does. */
  readonly blame: (peer: PeerId, verdict: 'disconnect' | 'ban', reason: string) => void;
  /** Request numbers shared with everyone who asks peers for something. */
  readonly nextId: () => number;
  /** Time for one answer, ms, or for the next one of a peer that was asked several things. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** Pages asked for or waiting for their turn at the same time, over all peers. Default 12. */
  readonly maxParallel?: number;
  /** Blocks asked for in one request. Default 100; a peer sends fewer when a page is full, and then others are asked for what follows. */
  readonly blocksPerPage?: number;
}

export interface SyncProgress {
  /**
   * `syncing` for 5 s after blocks of some time ago as well, unless `isAgreed`: whoever sent them may be behind itself. `idle` also where peers claim more and nothing speaks for it: see claim-patience.ts. They are asked all the same.
   */
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
  /** Final blocks reached the disk: pages that waited for it go on. */
  onStored(): void;
  /** Someone vouches for blocks from here on, whatever the heads said: ask every peer for its head's blocks. */
  catchUp(fromIndex: Height): void;
  progress(): SyncProgress;
  stop(): void;
}
