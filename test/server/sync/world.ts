/** Time, peers and a network that only exist in the test of a sync; the same run every time. */
import assert from 'node:assert/strict';
import { toHeight } from '../../../ledger/values/numbers.js';
import { err, ok } from '../../../ledger/values/result.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { BlocksPage, Clock, Head, PeerId, ReplicaMessage } from '../../../server/replica/ports.js';
import { createSync } from '../../../server/sync/sync.js';
import type { Sync, SyncOptions } from '../../../server/sync/sync-interface.js';
import { blocksUpTo, hashOf, pageOf } from '../p2p/fixture.js';

type GetBlocks = Extract<ReplicaMessage, { type: 'get_blocks' }>;
/** How a peer answers: a page, or nothing. */
export type Behaviour = (request: GetBlocks) => BlocksPage | undefined;

export const chain = blocksUpTo(1_000);
export const headAt = (index: number): Head => ({
  final_index: toHeight(index),
  final_hash: hashOf(1),
  epoch: 0,
  view: index,
});
export const honest =
  (tip: number, perPage = 100): Behaviour =>
  ({ from_index, count }) =>
    pageOf(chain.slice(0, tip + 1), from_index, Math.min(count, perPage));

export class World {
  now = 0;
  final = 0;
  readonly blamed: { peer: PeerId; verdict: string; reason: string }[] = [];
  readonly applied: { at: number; from: number; blocks: number }[] = [];
  readonly followed: { at: number; from: number; to: number }[] = [];
  readonly asked: { at: number; peer: PeerId; from: number; count: number }[] = [];
  readonly sync: Sync;
  /** Bytes that came from a peer so far, of those from whom half a line has come. */
  readonly incoming = new Map<PeerId, number>();
  readonly #events: { at: number; order: number; call: () => void }[] = [];
  readonly #peers = new Map<PeerId, { behaviour: Behaviour; latencyMs: number; pageMs: number; lineFreeAt: number }>();
  #order = 0;
  openNow = 0;
  openMost = 0;

  constructor(options: Partial<SyncOptions> = {}) {
    let id = 0;
    this.sync = createSync({
      clock: this.clock,
      network: {
        peers: () => [...this.#peers.keys()],
        send: (peer, message) => this.#deliver(peer, message as GetBlocks),
        incoming: (peer) => this.incoming.get(peer),
      },
      finalIndex: () => toHeight(this.final),
      apply: (page) => this.#apply(page),
      follow: (certificate) => this.#follow(certificate),
      blame: (peer, verdict, reason) => {
        this.blamed.push({ peer, verdict, reason });
        this.#peers.delete(peer);
      },
      nextId: () => {
        id += 1;
        return id;
      },
      ...options,
    });
  }

  readonly clock: Clock = {
    now: () => this.now,
    at: (at, call) => {
      this.#order += 1;
      const event = { at, order: this.#order, call };
      this.#events.push(event);
      return () => void this.#events.splice(this.#events.indexOf(event), this.#events.includes(event) ? 1 : 0);
    },
  };

  /** @param pageMs the line to this peer carries one page at a time, each for so long */
  join(peer: PeerId, behaviour: Behaviour, latencyMs = 10, pageMs = 0): void {
    this.#peers.set(peer, { behaviour, latencyMs, pageMs, lineFreeAt: 0 });
  }

  run(untilMs = 600_000): void {
    for (;;) {
      this.#events.sort((a, b) => a.at - b.at || a.order - b.order);
      const event = this.#events[0];
      if (!event || event.at > untilMs) return;
      this.#events.shift();
      this.now = Math.max(this.now, event.at);
      event.call();
    }
  }

  #deliver(peer: PeerId, request: GetBlocks): void {
    const there = this.#peers.get(peer);
    this.asked.push({ at: this.now, peer, from: request.from_index, count: request.count });
    this.openNow += 1;
    this.openMost = Math.max(this.openMost, this.openNow);
    const page = there?.behaviour(request);
    if (!page || !there) return;
    there.lineFreeAt = Math.max(there.lineFreeAt, this.now) + there.pageMs;
    this.clock.at(there.lineFreeAt + there.latencyMs, () => {
      this.openNow -= 1;
      this.sync.onBlocks(peer, request.id, page);
    });
  }

  /** A replica fetches the blocks, here for a while each. */
  #follow(certificate: Certificate): string | undefined {
    const end = chain.findIndex(({ hash }) => hash === certificate.block);
    if (end < 0) return 'a certificate of nothing';
    this.followed.push({ at: this.now, from: this.final + 1, to: end });
    this.clock.at(this.now + 50 * (end - this.final), () => {
      if (this.final >= end) return;
      this.final = end;
      this.sync.onFinalAdvanced();
    });
    return undefined;
  }

  /** What a replica does with a page, here only by comparing with the one true chain. */
  #apply(page: BlocksPage): ReturnType<SyncOptions['apply']> {
    assert.equal(page.blocks[0]?.index, this.final + 1, 'pages are applied in order');
    this.applied.push({ at: this.now, from: this.final + 1, blocks: page.blocks.length });
    for (const block of page.blocks) {
      if (block.hash !== chain[block.index]?.hash) return err(`block ${block.index} is not final`);
    }
    for (const { index } of page.blocks) {
      this.final = index;
      // A replica says so with each of them, before it is through with the page.
      this.sync.onFinalAdvanced();
    }
    return ok(toHeight(this.final));
  }
}
