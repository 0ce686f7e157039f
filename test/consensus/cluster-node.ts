/**
 * One validator of a test cluster: the real core and the real ledger behind the smallest honest driver. Effects run
 * strictly in order; `persist` reaches the virtual disk before the next effect; a crash loses all that was not on it.
 */
import assert from 'node:assert/strict';
import { verifyCertificate } from '../../consensus/certificate.js';
import { type Consensus, createConsensus } from '../../consensus/consensus.js';
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { VoteState } from '../../consensus/vote-state.js';
import { draftBlock } from '../../ledger/draft-block.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay, type Overlay, overlayOf } from '../../ledger/overlay.js';
import { readCertifyingSet, readEpoch } from '../../ledger/state-keys.js';
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import { toSlot } from '../../ledger/values/numbers.js';
import type { StateChanges, StateReader } from '../../ledger/values/state.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { standInVrfProof } from '../ledger/stand-in-crypto.js';
import { person } from '../ledger/test-chain.js';
import type { World } from './cluster.js';

export type WireMessage =
  | { readonly type: 'consensus'; readonly message: ConsensusMessage; readonly block?: Block }
  | { readonly type: 'blocks'; readonly blocks: readonly Block[]; readonly certificates: readonly Certificate[] }
  | { readonly type: 'get_blocks'; readonly from: number }
  | { readonly type: 'get_block'; readonly hash: Hash }
  | { readonly type: 'block'; readonly block: Block };

/** What survives a crash. */
interface Disk {
  voteState: VoteState | undefined;
  readonly bodies: Map<Hash, Block>;
  readonly final: Block[];
  readonly certificates: Map<Hash, Certificate>;
}

class Crashed extends Error {}

export class ClusterNode {
  readonly key: PublicKey;
  readonly disk: Disk = { voteState: undefined, bodies: new Map(), final: [], certificates: new Map() };
  core!: Consensus;
  up = false;
  /** Final blocks in memory, from index 1. */
  final: Block[] = [];
  persists = 0;
  readonly refusals: { readonly rule: string; readonly reason: string }[] = [];
  readonly evidence: Evidence[] = [];
  private life = 0;
  private state!: Overlay;
  private readonly bodies = new Map<Hash, Block>();
  private readonly results = new Map<Hash, StateChanges>();
  private readonly certificates = new Map<Hash, Certificate>();
  private readonly timers = new Map<string, number>();
  private laterEpoch: WireMessage[] = [];
  private readonly inputs: Input[] = [];
  private draining = false;
  crashOnPersist: (() => 'before' | 'after' | undefined) | undefined;

  constructor(
    readonly world: World,
    readonly name: string,
    /** Whose keys it holds: a twin holds another's. */
    readonly identity: string,
    readonly clockOffset: number,
  ) {
    this.key = person(identity).validator.publicKey;
    const certificate = world.genesisCertificate;
    this.disk.voteState = { version: 1, lock: certificate, watermark: { view: certificate.view, step: 'commit' } };
  }

  get now(): number {
    return this.world.time.now() + this.clockOffset;
  }

  get tip(): HashedHeader {
    return this.final.at(-1) ?? this.world.genesisHeader;
  }

  get finalIndex(): number {
    return this.tip.index;
  }

  start(options: { readonly voteStateLost?: boolean; readonly observer?: boolean } = {}): void {
    const { world, disk } = this;
    this.life += 1;
    this.up = true;
    this.state = createOverlay({ get: () => undefined, node: () => undefined });
    this.state.absorb(genesisState(world.context).changes);
    this.final = [];
    for (const map of [this.bodies, this.results, this.certificates, this.timers]) map.clear();
    this.laterEpoch = [];
    this.inputs.length = 0;
    this.draining = false;
    let base: HashedHeader = world.genesisHeader;
    for (const block of disk.final) {
      this.state.absorb(world.executed(this.state, this.tip.hash, block)!);
      this.final.push(block);
      if (block.next_epoch !== undefined) base = block;
    }
    for (const [hash, certificate] of disk.certificates) this.certificates.set(hash, certificate);
    for (const [hash, block] of disk.bodies) this.bodies.set(hash, block);
    const { voteState } = disk;
    const lost = options.voteStateLost === true || voteState === undefined;
    const { parameters } = world.context.genesis;
    this.core = createConsensus(
      {
        chain: world.context.chain,
        genesisTime: 0,
        parameters,
        hasher: world.context.crypto,
        ...(options.observer ? {} : { signer: person(this.identity).validator }),
      },
      {
        epoch: readEpoch(this.state),
        tip: this.tip,
        tipCertificate: this.certificateOf(this.tip.hash),
        base: { block: base, certificate: this.certificateOf(base.hash) },
        bodies: [...disk.bodies.values()].filter(({ index }) => index > this.finalIndex),
        ...(options.observer
          ? {}
          : lost
            ? { voteStateLost: { clockSlot: toSlot(this.slot) } }
            : { voteState: voteState! }),
      },
    );
    const { life } = this;
    const tick = (): void => {
      if (life !== this.life || !this.up) return;
      const slot = this.slot;
      world.time.at((slot + 1) * parameters.slot_duration_ms - this.clockOffset, tick);
      this.feed({ type: 'slot_started', slot: toSlot(slot), now: this.now });
    };
    tick();
  }

