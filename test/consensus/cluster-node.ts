/**
 * One validator of a test cluster: the real core and the real ledger behind the smallest honest driver. `persist` reaches
 * the virtual disk before the next effect; a crash loses all that was not on it.
 */
import assert from 'node:assert/strict';
import { verifyCertificate } from '../../consensus/certificate.js';
import type { Consensus } from '../../consensus/consensus.js';
import type { ConsensusMessage } from '../../consensus/messages.js';
import { draftBlock } from '../../ledger/draft-block.js';
import { readCertifyingSet, readEpoch } from '../../ledger/state-keys.js';
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import { type Slot, toSlot } from '../../ledger/values/numbers.js';
import type { StateReader } from '../../ledger/values/state.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { standInVrfProof } from '../ledger/stand-in-crypto.js';
import { person } from '../ledger/test-chain.js';
import type { World } from './cluster.js';
import { ClusterChain } from './cluster-chain.js';
import { checkPersisted, createDisk, writeVoteState } from './cluster-disk.js';
import { type ConsensusWire, certificatesIn, epochOf, type WireMessage } from './cluster-messages.js';
import { type BuildBlock, type CoreDriver, createCoreDriver, type Hands, type Told } from './core-driver.js';

export interface StartOptions {
  readonly voteStateLost?: boolean;
  readonly observer?: boolean;
}

export class ClusterNode {
  readonly key: PublicKey;
  readonly disk;
  up = false;
  persists = 0;
  readonly refusals: { readonly rule: string; readonly reason: string }[] = [];
  readonly evidence: Evidence[] = [];
  crashOnPersist: (() => 'before' | 'after' | undefined) | undefined;
  #life = 0;
  #chain!: ClusterChain;
  #driver!: CoreDriver;
  readonly #timers = new Map<string, number>();
  #laterEpoch: ConsensusWire[] = [];

  constructor(
    readonly world: World,
    readonly name: string,
    /** Whose keys it holds: a twin holds another's. */
    readonly identity: string,
    readonly clockOffset: number,
  ) {
    this.key = person(identity).validator.publicKey;
    this.disk = createDisk(world.genesisCertificate);
  }

  get core(): Consensus {
    return this.#driver.core;
  }

  get now(): number {
    return this.world.time.now() + this.clockOffset;
  }

  get slot(): Slot {
    return toSlot(Math.max(0, Math.floor(this.now / this.world.context.genesis.parameters.slot_duration_ms)));
  }

  get final(): readonly Block[] {
    return this.#chain.final;
  }

  get finalIndex(): number {
    return this.#chain.tip.index;
  }

  /** State after the last final block. */
  get finalState(): StateReader {
    return this.#chain.finalState;
  }

