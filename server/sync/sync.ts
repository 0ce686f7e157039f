/**
 * Follows the final blocks of peers that are ahead. Deterministic: time comes from a Clock, messages leave through a
 * Network, so that nodes and the simulator run the same code. One rule: pages reach `apply` in order, whoever sent
 * them, and a peer that claims a height it cannot prove is dropped. PROTOCOL section 7.
 */
import { type Height, toHeight } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import type { BlocksPage, PeerId } from '../replica/ports.js';
import { createClaimPatience } from './claim-patience.js';
import { firstGap } from './gaps.js';
import { pageFrom, shapeProblem } from './page-shape.js';
import { createRequests, type Request } from './requests.js';
import type { Sync, SyncOptions } from './sync-interface.js';

const REQUEST_TIMEOUT_MS = 5_000;
/** A peer of which nothing came for this part of the time for an answer: another one is asked for the same. */
const SILENT_PART = 1 / 3;
/** Full pages of so many requests fit into what a peer keeps for one that reads slowly. */
const MAX_PARALLEL = 12;
const BLOCKS_PER_PAGE = 100;
/** Small pages are applied together up to so many blocks, which must have come within this time. */
const BLOCKS_TOGETHER = 8;
const TOGETHER_WITHIN_MS = 100;
/**
 * Turns of the event loop between two applications, which are some tenths of a second of work each: a question to this node
 * is answered after some turns, and a turn accepts one connection.
 */
const TURNS_BETWEEN = 8;
/** Of a page that is executed in parts. */
const TURNS_BETWEEN_PARTS = 2;
/** Blocks that are fetched by their hashes come one after the other: so many times the time of one answer. */
const TIMEOUTS_FOR_RUN = 4;
/** A peer that was late once is not asked again for so many timeouts; late twice in a row, it is dropped. */
const REST_AFTER_TIMEOUT = 2;

/** The peer that old blocks came from may be behind as well, and have the next ones in a moment. */
const SETTLES_WITHIN_MS = 5_000;

interface ReadyPage {
  readonly peer: PeerId;
  readonly page: BlocksPage;
  readonly from: number;
  readonly to: number;
  prepared: boolean;
}

