/**
 * The blocks of one test node: final ones with the state after them, others with what their execution changes. Final
 * blocks reach the disk a while later, in order.
 */
import assert from 'node:assert/strict';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay, overlayOf } from '../../ledger/overlay.js';
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import type { StateChanges, StateReader } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { World } from './cluster.js';
import type { ClusterDisk } from './cluster-disk.js';

export class ClusterChain {
  readonly bodies = new Map<Hash, Block>();
  /** Final blocks in memory, from index 1. */
  readonly final: Block[] = [];
  /** The last closing block, or genesis. */
  base: HashedHeader;
  readonly #results = new Map<Hash, StateChanges>();
  readonly #certificates: Map<Hash, Certificate>;
  readonly #state = createOverlay({ get: () => undefined, node: () => undefined });

  constructor(
    readonly world: World,
    disk: ClusterDisk,
  ) {
    this.base = world.genesisHeader;
    this.#state.absorb(genesisState(world.context).changes);
    this.#certificates = new Map(disk.certificates);
    for (const block of disk.final) this.#push(block, world.executed(this.#state, this.tip.hash, block));
    for (const [hash, block] of disk.bodies) this.bodies.set(hash, block);
  }

  get tip(): HashedHeader {
    return this.final.at(-1) ?? this.world.genesisHeader;
  }

  /** After the last final block. */
  get finalState(): StateReader {
    return this.#state;
  }

  isFinal(hash: Hash): boolean {
    return this.final.some((block) => block.hash === hash);
  }

  find(hash: Hash): Block | undefined {
    return this.bodies.get(hash) ?? this.final.find((block) => block.hash === hash);
  }

  add(block: Block, changes?: StateChanges): void {
    if (block.index <= this.tip.index) return;
    this.bodies.set(block.hash, block);
    if (changes !== undefined) this.#results.set(block.hash, changes);
  }

  certificateOf(hash: Hash): Certificate {
    if (hash === this.world.genesisHeader.hash) return this.world.genesisCertificate;
    const certificate = this.#certificates.get(hash);
    assert.ok(certificate !== undefined, `no certificate of ${hash}`);
    return certificate;
  }

  /** undefined: it does not execute. */
  stateAfter(hash: Hash): StateReader | undefined {
    if (hash === this.tip.hash) return this.#state;
    const block = this.bodies.get(hash);
    // Decided meanwhile: the core hears of the new tip with its next input.
    if (this.isFinal(hash) || (block !== undefined && block.index <= this.tip.index)) return undefined;
    assert.ok(block !== undefined, 'the core asks only for blocks whose body is at hand');
    const parent = this.stateAfter(block.prev_hash);
    if (parent === undefined) return undefined;
    const changes = this.#results.get(hash) ?? this.world.executed(parent, block.prev_hash, block);
    if (changes === undefined) return undefined;
    this.#results.set(hash, changes);
    return overlayOf(parent, changes);
  }

  /** Blocks above the tip up to this one, oldest first. */
  pathTo(hash: Hash): readonly Block[] {
    const path: Block[] = [];
    for (let at = hash; at !== this.tip.hash; at = path[0]!.prev_hash) {
      const block = this.bodies.get(at);
      assert.ok(block !== undefined && block.index > this.tip.index, 'a final block hangs together with the tip');
      path.unshift(block);
    }
    return path;
  }

  append(block: Block, certificate: Certificate | undefined): void {
    assert.equal(block.prev_hash, this.tip.hash, 'another chain');
    if (certificate !== undefined) this.#certificates.set(block.hash, certificate);
    this.#push(block, this.world.executed(this.#state, block.prev_hash, block));
  }

  /** Up to 64 final blocks from this index on, so many that the last has a certificate. */
  page(from: number): { readonly blocks: readonly Block[]; readonly certificates: readonly Certificate[] } {
    const blocks = this.final.slice(Math.max(0, from - 1), from + 63);
    while (blocks.length > 0 && !this.#certificates.has(blocks.at(-1)!.hash)) blocks.pop();
    return { blocks, certificates: blocks.flatMap(({ hash }) => this.#certificates.get(hash) ?? []) };
  }

  forgetBodies(upTo: number): void {
    for (const [hash, { index }] of this.bodies) {
      if (index > upTo) continue;
      this.bodies.delete(hash);
      this.#results.delete(hash);
    }
  }

  #push(block: Block, changes: StateChanges | undefined): void {
    assert.ok(changes !== undefined, 'a final block executes');
    this.#state.absorb(changes);
    this.final.push(block);
    if (block.next_epoch !== undefined) this.base = block;
  }
}
