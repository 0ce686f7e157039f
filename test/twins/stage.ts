/**
 * Consensus cores on a stage: each slot has a leader and groups that hear only their own; messages travel at once and
 * in order. It stops at two final blocks of one height. A twin is a second core with the same key.
 */
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import { toEpoch, toHeight } from '../../ledger/values/numbers.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { type BuildBlock, type CoreDriver, createCoreDriver, type Hands, type Told } from '../consensus/core-driver.js';
import { chain, epochOf, genesisFinality, genesisHeader, hasher, keyOf, nextSlotOf, signerOf } from './toy-chain.js';

const parameters = {
  slot_duration_ms: 1000,
  rounds_per_slot: 65_536,
  delta_ms: 200,
  network_delay_ms: 100,
  max_term_slots: 8,
  max_clock_offset_ms: 50,
  vote_routing: 'everyone',
} as const;

export interface Player {
  readonly name: string;
  readonly key: PublicKey;
  readonly driver: CoreDriver;
  epoch: EpochEntry;
  readonly final: HashedHeader[];
  readonly certificates: Map<Hash, Certificate>;
  readonly known: Set<Hash>;
  readonly evidence: Evidence[];
  /** When its delta timer is due. */
  delta: number | undefined;
  builtIn: number;
}

/** Two blocks of one height became final. */
export class Conflict extends Error {}

/** What gets lost on the way, by kind: votes by phase. */
export type Losable = 'proposal' | 'prepare' | 'commit' | 'certificate' | 'new_view';

export interface StageOptions {
  /** `A` and `A'` are twins. */
  readonly players: readonly string[];
  readonly slotsPerEpoch?: number;
  /** Members by epoch; the last entry goes on. */
  readonly sets: readonly (readonly string[])[];
  /** By identity; 1 for whom none is named. */
  readonly stakes?: Readonly<Record<string, number>>;
}

const kindOf = (message: ConsensusMessage): Losable => (message.type === 'vote' ? message.vote.phase : message.type);

export class Stage {
  readonly players: readonly Player[];
  readonly heights: HashedHeader[] = [genesisHeader];
  steps = 0;
  slot = 0;
  private now = 0;
  private readonly blocks = new Map<Hash, HashedHeader>();
  private readonly post: { readonly to: Player; readonly told: Told }[] = [];
  private groups: readonly (readonly string[])[] = [];
  private lost: (from: string, to: string, kind: Losable) => boolean = () => false;

  constructor(readonly options: StageOptions) {
    const epoch = this.epoch(0);
    this.players = options.players.map((name) => this.player(name, epoch));
  }

  private player(name: string, epoch: EpochEntry): Player {
    const slots_per_epoch = this.options.slotsPerEpoch ?? 1_000_000;
    const player: Player = {
      name,
      key: keyOf(name),
      driver: createCoreDriver({
        config: {
          chain,
          genesisTime: 0,
          parameters: { ...parameters, slots_per_epoch },
          hasher,
          signer: signerOf(name),
        },
        recovered: {
          epoch,
          tip: genesisHeader,
          tipCertificate: genesisFinality,
          base: { block: genesisHeader, certificate: genesisFinality },
          bodies: [],
        },
        now: () => this.now,
        hands: this.handsOf(() => player),
      }),
      epoch,
      final: [genesisHeader],
      certificates: new Map(),
      known: new Set(),
      evidence: [],
      delta: undefined,
      builtIn: 0,
    };
    return player;
  }

  epoch(number: number): EpochEntry {
    const { sets, stakes } = this.options;
    return epochOf(number, sets[Math.min(number, sets.length - 1)]!, stakes);
  }

  /** The next slot of a leader, or the first of its slots after `past`, in which only members of a group hear each other. */
  play(
    leader: string,
    groups: readonly (readonly string[])[],
    how: { past?: number; epoch?: number; lost?: (from: string, to: string, kind: Losable) => boolean } = {},
  ): void {
    const epoch = how.epoch ?? Math.max(...this.players.map((player) => player.epoch.number));
    this.slot = nextSlotOf(this.epoch(epoch), leader, Math.max(this.slot, how.past ?? 0));
    this.now = this.slot * parameters.slot_duration_ms;
    this.groups = groups;
    this.lost = how.lost ?? (() => false);
    for (const player of this.players) this.tell(player, { type: 'slot_started', slot: this.slot as never });
    this.settle();
    // A leader waits delta, and a round trip more when it asked for the bytes of a lock.
    for (let wait = 0; wait < 2; wait++) {
      for (const player of this.players) {
        if (player.delta === undefined) continue;
        this.now = Math.max(this.now, player.delta);
        player.delta = undefined;
        this.tell(player, { type: 'timer_fired', timer: 'delta' });
      }
      this.settle();
    }
  }