  crash(): void {
    this.up = false;
    this.life += 1;
  }

  get slot(): number {
    return Math.max(0, Math.floor(this.now / this.world.context.genesis.parameters.slot_duration_ms));
  }

  feed(input: Input): void {
    this.inputs.push(input);
    if (this.draining || !this.up) return;
    this.draining = true;
    try {
      for (let next = this.inputs.shift(); next !== undefined && this.up; next = this.inputs.shift()) {
        for (const effect of this.core.step(next)) {
          if (!this.up) return;
          this.carryOut(effect);
        }
        if (next.type === 'final_advanced') this.forgetFinalBodies(next.tip.index);
      }
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
    } finally {
      this.draining = false;
    }
  }

  receive(from: ClusterNode, wire: WireMessage): void {
    if (!this.up) return;
    switch (wire.type) {
      case 'consensus':
        this.receiveConsensus(wire);
        break;
      case 'get_blocks':
        this.sendPage(from, wire.from);
        break;
      case 'blocks':
        this.takePage(from, wire.blocks, wire.certificates);
        break;
      case 'get_block': {
        const block = this.bodies.get(wire.hash) ?? this.final.find(({ hash }) => hash === wire.hash);
        if (block !== undefined) this.world.transmit(this, from, { type: 'block', block });
        break;
      }
      case 'block':
        this.takeBody(wire.block);
        this.feed({ type: 'block_fetched', block: wire.block, now: this.now });
        break;
    }
  }

  work(): void {
    if (this.up) this.feed({ type: 'work_available', now: this.now });
  }

  private isFinal(hash: Hash): boolean {
    return this.final.some((block) => block.hash === hash);
  }

  private forgetFinalBodies(upTo: number): void {
    for (const [hash, body] of this.bodies) {
      if (body.index > upTo) continue;
      this.bodies.delete(hash);
      this.results.delete(hash);
    }
  }

  /** State after the last final block. */
  get finalState(): StateReader {
    return this.state;
  }

  private certificateOf(hash: Hash): Certificate {
    if (hash === this.world.genesisHeader.hash) return this.world.genesisCertificate;
    const certificate = this.certificates.get(hash);
    assert.ok(certificate !== undefined, `${this.name} has no certificate of ${hash}`);
    return certificate;
  }

  private receiveConsensus(wire: Extract<WireMessage, { type: 'consensus' }>): void {
    const { message, block } = wire;
    const epoch = epochOf(message);
    if (epoch > readEpoch(this.state).number) {
      this.laterEpoch.push(wire);
      if (this.laterEpoch.length > 200) this.laterEpoch.shift();
      this.feedCatchUp();
      return;
    }
    for (const certificate of certificatesIn(message)) this.checkCertificate(certificate);
    switch (message.type) {
      case 'proposal':
        this.takeBody(block!);
        this.feed({ ...message, block: block!, now: this.now });
        break;
      default:
        this.feed({ ...message, now: this.now });
    }
  }

  /** What a gate would ban a peer for; among these actors it never happens. */
  private checkCertificate(certificate: Certificate): void {
    const { context, genesisHeader } = this.world;
    if (certificate.block === genesisHeader.hash) return;
    const epoch = readCertifyingSet(this.state, certificate.epoch);
    if (epoch === undefined) return;
    const checked = verifyCertificate(this.world.certificateCheck, epoch, certificate, context.chain);
    assert.ok(checked.ok, `a bad certificate: ${JSON.stringify(checked)}`);
  }

  private takeBody(block: Block): void {
    if (block.index > this.finalIndex) this.bodies.set(block.hash, block);
  }