  start({ voteStateLost = false, observer = false }: StartOptions = {}): void {
    const { world, disk } = this;
    this.#life += 1;
    this.up = true;
    this.#chain = new ClusterChain(world, disk);
    this.#timers.clear();
    this.#laterEpoch = [];
    const { finalState, tip, base } = this.#chain;
    const { voteState } = disk;
    const lost = voteStateLost || voteState === undefined;
    const { parameters } = world.context.genesis;
    const { chain, crypto } = world.context;
    const { validator } = person(this.identity);
    this.#driver = createCoreDriver({
      config: { chain, genesisTime: 0, parameters, hasher: crypto, ...(observer ? {} : { signer: validator }) },
      recovered: {
        epoch: readEpoch(finalState),
        tip,
        tipCertificate: this.#chain.certificateOf(tip.hash),
        base: { block: base, certificate: this.#chain.certificateOf(base.hash) },
        bodies: [...disk.bodies.values()].filter(({ index }) => index > tip.index),
        ...(observer ? {} : lost ? { voteStateLost: { clockSlot: this.slot } } : { voteState }),
      },
      now: () => this.now,
      hands: this.#hands(),
    });
    this.#tick(this.#life);
  }

  crash(): void {
    this.up = false;
    this.#life += 1;
    this.#driver.stop();
  }

  receive(from: ClusterNode, wire: WireMessage): void {
    if (!this.up) return;
    switch (wire.type) {
      case 'consensus':
        this.#receiveConsensus(wire);
        break;
      case 'get_blocks':
        this.#sendPage(from, wire.from);
        break;
      case 'blocks':
        this.#takePage(from, wire.blocks, wire.certificates);
        break;
      case 'get_block': {
        const block = this.#chain.find(wire.hash);
        if (block !== undefined) this.world.transmit(this, from, { type: 'block', block });
        break;
      }
      case 'block':
        this.#chain.add(wire.block);
        this.#tell({ type: 'block_fetched', block: wire.block });
        break;
    }
  }

  work(): void {
    if (this.up) this.#tell({ type: 'work_available' });
  }

  #tell(told: Told): void {
    this.#driver.tell(told);
  }

  #tick(life: number): void {
    if (life !== this.#life || !this.up) return;
    const { slot, world } = this;
    const end = (slot + 1) * world.context.genesis.parameters.slot_duration_ms - this.clockOffset;
    world.time.at(end, () => this.#tick(life));
    this.#tell({ type: 'slot_started', slot });
  }

  #hands(): Hands {
    const { world } = this;
    const chain = this.#chain;
    return {
      persist: (voteState, bodies) => {
        const fate = this.crashOnPersist?.();
        if (fate !== 'before') {
          this.persists += 1;
          writeVoteState(this.disk, voteState, bodies, (hash) => {
            const block = chain.bodies.get(hash);
            assert.ok(block !== undefined || chain.isFinal(hash), 'the vote state names a body that is not at hand');
            return block;
          });
        }
        if (fate !== undefined) this.crash();
      },
      send: (message, to) => {
        checkPersisted(this.disk, this.key, message);
        const wire = this.#wire(message);
        if (to === undefined) world.broadcast(this, wire);
        else world.send(this, to, wire);
      },
      startTimer: (timer, at) => this.#startTimer(timer, at),
      stopTimer: (timer) => void this.#timers.delete(timer),
      build: (asked) => this.#build(asked),
      executes: (block) => chain.stateAfter(block) !== undefined,
      fetch: (hash) => {
        const known = chain.bodies.get(hash);
        if (known === undefined) world.broadcast(this, { type: 'get_block', hash });
        return known;
      },
      finalise: (block, certificate) => this.#finalise(block, certificate),
      catchUp: () => this.#catchUp(),
      help: (validator, finalIndex) => {
        for (const node of world.nodesOf(validator)) if (node !== this) this.#sendPage(node, finalIndex + 1);
      },
      evidence: (evidence) => {
        this.evidence.push(evidence);
        world.noteEvidence(this, evidence);
      },
      refused: (rule, reason) => {
        this.refusals.push({ rule, reason });
        if (this.refusals.length > 2000) this.refusals.shift();
      },
    };
  }

  #receiveConsensus(wire: ConsensusWire): void {
    const { message, block } = wire;
    if (epochOf(message) > readEpoch(this.finalState).number) {
      this.#laterEpoch.push(wire);
      if (this.#laterEpoch.length > 200) this.#laterEpoch.shift();
      this.#catchUp();
      return;
    }
    for (const certificate of certificatesIn(message)) this.#checkCertificate(certificate);
    if (message.type === 'proposal') {
      this.#chain.add(block!);
      this.#tell({ ...message, block: block! });
    } else this.#tell(message);
  }

  /** What a gate would ban a peer for; among these actors it never happens. */
  #checkCertificate(certificate: Certificate): void {
    const { context, genesisHeader, certificateCheck } = this.world;
    if (certificate.block === genesisHeader.hash) return;
    const epoch = readCertifyingSet(this.finalState, certificate.epoch);
    if (epoch === undefined) return;
    const checked = verifyCertificate(certificateCheck, epoch, certificate, context.chain);
    assert.ok(checked.ok, `a bad certificate: ${JSON.stringify(checked)}`);
  }

  #wire(message: ConsensusMessage): WireMessage {
    if (message.type !== 'proposal') return { type: 'consensus', message };
    const block = this.#chain.find(message.proposal.block);
    assert.ok(block !== undefined, 'a proposal without its block');
    return { type: 'consensus', message, block };
  }

  #startTimer(timer: string, at: number): void {
    const life = this.#life;
    this.#timers.set(timer, at);
    this.world.time.at(at - this.clockOffset, () => {
      if (life !== this.#life || this.#timers.get(timer) !== at) return;
      this.#timers.delete(timer);
      this.#tell({ type: 'timer_fired', timer });
    });
  }

  #build({ parent, slot, round, justify_view }: BuildBlock): HashedHeader | undefined {
    const { world } = this;
    const state = this.#chain.stateAfter(parent);
    if (state === undefined) return undefined;
    const draft = draftBlock({
      context: world.context,
      state,
      parent,
      slot,
      round,
      justifyView: justify_view,
      proposer: this.key,
      vrfProof: (alpha) => standInVrfProof(person(this.identity).vrf.publicKey, alpha),
      candidates: world.candidates(this),
      evidence: world.pendingEvidence(),
    });
    if (draft !== undefined) this.#chain.add(draft.block, draft.executed.changes);
    return draft?.block;
  }

  #finalise(hash: Hash, certificate: Certificate): void {
    if (this.#chain.isFinal(hash)) return;
    for (const block of this.#chain.pathTo(hash)) this.#append(block, block.hash === hash ? certificate : undefined);
    this.#advanced(certificate);
  }

  #append(block: Block, certificate: Certificate | undefined): void {
    const { world, disk } = this;
    const life = this.#life;
    this.#chain.append(block, certificate);
    world.noteFinal(this, block);
    // To disk a while later, in order; a crash before that loses it.
    world.time.at(world.time.now() + world.storageDelay, () => {
      if (life !== this.#life) return;
      disk.final.push(block);
      if (certificate !== undefined) disk.certificates.set(block.hash, certificate);
      this.#chain.forgetBodies(block.index);
      this.#tell({ type: 'final_stored', index: block.index });
    });
  }

  #advanced(certificate: Certificate): void {
    const epoch = readEpoch(this.finalState);
    this.#tell({ type: 'final_advanced', tip: this.#chain.tip, certificate, epoch });
    const kept = this.#laterEpoch;
    this.#laterEpoch = [];
    for (const wire of kept) if (epochOf(wire.message) >= epoch.number) this.#receiveConsensus(wire);
  }

  #catchUp(): void {
    this.world.broadcast(this, { type: 'get_blocks', from: this.finalIndex + 1 });
  }

  #sendPage(to: ClusterNode, from: number): void {
    const page = this.#chain.page(from);
    if (page.blocks.length > 0) this.world.transmit(this, to, { type: 'blocks', ...page });
  }

  #takePage(from: ClusterNode, blocks: readonly Block[], certificates: readonly Certificate[]): void {
    if (blocks[0] !== undefined && blocks[0].index > this.finalIndex + 1) {
      this.world.transmit(this, from, { type: 'get_blocks', from: this.finalIndex + 1 });
      return;
    }
    for (const block of blocks) {
      if (block.index <= this.finalIndex) continue;
      const certificate = certificates.find((one) => one.block === block.hash);
      if (certificate !== undefined) this.#checkCertificate(certificate);
      this.#append(block, certificate);
      if (certificate !== undefined && (block === blocks.at(-1) || block.next_epoch !== undefined))
        this.#advanced(certificate);
    }
  }
}