  private settle(): void {
    for (let next = this.post.shift(); next !== undefined; next = this.post.shift()) this.tell(next.to, next.told);
  }

  private tell(player: Player, told: Told): void {
    this.steps++;
    player.driver.tell(told);
  }

  private hears(from: Player, to: Player): boolean {
    return from !== to && this.groups.some((group) => group.includes(from.name) && group.includes(to.name));
  }

  private send(from: Player, to: Player, message: ConsensusMessage): void {
    if (!this.hears(from, to) || this.lost(from.name, to.name, kindOf(message))) return;
    if (message.type === 'proposal') {
      const block = this.blocks.get(message.proposal.block)!;
      to.known.add(block.hash);
      this.post.push({ to, told: { ...message, block } });
    } else this.post.push({ to, told: message });
  }

  private handsOf(self: () => Player): Hands {
    const nothing = (): void => {};
    return {
      persist: nothing,
      send: (message, key) => {
        for (const to of this.players) if (key === undefined || to.key === key) this.send(self(), to, message);
      },
      startTimer: (timer, at) => {
        if (timer === 'delta') self().delta = at;
      },
      stopTimer: (timer) => {
        if (timer === 'delta') self().delta = undefined;
      },
      build: (asked) => this.build(self(), asked),
      executes: () => true,
      fetch: (block) => this.fetch(self(), block),
      finalise: (block, certificate) => this.finalise(self(), block, certificate),
      catchUp: () => {
        for (const other of this.players) if (this.hears(other, self())) this.help(other, self());
      },
      help: (key) => {
        for (const to of this.players) if (to.key === key && this.hears(self(), to)) this.help(self(), to);
      },
      evidence: (evidence) => void self().evidence.push(evidence),
      refused: nothing,
    };
  }

  /** From whoever is in earshot. */
  private fetch(player: Player, hash: Hash): HashedHeader | undefined {
    const has = (other: Player): boolean => (other === player || this.hears(other, player)) && other.known.has(hash);
    if (!this.players.some(has)) return undefined;
    player.known.add(hash);
    return this.blocks.get(hash)!;
  }

  /** One block a slot and player: what follows at network speed would only repeat it. */
  private build(player: Player, { parent, slot, round, view, justify_view }: BuildBlock): HashedHeader | undefined {
    const below = parent === genesisHeader.hash ? genesisHeader : this.blocks.get(parent)!;
    if (player.builtIn === slot) return undefined;
    player.builtIn = slot;
    const epoch = player.epoch.number;
    const after = Math.floor(slot / (this.options.slotsPerEpoch ?? 1_000_000));
    const block: HashedHeader = {
      ...genesisHeader,
      index: toHeight(below.index + 1),
      epoch,
      slot,
      round,
      prev_hash: parent,
      justify_view,
      proposer: player.key,
      hash: `0x${player.name}/${view}/${parent.slice(2, 12)}`,
      ...(after > epoch ? { next_epoch: { number: toEpoch(after), validators_hash: parent, nonce: parent } } : {}),
    };
    this.blocks.set(block.hash, block);
    player.known.add(block.hash);
    return block;
  }

  private finalise(player: Player, hash: Hash, certificate: Certificate): void {
    // Final already, by help that the core has not heard of yet.
    if (player.final.some((block) => block.hash === hash)) return;
    const path: HashedHeader[] = [];
    for (let at = hash; at !== player.final.at(-1)!.hash; at = path.at(-1)!.prev_hash) {
      const block = this.blocks.get(at);
      if (block === undefined || path.length > 64)
        throw new Conflict(`${player.name} finalises ${hash} beside its tip`);
      path.push(block);
    }
    for (const block of path.reverse()) {
      player.final.push(block);
      const first = this.heights[block.index];
      this.heights[block.index] = first ?? block;
      if (first !== undefined && first.hash !== block.hash) {
        throw new Conflict(`height ${block.index}: ${first.hash} and, at ${player.name}, ${block.hash}`);
      }
    }
    const tip = player.final.at(-1)!;
    player.certificates.set(tip.hash, certificate);
    if (tip.next_epoch !== undefined) player.epoch = this.epoch(tip.next_epoch.number);
    this.tell(player, { type: 'final_advanced', tip, certificate, epoch: player.epoch });
    this.tell(player, { type: 'final_stored', index: tip.index });
  }

  /** Final blocks of one that knows more, up to each that has a certificate. */
  private help(from: Player, to: Player): void {
    for (const block of from.final.slice(to.final.length)) {
      const certificate = from.certificates.get(block.hash);
      if (certificate === undefined || block.index < to.final.length) continue;
      for (const { hash } of from.final) to.known.add(hash);
      this.finalise(to, block.hash, certificate);
    }
  }
}
