/**
 * A cluster in virtual time with seeded delays, losses, partitions and crashes: real core, real ledger, real
 * signatures. It stops at once when two nodes make different blocks of one height final.
 */
import assert from 'node:assert/strict';
import type { LedgerContext } from '../../ledger/context.js';
import { executeBlock } from '../../ledger/execute-block.js';
import { readAccount, readNonce } from '../../ledger/state-keys.js';
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import type { Verifier } from '../../ledger/values/crypto.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { StateChanges, StateReader } from '../../ledger/values/state.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionBody } from '../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { genesisCertificate } from '../../server/replica/recover.js';
import { person, testContext } from '../ledger/test-chain.js';
import type { WireMessage } from './cluster-messages.js';
import { ClusterNode } from './cluster-node.js';
import { genesisHeaderOf } from './genesis-header.js';
import { createRandom, createVirtualTime, type Random, type VirtualTime } from './virtual-time.js';

export interface ClusterOptions {
  readonly seed?: number;
  readonly stakes?: Readonly<Record<string, number>>;
  readonly parameters?: Partial<Parameters>;
  /** Message delay in ms, uniform between the two. */
  readonly delay?: readonly [number, number];
  /** Share of messages that get lost. */
  readonly loss?: number;
  /** Nodes that hold a member's keys a second time. */
  readonly twins?: readonly string[];
  readonly clockOffsets?: Readonly<Record<string, number>>;
  /** Names without stake that run a node and may join. */
  readonly joiners?: readonly string[];
}

/** What a node needs of everything around it. */
export interface World {
  readonly time: VirtualTime;
  readonly context: LedgerContext;
  readonly genesisHeader: HashedHeader;
  readonly genesisCertificate: Certificate;
  /** ms from finality to disk. */
  readonly storageDelay: number;
  readonly certificateCheck: Verifier;
  executed(state: StateReader, parent: Hash, block: Block): StateChanges | undefined;
  candidates(node: ClusterNode): readonly Transaction[];
  pendingEvidence(): readonly Evidence[];
  broadcast(from: ClusterNode, message: WireMessage): void;
  send(from: ClusterNode, to: PublicKey, message: WireMessage): void;
  transmit(from: ClusterNode, to: ClusterNode, message: WireMessage): void;
  nodesOf(key: PublicKey): readonly ClusterNode[];
  noteFinal(node: ClusterNode, block: Block): void;
  noteEvidence(node: ClusterNode, evidence: Evidence): void;
}

export class Cluster implements World {
  readonly time = createVirtualTime();
  readonly random: Random;
  readonly context: LedgerContext;
  readonly genesisHeader: HashedHeader;
  readonly genesisCertificate: Certificate;
  readonly storageDelay = 3;
  readonly nodes: ClusterNode[] = [];
  /** Final blocks by index, as the first node had them. */
  readonly chain: Block[] = [];
  readonly finalAt = new Map<Hash, number>();
  readonly evidence: Evidence[] = [];
  messages = 0;
  delay: readonly [number, number];
  loss: number;
  /** Decides about a message; undefined delivers it. */
  filter: ((from: ClusterNode, to: ClusterNode, message: WireMessage) => 'drop' | undefined) | undefined;
  private groups: readonly (readonly string[])[] | undefined;
  private mempool: Transaction[] = [];
  private readonly nonces = new Map<string, number>();
  private readonly executions = new Map<Hash, StateChanges>();
  private readonly checked = new Map<string, boolean>();

  constructor(options: ClusterOptions = {}) {
    const stakes = options.stakes ?? { v1: 1000, v2: 1000, v3: 1000, v4: 1000 };
    const joiners = options.joiners ?? [];
    this.random = createRandom(options.seed ?? 1);
    this.delay = options.delay ?? [5, 30];
    this.loss = options.loss ?? 0;
    const names = [...Object.keys(stakes), ...joiners];
    const balances = Object.fromEntries([...names, 'ann', 'bob'].map((name) => [name, 1_000_000]));
    this.context = testContext({
      stakes,
      balances,
      parameters: { slots_per_epoch: 1_000_000, ...options.parameters },
    });
    this.genesisHeader = genesisHeaderOf(this.context.chain, this.context.genesisHash);
    this.genesisCertificate = genesisCertificate(this.context.genesisHash);
    for (const name of names) {
      this.nodes.push(new ClusterNode(this, name, name, options.clockOffsets?.[name] ?? 0));
    }
    for (const name of options.twins ?? []) this.nodes.push(new ClusterNode(this, `${name}-twin`, name, 0));
  }

  /** Signature checks are remembered: the same certificate reaches every node. */
  readonly certificateCheck: Verifier = {
    verify: (key, message, signature) => {
      const name = `${key}${signature}${message}`;
      const known = this.checked.get(name);
      if (known !== undefined) return known;
      const good = this.context.crypto.verify(key, message, signature);
      this.checked.set(name, good);
      return good;
    },
    verifyVrf: () => undefined,
  };