  private carryOut(effect: Effect): void {
    const { world } = this;
    switch (effect.type) {
      case 'persist': {
        const fate = this.crashOnPersist?.();
        if (fate !== 'before') this.write(effect.vote_state, effect.bodies);
        if (fate === undefined) break;
        this.crash();
        throw new Crashed();
      }
      case 'broadcast':
        this.checkPersisted(effect.message);
        world.broadcast(this, this.wire(effect.message));
        break;
      case 'send':
        this.checkPersisted(effect.message);
        world.send(this, effect.to, this.wire(effect.message));
        break;
      case 'start_timer':
        this.startTimer(effect.timer, effect.at);
        break;
      case 'stop_timer':
        this.timers.delete(effect.timer);
        break;
      case 'build_block':
        this.build(effect);
        break;
      case 'validate_block': {
        const valid = this.stateAfter(effect.block) !== undefined;
        this.feed({ type: 'block_validated', block: effect.block, valid, now: this.now });
        break;
      }
      case 'fetch_block': {
        const known = this.bodies.get(effect.block);
        if (known !== undefined) this.feed({ type: 'block_fetched', block: known, now: this.now });
        else world.broadcast(this, { type: 'get_block', hash: effect.block });
        break;
      }
      case 'finalise':
        this.finalise(effect.block, effect.certificate);
        break;
      case 'catch_up':
        this.feedCatchUp();
        break;
      case 'help_behind':
        for (const node of world.nodesOf(effect.validator))
          if (node !== this) this.sendPage(node, effect.final_index + 1);
        break;
      case 'report_evidence':
        this.evidence.push(effect.evidence);
        world.noteEvidence(this, effect.evidence);
        break;
      case 'refused':
        this.refusals.push({ rule: effect.rule, reason: effect.reason });
        if (this.refusals.length > 2000) this.refusals.shift();
        break;
    }
  }

  private write(voteState: VoteState, bodies: readonly Hash[]): void {
    this.persists += 1;
    const { disk } = this;
    const before = disk.voteState?.watermark;
    if (before !== undefined) assert.ok(voteState.watermark.view >= before.view, 'a watermark fell');
    disk.voteState = voteState;
    const keep = new Set(bodies);
    for (const hash of disk.bodies.keys()) if (!keep.has(hash)) disk.bodies.delete(hash);
    for (const hash of bodies) {
      const block = this.bodies.get(hash);
      // Final meanwhile: the core hears of it with its next input.
      if (block === undefined) assert.ok(this.isFinal(hash), 'the vote state names a body that is not at hand');
      else disk.bodies.set(hash, block);
    }
  }

  /** [5-persist-first] What leaves under the own key never says more than the disk does. */
  private checkPersisted(message: ConsensusMessage): void {
    const { watermark, lock } = this.disk.voteState!;
    if (message.type === 'vote' && message.vote.validator === this.key) {
      const { view, phase } = message.vote;
      const covered =
        watermark.view > view || (watermark.view === view && (watermark.step === 'commit' || phase === 'prepare'));
      assert.ok(covered && watermark.step !== 'propose', `${this.name}: a ${phase} vote left before it was on disk`);
    }
    if (message.type === 'proposal' && message.proposal.validator === this.key) {
      assert.ok(watermark.view >= message.proposal.view, 'a proposal left before it was on disk');
    }
    if (message.type === 'new_view') {
      const named = message.new_view.lock;
      assert.ok(
        lock.epoch > named.epoch || lock.view >= named.view || named.epoch < lock.epoch,
        'a lock was named first',
      );
    }
  }

  private wire(message: ConsensusMessage): WireMessage {
    if (message.type !== 'proposal') return { type: 'consensus', message };
    const hash = message.proposal.block;
    const block = this.bodies.get(hash) ?? this.final.find((final) => final.hash === hash);
    assert.ok(block !== undefined, 'a proposal without its block');
    return { type: 'consensus', message, block };
  }

  private startTimer(timer: string, at: number): void {
    const { life } = this;
    this.timers.set(timer, at);
    this.world.time.at(at - this.clockOffset, () => {
      if (life !== this.life || this.timers.get(timer) !== at) return;
      this.timers.delete(timer);
      this.feed({ type: 'timer_fired', timer, now: this.now });
    });
  }

  private build(effect: Extract<Effect, { type: 'build_block' }>): void {
    const { world } = this;
    const state = this.stateAfter(effect.parent);
    if (state === undefined) {
      this.feed({ type: 'block_built', view: effect.view, now: this.now });
      return;
    }
    const draft = draftBlock({
      context: world.context,
      state,
      parent: effect.parent,
      slot: effect.slot,
      round: effect.round,
      justifyView: effect.justify_view,
      proposer: this.key,
      vrfProof: (alpha) => standInVrfProof(person(this.identity).vrf.publicKey, alpha),
      candidates: world.candidates(this),
      evidence: world.pendingEvidence(),
    });
    if (draft !== undefined) {
      this.takeBody(draft.block);
      this.results.set(draft.block.hash, draft.executed.changes);
    }
    this.feed({ type: 'block_built', view: effect.view, now: this.now, ...(draft ? { block: draft.block } : {}) });
  }

