/**
 * Pages that peers were asked for and have not answered. One rule: of those asked for the same blocks the first that answers
 * counts; the others are late, which takes no room and keeps nobody from asking anew, until they answer or their time is over.
 */
import type { Certificate } from '../../ledger/values/vote.js';
import type { Clock, Network, PeerId } from '../replica/ports.js';

export interface Request {
  readonly peer: PeerId;
  readonly from: number;
  /** The last block that is expected; the page may bring fewer or more. */
  readonly to: number;
  /** Blocks asked for. */
  readonly count: number;
  /** Asked on a hint only: an empty answer is no lie. */
  readonly onHint: boolean;
  /** The answer where the blocks are too long for a page: what proves them. Followed once those before are final. */
  run?: { readonly certificate: Certificate; followed: boolean };
}

export interface Requests {
  /** @param hedged the request that `request` asks of another peer as well */
  open(id: number, request: Request, hedged?: Request): void;
  get(id: number): Request | undefined;
  close(id: number): Request | undefined;
  closeAllOf(peer: PeerId): void;
  closeAll(): void;
  /** It was answered: others that were asked for the same are late. @returns whether it is late itself, and nobody waits for it */
  answered(request: Request): boolean;
  /** Without those that are late, or whose blocks have become final by other means. */
  awaited(final: number): readonly Request[];
  entries(): Iterable<readonly [number, Request]>;
  /** How many are open with each peer, late ones as well. */
  countByPeer(): ReadonlyMap<PeerId, number>;
  /** Pages that were asked for together share one line and come one after the other: each has its time from the one before. */
  waitAnew(peer: PeerId): void;
  /** From now on it has so many ms; undefined: no end, until this is called again. */
  wait(id: number, ms: number | undefined): void;
  /** The awaited request with the first blocks after `final`, if another peer is to be asked for them too, and who was asked. */
  toHedge(final: number): { readonly request: Request; readonly asked: ReadonlySet<PeerId> } | undefined;
}

export interface RequestsOptions {
  readonly clock: Clock;
  readonly network: Pick<Network, 'incoming'>;
  readonly timeoutMs: number;
  /** After so many ms without anything of an answer another peer may be asked. */
  readonly silenceMs: number;
  readonly onTimeout: (id: number) => void;
  readonly onSilence: () => void;
}

interface Open {
  readonly id: number;
  readonly request: Request;
  /** Of the first that was asked for these blocks. */
  readonly group: number;
  isLate: boolean;
  isSilent: boolean;
  /** Bytes that had come from the peer when this was looked at last, in the middle of a line. */
  seen: number | undefined;
  cancelTimeout: () => void;
  cancelSilence: () => void;
}

const never = (): void => {};

export function createRequests(options: RequestsOptions): Requests {
  const { clock, network, timeoutMs, silenceMs } = options;
  const openById = new Map<number, Open>();
  let lastHedge: number | undefined;

  const after = (ms: number, call: () => void): (() => void) => clock.at(clock.now() + ms, call);
  const of = (request: Request): Open | undefined => [...openById.values()].find((open) => open.request === request);

  const awaited = (final: number): readonly Open[] =>
    [...openById.values()].filter(({ isLate, request }) => !isLate && request.to > final);

  function start(open: Open): void {
    open.cancelTimeout();
    open.cancelSilence();
    open.isSilent = false;
    open.cancelTimeout = after(timeoutMs, () => options.onTimeout(open.id));
    open.cancelSilence = after(silenceMs, () => look(open));
  }

  /** A long page on a slow line is no silence while it grows. */
  function look(open: Open): void {
    const incoming = network.incoming?.(open.request.peer);
    open.isSilent = incoming === undefined || incoming === open.seen;
    open.seen = incoming;
    if (open.isSilent) options.onSilence();
    else open.cancelSilence = after(silenceMs, () => look(open));
  }

  function close(id: number): Request | undefined {
    const open = openById.get(id);
    open?.cancelTimeout();
    open?.cancelSilence();
    openById.delete(id);
    return open?.request;
  }

  return {
    open(id, request, hedged) {
      const group = (hedged && of(hedged)?.group) ?? id;
      if (hedged !== undefined) lastHedge = id;
      const open: Open = {
        id,
        request,
        group,
        isLate: false,
        isSilent: false,
        seen: undefined,
        cancelTimeout: never,
        cancelSilence: never,
      };
      openById.set(id, open);
      start(open);
    },
    get: (id) => openById.get(id)?.request,
    close,
    closeAllOf(peer) {
      for (const { id, request } of openById.values()) if (request.peer === peer) close(id);
    },
    closeAll() {
      for (const id of [...openById.keys()]) close(id);
    },
    answered(request) {
      const answered = of(request);
      for (const open of openById.values()) {
        if (open !== answered && open.group === answered?.group) open.isLate = true;
      }
      return answered?.isLate === true;
    },
    awaited: (final) => awaited(final).map(({ request }) => request),
    *entries() {
      for (const { id, request } of [...openById.values()]) yield [id, request];
    },
    countByPeer() {
      const counts = new Map<PeerId, number>();
      for (const { request } of openById.values()) counts.set(request.peer, (counts.get(request.peer) ?? 0) + 1);
      return counts;
    },
    waitAnew(peer) {
      for (const open of openById.values()) {
        // One that was answered with a certificate waits for blocks by their hashes.
        if (open.request.peer === peer && open.request.run === undefined) start(open);
      }
    },
    wait(id, ms) {
      const open = openById.get(id);
      if (open === undefined) return;
      open.cancelTimeout();
      open.cancelSilence();
      open.cancelTimeout = ms === undefined ? never : after(ms, () => options.onTimeout(id));
    },
    toHedge(final) {
      // One at a time, so that a slow line carries little twice.
      const last = lastHedge === undefined ? undefined : openById.get(lastHedge);
      if (last !== undefined && !last.isSilent && last.request.run === undefined) return undefined;
      const waiting = awaited(final);
      if (waiting.length === 0) return undefined;
      const first = waiting.reduce((one, other) => (other.request.from < one.request.from ? other : one));
      const group = [...openById.values()].filter((open) => open.group === first.group);
      if (group.some(({ isSilent, request }) => !isSilent || request.run !== undefined)) return undefined;
      return { request: first.request, asked: new Set(group.map(({ request }) => request.peer)) };
    },
  };
}