  start(): this {
    for (const node of this.nodes) node.start();
    return this;
  }

  node(name: string): ClusterNode {
    const found = this.nodes.find((node) => node.name === name);
    assert.ok(found !== undefined, `no node ${name}`);
    return found;
  }

  nodesOf(key: PublicKey): readonly ClusterNode[] {
    return this.nodes.filter((node) => node.key === key);
  }

  nameOf(key: PublicKey): string {
    return this.nodesOf(key)[0]?.name ?? key;
  }

  run(ms: number): void {
    const end = this.time.now() + ms;
    while (this.time.runOne(end));
  }

  /** Runs until a condition holds, looked at after every event. @returns ms of virtual time; fails after `limit` ms */
  runUntil(what: string, condition: () => boolean, limit = 60_000): number {
    const begin = this.time.now();
    while (!condition()) {
      const ran = this.time.runOne(begin + limit);
      assert.ok(ran || condition(), `not within ${limit} ms: ${what}; ${this.explain()}`);
    }
    return this.time.now() - begin;
  }

  explain(): string {
    return this.nodes
      .filter((node) => node.up)
      .map((node) => {
        const { slot, epoch, waiting_for, lock, watermark, term_slots } = node.core.describe();
        return (
          `${node.name}: slot ${slot} epoch ${epoch} final ${node.finalIndex} lock ${lock.view} ` +
          `watermark ${watermark.view} ${watermark.step} term ${term_slots}; ${waiting_for ?? 'idle'}; ` +
          `${JSON.stringify(node.refusals.slice(-2))}`
        );
      })
      .join('\n');
  }

  partition(...groups: readonly (readonly string[])[]): void {
    this.groups = groups;
  }

  heal(): void {
    this.groups = undefined;
  }

  submit(name: string, fields: Record<string, unknown>): Transaction {
    const { address, account } = person(name);
    const nonce = this.nonces.get(name) ?? 0;
    this.nonces.set(name, nonce + 1);
    const body = {
      chain: this.context.chain,
      from: address,
      fee: toAmount(1),
      nonce: toNonce(nonce),
      ...fields,
    } as unknown as TransactionBody;
    const transaction = { ...body, signature: account.sign(transactionSigningText(body)) };
    this.mempool.push(transaction);
    for (const node of this.nodes) node.work();
    return transaction;
  }

  pay(name = 'ann', to = 'bob', amount = 1): Transaction {
    return this.submit(name, { type: 'transfer', outputs: [{ to: person(to).address, amount: toAmount(amount) }] });
  }

  /** Every transaction so far is final on these nodes. */
  allFinal(nodes: readonly ClusterNode[] = this.nodes): boolean {
    return nodes.every((node) => this.candidates(node).length === 0);
  }

  candidates(node: ClusterNode): readonly Transaction[] {
    const pending = this.mempool.filter(
      ({ from, nonce, lane }) => nonce >= readNonce(readAccount(node.finalState, from), lane),
    );
    // A twin makes other blocks than its double: otherwise they would hardly contradict each other.
    return node.name === node.identity ? pending : pending.filter(({ from }) => from === person('bob').address);
  }

  pendingEvidence(): readonly Evidence[] {
    return this.evidence;
  }

  executed(state: StateReader, parent: Hash, block: Block): StateChanges | undefined {
    const known = this.executions.get(block.hash);
    if (known !== undefined) return known;
    const executed = executeBlock({ context: this.context, state, parent, block });
    if (!executed.ok) return undefined;
    this.executions.set(block.hash, executed.value.changes);
    return executed.value.changes;
  }

  broadcast(from: ClusterNode, message: WireMessage): void {
    for (const to of this.nodes) if (to !== from) this.transmit(from, to, message);
  }

  send(from: ClusterNode, to: PublicKey, message: WireMessage): void {
    for (const node of this.nodesOf(to)) if (node !== from) this.transmit(from, node, message);
  }

  transmit(from: ClusterNode, to: ClusterNode, message: WireMessage): void {
    this.messages += 1;
    const together =
      this.groups === undefined || this.groups.some((group) => group.includes(from.name) && group.includes(to.name));
    if (!together || this.random.chance(this.loss) || this.filter?.(from, to, message) === 'drop') return;
    const [low, high] = this.delay;
    this.time.at(this.time.now() + low + this.random.next() * (high - low), () => to.receive(from, message));
  }

  noteFinal(node: ClusterNode, block: Block): void {
    const known = this.chain[block.index - 1];
    if (known === undefined) {
      assert.equal(block.index, this.chain.length + 1);
      this.chain.push(block);
      this.finalAt.set(block.hash, this.time.now());
      return;
    }
    assert.equal(block.hash, known.hash, `SAFETY: ${node.name} made another block ${block.index} final`);
  }

  noteEvidence(_node: ClusterNode, evidence: Evidence): void {
    if (this.evidence.length < 16) this.evidence.push(evidence);
  }
}