  /** undefined: it does not execute. */
  private stateAfter(hash: Hash): StateReader | undefined {
    if (hash === this.tip.hash) return this.state;
    const block = this.bodies.get(hash);
    // Decided meanwhile: the core hears of the new tip with its next input.
    if (this.isFinal(hash) || (block !== undefined && block.index <= this.finalIndex)) return undefined;
    assert.ok(block !== undefined, 'the core asks only for blocks whose body is at hand');
    const parent = this.stateAfter(block.prev_hash);
    if (parent === undefined) return undefined;
    let changes = this.results.get(hash);
    if (changes === undefined) {
      changes = this.world.executed(parent, block.prev_hash, block);
      if (changes === undefined) return undefined;
      this.results.set(hash, changes);
    }
    return overlayOf(parent, changes);
  }

  private finalise(hash: Hash, certificate: Certificate): void {
    if (this.isFinal(hash)) return;
    const path: Block[] = [];
    for (let at = hash; at !== this.tip.hash; ) {
      const block = this.bodies.get(at);
      assert.ok(block !== undefined && block.index > this.finalIndex, 'a final block hangs together with the tip');
      path.unshift(block);
      at = block.prev_hash;
    }
    for (const block of path) {
      const changes = this.world.executed(this.state, block.prev_hash, block);
      assert.ok(changes !== undefined, 'a final block executes');
      this.append(block, changes, block.hash === hash ? certificate : undefined);
    }
    this.advanced(certificate);
  }

  private append(block: Block, changes: StateChanges, certificate: Certificate | undefined): void {
    const { world, disk, life } = this;
    this.state.absorb(changes);
    this.final.push(block);
    if (certificate !== undefined) this.certificates.set(block.hash, certificate);
    world.noteFinal(this, block);
    // To disk a while later, in order; a crash before that loses it.
    world.time.at(world.time.now() + world.storageDelay, () => {
      if (life !== this.life) return;
      disk.final.push(block);
      if (certificate !== undefined) disk.certificates.set(block.hash, certificate);
      this.feed({ type: 'final_stored', index: block.index, now: this.now });
    });
  }

  private advanced(certificate: Certificate): void {
    const epoch = readEpoch(this.state);
    this.feed({ type: 'final_advanced', tip: this.tip, certificate, epoch, now: this.now });
    const kept = this.laterEpoch;
    this.laterEpoch = [];
    for (const wire of kept) {
      if (wire.type === 'consensus' && epochOf(wire.message) >= epoch.number) this.receiveConsensus(wire);
    }
  }

  private feedCatchUp(): void {
    this.world.broadcast(this, { type: 'get_blocks', from: this.finalIndex + 1 });
  }

  private sendPage(to: ClusterNode, from: number): void {
    const blocks = this.final.slice(Math.max(0, from - 1), from + 63);
    while (blocks.length > 0 && !this.certificates.has(blocks.at(-1)!.hash)) blocks.pop();
    if (blocks.length === 0) return;
    const certificates = blocks.flatMap(({ hash }) => this.certificates.get(hash) ?? []);
    this.world.transmit(this, to, { type: 'blocks', blocks, certificates });
  }

  private takePage(from: ClusterNode, blocks: readonly Block[], certificates: readonly Certificate[]): void {
    if (blocks[0] !== undefined && blocks[0].index > this.finalIndex + 1) {
      this.world.transmit(this, from, { type: 'get_blocks', from: this.finalIndex + 1 });
      return;
    }
    for (const block of blocks) {
      if (block.index <= this.finalIndex) continue;
      assert.equal(block.prev_hash, this.tip.hash, `${this.name} was given another chain`);
      const certificate = certificates.find((one) => one.block === block.hash);
      if (certificate !== undefined) this.checkCertificate(certificate);
      const changes = this.world.executed(this.state, this.tip.hash, block);
      assert.ok(changes !== undefined);
      this.append(block, changes, certificate);
      if (certificate !== undefined && (block === blocks.at(-1) || block.next_epoch !== undefined))
        this.advanced(certificate);
    }
  }
}

function epochOf(message: ConsensusMessage): number {
  switch (message.type) {
    case 'proposal':
      return message.proposal.epoch;
    case 'vote':
      return message.vote.epoch;
    case 'certificate':
      return message.certificate.epoch;
    case 'new_view':
      return message.new_view.epoch;
  }
}

function certificatesIn(message: ConsensusMessage): readonly Certificate[] {
  if (message.type === 'certificate') return [message.certificate];
  if (message.type === 'proposal') return [message.justify];
  return message.type === 'new_view' && message.lock !== undefined ? [message.lock] : [];
}
