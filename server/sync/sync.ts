/**
 * Follows the final blocks of peers that are ahead. Deterministic: time comes from a Clock, messages leave through a
 * Network, so that nodes and the simulator run the same code. One rule: pages reach `apply` in order, whoever sent
 * them, and a peer that claims a height it cannot prove is dropped. PROTOCOL section 7.
 */
import { type Height, toHeight } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import type { BlocksPage, Clock, Head, Network, PeerId } from '../replica/ports.js';
import { firstGap } from './gaps.js';
import { pageFrom, shapeProblem } from './page-shape.js';

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
  /** Work that may be done before a page's turn comes; calls back when it is done, possibly at once. Default: none. */
  readonly prepare?: (page: BlocksPage, then: () => void) => void;
  /** False while the disk is behind: pages wait until `onStored`. Default: always true. */
  readonly mayApply?: () => boolean;
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
  /** Final blocks reached the disk: pages that waited for it go on. */
  onStored(): void;
  /** Someone vouches for blocks from here on, whatever the heads said: ask every peer for its head's blocks. */
  catchUp(fromIndex: Height): void;
  progress(): SyncProgress;
  stop(): void;
}

const REQUEST_TIMEOUT_MS = 5_000;
const MAX_PARALLEL = 4;
const BLOCKS_PER_PAGE = 100;
/** A peer that was late once is not asked again for so many timeouts; late twice in a row, it is dropped. */
const REST_AFTER_TIMEOUT = 2;

interface Request {
  readonly peer: PeerId;
  readonly from: number;
  readonly to: number;
  /** Asked on a hint only: an empty answer is no lie. */
  readonly onHint: boolean;
  readonly cancelTimer: () => void;
}

interface ReadyPage {
  readonly peer: PeerId;
  readonly page: BlocksPage;
  readonly from: number;
  readonly to: number;
  prepared: boolean;
}