export function createSync(options: SyncOptions): Sync {
  const { clock, network, finalIndex, apply, follow, blame, nextId, prepare = (_, then) => then() } = options;
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const maxParallel = options.maxParallel ?? MAX_PARALLEL;
  const blocksPerPage = options.blocksPerPage ?? BLOCKS_PER_PAGE;

  const claimedByPeer = new Map<PeerId, number>();
  const restsUntilByPeer = new Map<PeerId, number>();
  const requests = createRequests({
    clock,
    network,
    timeoutMs,
    silenceMs: timeoutMs * SILENT_PART,
    onTimeout,
    onSilence: pump,
  });
  let readyPages: ReadyPage[] = [];
  /** Peers still to be asked because of a hint. */
  let hinted: PeerId[] = [];
  /** Blocks that a page held lately, as many as its bytes allow: the last page of each peer, and the last of all. */
  const heldByPeer = new Map<PeerId, number>();
  let pageHolds: number | undefined;
  const patience = createClaimPatience(() => clock.now());
  let gotOldAt: number | undefined;
  let applying = false;
  /** What was applied is behind, and what is ready by now waits for the next turn. */
  let resting = false;
  let waitsUntil: number | undefined;
  let stopped = false;

  const target = (): number => Math.max(finalIndex(), ...claimedByPeer.values());

  const sources = (): number => {
    const final = finalIndex();
    return [...claimedByPeer.values()].filter((claimed) => claimed > final).length;
  };

  const awaited = (): readonly Request[] => requests.awaited(finalIndex());

  const asks = (): boolean => sources() > 0 || awaited().length > 0 || readyPages.length > 0;

  /** By a clock that is set back it does not take longer. */
  function settles(): boolean {
    const passed = gotOldAt === undefined ? SETTLES_WITHIN_MS : clock.now() - gotOldAt;
    return passed >= 0 && passed < SETTLES_WITHIN_MS && options.isAgreed?.(finalIndex()) !== true;
  }

  /** A page that waits for nobody but this node. */
  const hasNext = (): boolean => readyPages.some(({ from, prepared }) => prepared && from <= finalIndex() + 1);

  function forget(peer: PeerId): void {
    claimedByPeer.delete(peer);
    restsUntilByPeer.delete(peer);
    heldByPeer.delete(peer);
    hinted = hinted.filter((other) => other !== peer);
    requests.closeAllOf(peer);
  }

  function drop(peer: PeerId, verdict: 'disconnect' | 'ban', reason: string): void {
    forget(peer);
    readyPages = readyPages.filter((ready) => ready.peer !== peer);
    blame(peer, verdict, reason);
  }

  const rests = (peer: PeerId): boolean => (restsUntilByPeer.get(peer) ?? 0) > clock.now();

  /** Of the peers that claim block `index`, the one with the fewest open requests; the earlier connection wins a tie. */
  function sourceFor(index: number, asked?: ReadonlySet<PeerId>): PeerId | undefined {
    const openByPeer = requests.countByPeer();
    let best: PeerId | undefined;
    for (const peer of network.peers()) {
      if ((claimedByPeer.get(peer) ?? -1) < index || rests(peer)) continue;
      if (asked?.has(peer)) continue;
      if (best === undefined || (openByPeer.get(peer) ?? 0) < (openByPeer.get(best) ?? 0)) best = peer;
    }
    return best;
  }

  /** The next peer to be asked because of a hint; one that rests has its turn when it has rested. */
  function nextHinted(asked?: ReadonlySet<PeerId>): PeerId | undefined {
    const there = new Set(network.peers());
    hinted = hinted.filter((peer) => there.has(peer) && !asked?.has(peer));
    const next = hinted.find((peer) => !rests(peer));
    hinted = hinted.filter((peer) => peer !== next);
    return next;
  }

  /** @param to the last block expected. More is asked for: a page ends at a certificate, and what is expected may hold none. */
  function ask(peer: PeerId, from: number, to: number, onHint: boolean, hedged?: Request): void {
    const id = nextId();
    const claimed = onHint ? undefined : claimedByPeer.get(peer);
    const count = Math.min(blocksPerPage, (claimed ?? Number.MAX_SAFE_INTEGER) - from + 1);
    requests.open(id, { peer, from, to, count, onHint }, hedged);
    network.send(peer, { type: 'get_blocks', id, from_index: toHeight(from), count });
  }

  /** What everything else waits for is asked of another peer too, where those that were asked are silent. */
  function hedge(): void {
    const silent = requests.toHedge(finalIndex());
    if (silent === undefined) return;
    const { request, asked } = silent;
    const from = Math.max(request.from, finalIndex() + 1);
    const source = sourceFor(from, asked);
    const peer = source ?? (request.onHint ? nextHinted(asked) : undefined);
    if (peer !== undefined) ask(peer, from, request.to, source === undefined, request);
  }

  function onTimeout(id: number): void {
    const request = requests.close(id);
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

  /** Runs that are final are over; the one that is next begins. */
  function followRuns(): void {
    for (const [id, request] of requests.entries()) {
      const { peer, from, run } = request;
      if (run === undefined) continue;
      if (from <= finalIndex()) {
        requests.close(id);
        restsUntilByPeer.delete(peer);
      } else if (from === finalIndex() + 1 && !run.followed) {
        run.followed = true;
        requests.wait(id, TIMEOUTS_FOR_RUN * timeoutMs);
        const problem = follow(run.certificate);
        if (problem !== undefined) drop(peer, 'ban', problem);
      }
    }
  }

  /** Asks for what is missing next, as far as the window and the open requests allow. */
  function pump(): void {
    if (stopped || applying) return;
    const next = finalIndex() + 1;
    // Whoever has not seen a page yet does not know where the next one begins.
    const most = pageHolds === undefined ? 1 : maxParallel;
    const last = Math.min(target(), next + maxParallel * (pageHolds ?? blocksPerPage) - 1);
    for (;;) {
      const gap = firstGap({ from: next, to: last }, [...awaited(), ...readyPages], blocksPerPage);
      const source = gap && sourceFor(gap.from);
      if (!gap || source === undefined || !makeRoom(gap.from, most)) break;
      const expected = heldByPeer.get(source) ?? pageHolds ?? blocksPerPage;
      ask(source, gap.from, Math.min(gap.to, gap.from + expected - 1), false);
    }
    if (awaited().length === 0 && readyPages.length === 0) {
      const peer = nextHinted();
      if (peer !== undefined) ask(peer, next, next + blocksPerPage - 1, true);
    }
    hedge();
    patience.note(asks() && !hasNext());
  }

  /** Room for one page more, in place of one that comes after block `from` if need be. */
  function makeRoom(from: number, most: number): boolean {
    if (awaited().length + readyPages.length < most) return true;
    const furthest = readyPages.reduce<ReadyPage | undefined>(
      (one, other) => (one === undefined || other.from > one.from ? other : one),
      undefined,
    );
    if (furthest === undefined || furthest.from < from) return false;
    readyPages = readyPages.filter((page) => page !== furthest);
    return true;
  }

  /** The page that connects to the final block, and those after it that may be applied as one with it. */
  function nextPages(): readonly ReadyPage[] {
    const pages: ReadyPage[] = [];
    for (let next = finalIndex() + 1; ; next = pages.at(-1)!.to + 1) {
      const page = readyPages.find(({ from, to }) => from <= next && to >= next);
      if (!page?.prepared || (pages.length > 0 && blocksIn([...pages, page]) > BLOCKS_TOGETHER)) return pages;
      pages.push(page);
    }
  }

  /** Applies what is ready and connects to the final block; what comes after that has a turn of its own. */
  function applyReady(): void {
    if (applying || stopped) return;
    followRuns();
    const next = finalIndex() + 1;
    readyPages = readyPages.filter((ready) => ready.to >= next);
    const pages = nextPages();
    const [first] = pages;
    if (first !== undefined && !resting && options.mayApply?.() !== false && !waitsForMore(pages)) {
      waitsUntil = undefined;
      applying = true;
      const isExecuted = pages.length > 1 || options.executeAhead?.(pageFrom(first.page, next)) !== false;
      // Pages that fail together are applied one by one, so that the peer who lied is dropped.
      if (isExecuted && (pages.length === 1 || !applyAs(pages, next).ok)) applyAlone(first);
      applying = false;
      restFor(isExecuted ? TURNS_BETWEEN : TURNS_BETWEEN_PARTS);
    }
    pump();
  }

  function restFor(turns: number): void {
    resting = turns > 0;
    if (resting) clock.at(clock.now() + 1, () => restFor(turns - 1));
    else applyReady();
  }

  /** Fewer pages than may be applied together wait a moment for those that are on their way. */
  function waitsForMore(pages: readonly ReadyPage[]): boolean {
    const isLast = awaited().length === 0 && readyPages.length === pages.length;
    if (isLast || blocksIn(pages) >= BLOCKS_TOGETHER) return false;
    if (waitsUntil === undefined) {
      waitsUntil = clock.now() + TOGETHER_WITHIN_MS;
      clock.at(waitsUntil, applyReady);
    }
    return clock.now() < waitsUntil;
  }

  function applyAs(pages: readonly ReadyPage[], from: number): Result<Height, string> {
    let next = from;
    const parts = pages.map(({ page, to }) => {
      const part = pageFrom(page, next);
      next = to + 1;
      return part;
    });
    const { to } = pages.at(-1)!;
    const joined = {
      blocks: parts.flatMap(({ blocks }) => blocks),
      finality: parts.flatMap(({ finality }) => finality),
    };
    const moreFollow = [...awaited(), ...readyPages].some((page) => page.to > to);
    const applied = apply(joined, moreFollow);
    if (applied.ok && finalIndex() < to) {
      throw new Error(`apply() accepted blocks up to ${to}, but ${finalIndex()} is final`);
    }
    // What became final just now anybody can bring a moment before it is known here.
    const last = parts.at(-1)!.blocks.at(-1);
    if (applied.ok && last !== undefined) {
      const isOld = options.isOld?.(last) !== false;
      gotOldAt = isOld ? clock.now() : undefined;
      if (isOld) patience.renew();
    }
    return applied;
  }

  function applyAlone(ready: ReadyPage): void {
    const next = finalIndex() + 1;
    if (stopped || ready.to < next) return;
    readyPages = readyPages.filter((other) => other !== ready);
    const applied = applyAs([ready], next);
    // Where this node is what is wrong it has stopped.
    if (!applied.ok && !stopped) drop(ready.peer, 'ban', applied.problem);
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
      const request = requests.get(id);
      if (!request || request.peer !== peer || request.run !== undefined) return false;
      const end = page.blocks.length === 0 ? page.finality[0] : undefined;
      const isLate = page.blocks.length + page.finality.length > 0 && requests.answered(request);
      if (end !== undefined && !isLate) {
        requests.wait(id, undefined);
        request.run = { certificate: end, followed: false };
        requests.waitAnew(peer);
        applyReady();
        return true;
      }
      requests.close(id);
      requests.waitAnew(peer);
      restsUntilByPeer.delete(peer);
      if (isLate) return true;
      const problem = shapeProblem(page, request.from, request.count);
      if (problem !== undefined) {
        drop(peer, 'ban', problem);
      } else if (page.blocks.length > 0) {
        const held = page.blocks.length;
        pageHolds = held < request.count ? held : Math.max(held, heldByPeer.get(peer) ?? 0);
        heldByPeer.set(peer, pageHolds);
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
      const isShown = hasNext() || patience.lasts() || options.isVouchedFor?.(final) === true;
      const isBehind = (asks() && isShown) || settles();
      const [state, targetIndex] = isBehind ? (['syncing', toHeight(target())] as const) : (['idle', final] as const);
      return { state, targetIndex, sources: sources() };
    },
    stop() {
      stopped = true;
      requests.closeAll();
    },
  };
}

const blocksIn = (pages: readonly ReadyPage[]): number => pages.reduce((sum, { from, to }) => sum + to - from + 1, 0);