export function createSync(options: SyncOptions): Sync {
  const { clock, network, finalIndex, apply, blame, nextId, prepare = (_, then) => then() } = options;
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const maxParallel = options.maxParallel ?? MAX_PARALLEL;
  const blocksPerPage = options.blocksPerPage ?? BLOCKS_PER_PAGE;

  const claimedByPeer = new Map<PeerId, number>();
  const restsUntilByPeer = new Map<PeerId, number>();
  const requestsById = new Map<number, Request>();
  let readyPages: ReadyPage[] = [];
  /** Peers still to be asked because of a hint. */
  let hinted: PeerId[] = [];
  let applying = false;
  let stopped = false;

  const target = (): number => Math.max(finalIndex(), ...claimedByPeer.values());

  function forget(peer: PeerId): void {
    claimedByPeer.delete(peer);
    restsUntilByPeer.delete(peer);
    hinted = hinted.filter((other) => other !== peer);
    for (const [id, request] of requestsById) {
      if (request.peer === peer) closeRequest(id);
    }
  }

  function closeRequest(id: number): Request | undefined {
    const request = requestsById.get(id);
    request?.cancelTimer();
    requestsById.delete(id);
    return request;
  }

  function drop(peer: PeerId, verdict: 'disconnect' | 'ban', reason: string): void {
    forget(peer);
    readyPages = readyPages.filter((ready) => ready.peer !== peer);
    blame(peer, verdict, reason);
  }

  /** Of the peers that claim block `index`, the one with the fewest open requests; the earlier connection wins a tie. */
  function sourceFor(index: number): PeerId | undefined {
    const openByPeer = new Map<PeerId, number>();
    for (const { peer } of requestsById.values()) openByPeer.set(peer, (openByPeer.get(peer) ?? 0) + 1);
    let best: PeerId | undefined;
    for (const peer of network.peers()) {
      if ((claimedByPeer.get(peer) ?? -1) < index || (restsUntilByPeer.get(peer) ?? 0) > clock.now()) continue;
      if (best === undefined || (openByPeer.get(peer) ?? 0) < (openByPeer.get(best) ?? 0)) best = peer;
    }
    return best;
  }

  function ask(peer: PeerId, from: number, to: number, onHint: boolean): void {
    const id = nextId();
    const cancelTimer = clock.at(clock.now() + timeoutMs, () => onTimeout(id));
    requestsById.set(id, { peer, from, to, onHint, cancelTimer });
    network.send(peer, { type: 'get_blocks', id, from_index: toHeight(from), count: to - from + 1 });
  }

  function onTimeout(id: number): void {
    const request = closeRequest(id);
    if (!request || stopped) return;
    const restsUntil = restsUntilByPeer.get(request.peer);
    if (restsUntil !== undefined && restsUntil <= clock.now()) {
      drop(request.peer, 'disconnect', `did not answer get_blocks within ${timeoutMs} ms, twice`);
    } else if (restsUntil === undefined) {
      const until = clock.now() + REST_AFTER_TIMEOUT * timeoutMs;
      restsUntilByPeer.set(request.peer, until);
      clock.at(until, pump);
    }
    pump();
  }

  /** Asks for what is missing next, as far as the window and the open requests allow. */
  function pump(): void {
    if (stopped || applying) return;
    const next = finalIndex() + 1;
    const last = Math.min(target(), next + maxParallel * blocksPerPage - 1);
    while (requestsById.size + readyPages.length < maxParallel) {
      const gap = firstGap({ from: next, to: last }, [...requestsById.values(), ...readyPages], blocksPerPage);
      const source = gap && sourceFor(gap.from);
      if (!gap || source === undefined) break;
      // Past the gap's end: a page ends at a certificate, and the gap itself may hold none. What a peer claims has one.
      const to = gap.from + blocksPerPage - 1;
      ask(source, gap.from, Math.min(to, claimedByPeer.get(source) ?? to), false);
    }
    while (hinted.length > 0 && requestsById.size === 0 && readyPages.length === 0) {
      const peer = hinted.shift();
      if (peer !== undefined && network.peers().includes(peer)) ask(peer, next, next + blocksPerPage - 1, true);
    }
  }

  /** Applies the pages that connect to the final block, in order. */
  function applyReady(): void {
    if (applying) return;
    applying = true;
    for (;;) {
      const next = finalIndex() + 1;
      readyPages = readyPages.filter((ready) => ready.to >= next);
      const ready = readyPages.find((page) => page.from <= next);
      if (!ready?.prepared || stopped || options.mayApply?.() === false) break;
      readyPages = readyPages.filter((other) => other !== ready);
      const applied = apply(pageFrom(ready.page, next), ready.peer);
      if (!applied.ok) {
        drop(ready.peer, 'ban', applied.problem);
      } else if (finalIndex() < ready.to) {
        throw new Error(`apply() accepted blocks up to ${ready.to}, but ${finalIndex()} is final`);
      }
    }
    applying = false;
    pump();
  }

  /** It counts as here at once, so that nobody asks for it again; it is applied when it is prepared. */
  function addPage(ready: ReadyPage): void {
    readyPages.push(ready);
    prepare(ready.page, () => {
      ready.prepared = true;
      applyReady();
    });
  }

  return {
    onHead(peer, head) {
      claimedByPeer.set(peer, head.final_index);
      pump();
    },
    onBlocks(peer, id, page) {
      const request = requestsById.get(id);
      if (!request || request.peer !== peer) return false;
      closeRequest(id);
      restsUntilByPeer.delete(peer);
      const problem = shapeProblem(page, request.from, request.to - request.from + 1);
      if (problem !== undefined) {
        drop(peer, 'ban', problem);
      } else if (page.blocks.length > 0) {
        addPage({ peer, page, from: request.from, to: request.from + page.blocks.length - 1, prepared: false });
      } else if (!request.onHint && request.from > finalIndex()) {
        drop(peer, 'disconnect', `claims block ${claimedByPeer.get(peer)}, but did not send block ${request.from}`);
      }
      applyReady();
      return true;
    },
    onPeerGone(peer) {
      forget(peer);
      pump();
    },
    onFinalAdvanced: applyReady,
    onStored() {
      if (readyPages.length > 0) applyReady();
    },
    catchUp(fromIndex) {
      if (fromIndex <= finalIndex()) return;
      hinted = [...network.peers()];
      pump();
    },
    progress() {
      const final = finalIndex();
      const sources = [...claimedByPeer.values()].filter((claimed) => claimed > final).length;
      const state = sources > 0 || requestsById.size > 0 || readyPages.length > 0 ? 'syncing' : 'idle';
      return { state, targetIndex: toHeight(target()), sources };
    },
    stop() {
      stopped = true;
      for (const id of [...requestsById.keys()]) closeRequest(id);
    },
  };
}
