/**
 * A whole network in virtual time: nodes, links, load and checkers, all from one seed. The same seed gives the same
 * trace hash, whatever the machine.
 */
import { createHash } from 'node:crypto';
import type { createConsensus } from '../../consensus/consensus.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { transactionId } from '../../ledger/values/identity.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { PING_INTERVAL_MS } from '../p2p/limits.js';
import { createOwnSignatures } from '../replica/own-signatures.js';
import type { FinalBlock, ReplicaMessage, Verdict } from '../replica/ports.js';
import type { ReplicaEvent } from '../replica/replica-interface.js';
import type { Actor, CreateActor, Stage } from './actor.js';
import { type AcceptedBook, createAcceptedBook } from './checkers/accepted.js';
import { createDoubtBook } from './checkers/doubt.js';
import { createEvidenceBook, type EvidenceBook } from './checkers/evidence.js';
import { createLockBook } from './checkers/locks.js';
import { createOneFinalBlock } from './checkers/one-final-block.js';
import { checkSupply } from './checkers/supply.js';
import { Violation } from './checkers/violation.js';
import { createConnections } from './connections.js';
import { createDirectPeers } from './direct-peers.js';
import { createEventQueue, type EventQueue } from './event-queue.js';
import { createRealKeys, createStandInKeys } from './key-ring.js';
import { authorOf, createMessageLines } from './message-lines.js';
import { createOverhear } from './overhear.js';
import { createRandom, type Random } from './random.js';
import { createSharedExecution } from './shared-execution.js';
import {
  type ChainOptions,
  createSimulatedChain,
  type SimulatedChain,
  validatorKeyOf,
  vrfKeyOf,
} from './simulated-chain.js';
import { createSimulatedNode, type SimulatedNode } from './simulated-node.js';
import { createSimulatedPeers } from './simulated-peers.js';
import { createVirtualClock } from './virtual-clock.js';
import { createVirtualDisk } from './virtual-disk.js';
import { createVirtualNetwork, type Deliver, type VirtualNetwork } from './virtual-network.js';

export interface SimulationOptions {
  readonly seed: number;
  readonly stakes: readonly number[];
  readonly observers?: number;
  readonly customers?: number;
  readonly accounts?: ChainOptions['accounts'];
  readonly parameters?: Partial<Parameters>;
  /** Validators that break the rules, by node. */
  readonly actors?: ReadonlyMap<number, CreateActor>;
  /** Validators that run a second replica with the same key; it is a node of its own, after all others. */
  readonly twins?: readonly number[];
  /** A full mesh without bookkeeping and without pings (direct-peers.ts): for networks of hundreds of nodes. */
  readonly direct?: boolean;
  /** Whether the shipped watch stands over each clock, which needs pings. Starting value: unless `direct`. */
  readonly watchesClock?: boolean;
  /** Sees what leaves a node once, however many receive it, and what is on a node's disk. */
  readonly watch?: {
    broadcast(node: number, message: ReplicaMessage): void;
    stored(node: number, final: FinalBlock): void;
  };
  /** What makes the core of a node each time it boots. Starting value: the shipped core. */
  readonly newCore?: (node: number, chain: SimulatedChain) => typeof createConsensus;
  /** Real Ed25519 and ECVRF in place of the fast stand-ins. */
  readonly realSignatures?: boolean;
  /** More in one slot is a violation: nodes that answer each other without end would keep a run from ending. Starting value 20 million. */
  readonly maxEventsPerSlot?: number;
  /** A line per happening: who, when, what. */
  readonly trace?: (line: string) => void;
}

export interface Simulation {
  readonly options: SimulationOptions;
  readonly random: Random;
  readonly queue: EventQueue;
  readonly network: VirtualNetwork;
  readonly chain: SimulatedChain;
  readonly nodes: readonly SimulatedNode[];
  /** Whether a node is bound by the rules: neither played by an actor nor one of two twins. */
  isHonest(node: number): boolean;
  /** Runs for so many ms of virtual time. */
  run(ms: number): void;
  /** Unix ms by the true clock. */
  now(): number;
  slot(): number;
  readonly slotMs: number;
  /** Highest final index on any disk. */
  height(): number;
  /** The node whose validator leads the current slot, as far as the first node that is up knows. */
  leaderNode(): number;
  /** Who signed two things where one is allowed, and whether proof of it is final. */
  readonly evidence: EvidenceBook;
  note(line: string): void;
  traceHash(): string;
  /** Finality times in ms, from first sight to the first disk. */
  readonly finalityMs: readonly number[];
  /** Called when a payment is handed in, so that its finality time is known. */
  submitted(id: Hash): void;
  /** Hands a transaction to a node, and enters it if an honest one accepts. */
  submit(node: SimulatedNode, transaction: Transaction): void;
  /** What honest nodes accepted, and what became of it. */
  readonly accepted: AcceptedBook;
}

/** So few that each node forgets what it signed within a short run, and is then told of it again. */
const ownSignaturesKept = 48;

/** A replica that meets its own key falls silent; one of two that share a key on purpose would not look. */
const withoutLooking: typeof createOwnSignatures = () => ({ note: () => {}, isForeign: () => false });

/** A thousand validators make fewer. */
const usualMaxEventsPerSlot = 20_000_000;

export function createSimulation(options: SimulationOptions): Simulation {
  const random = createRandom(options.seed);
  const queue = createEventQueue();
  const keyRing = options.realSignatures ? createRealKeys() : createStandInKeys();
  const { crypto } = keyRing;
  const maxEventsPerSlot = options.maxEventsPerSlot ?? usualMaxEventsPerSlot;
  const chain = createSimulatedChain(keyRing, {
    stakes: options.stakes,
    customers: options.customers ?? 8,
    ...(options.accounts === undefined ? {} : { accounts: options.accounts }),
    parameters: options.parameters ?? {},
  });
  const { slot_duration_ms: slotMs } = chain.context.genesis.parameters;
  const slot = (): number => Math.floor(queue.now() / 1000 / slotMs);
  const trace = createHash('sha256');
  const note = (line: string): void => {
    const text = `${(queue.now() / 1000).toFixed(3)} ${line}`;
    trace.update(`${text}\n`);
    options.trace?.(text);
  };
  const finals = createOneFinalBlock();
  const locks = createLockBook();
  const doubts = createDoubtBook();
  const accepted = createAcceptedBook();
  const idOf = (transaction: Transaction): TransactionId => transactionId(crypto, transaction);
  const submittedAt = new Map<Hash, number>();
  const finalityMs: number[] = [];
  const nodes: SimulatedNode[] = [];
  const twins = options.twins ?? [];
  const own = options.stakes.length + (options.observers ?? 0);
  const count = own + twins.length;
  /** Twins stand last, each with the identity of its original. */
  const identityOf = (node: number): number => (node < own ? node : twins[node - own]!);
  const keys = Array.from({ length: count }, (_, node) => validatorKeyOf(identityOf(node)));
  const keyOf = (node: number): PublicKey => keys[node]!;
  const execute = createSharedExecution();
  const nodesByKey = new Map<PublicKey, readonly number[]>();
  for (const [node, key] of keys.entries()) nodesByKey.set(key, [...(nodesByKey.get(key) ?? []), node]);
  const isByzantine = (node: number): boolean =>
    options.actors?.has(identityOf(node)) === true || twins.includes(identityOf(node));
  const actors = new Map<number, Actor>();

  const deliver: Deliver = (to, from, message, process) => {
    // A replica that meets its own key falls silent; one of two that share a key on purpose would not listen.
    if (isByzantine(to) && authorOf(message) === keyOf(to)) return;
    if (actors.get(to)?.incoming?.(from, message) !== false) nodes[to]?.deliver(from, message, process);
  };
  const processOf = (node: number): number => nodes[node]?.processes() ?? 0;
  const network = createVirtualNetwork(queue, random.fork('network'), deliver, processOf);
  const transmit = (from: number, to: number, message: ReplicaMessage): void => {
    for (const one of actors.get(from)?.outgoing?.(to, message) ?? [message]) network.send(from, to, one);
  };

  const onBroadcast = options.watch?.broadcast;
  const overhear = createOverhear({ context: chain.context, isByzantine, keyOf, doubts, onBroadcast });
  const lines = createMessageLines(crypto);
  const liars = new Set<PublicKey>();
  const evidence = createEvidenceBook(
    (key) => liars.has(key),
    (view) => Math.floor(view / chain.context.genesis.parameters.rounds_per_slot),
  );
  const hear = (own: number, message: ReplicaMessage): void => {
    const author = authorOf(message);
    if (author === undefined || !liars.has(author) || isByzantine(own)) return;
    // Who doubts its clock, as at each start, does not know which messages are of the present, and keeps none of them.
    if (doubts.isInDoubt(own)) return;
    const epoch = nodes[own]!.replica()?.head().epoch;
    if (epoch !== undefined) evidence.heard(own, epoch, slot(), finals.highest(), message);
  };
  const onVerdict = (own: number, from: number, verdict: Verdict, message?: ReplicaMessage): void => {
    // What is not passed on may have been ignored, as of a slot far ahead: nothing is owed for it.
    if (verdict.relay && message !== undefined) hear(own, message);
    if (verdict.peer === 'fine') return;
    if (verdict.peer === 'ban') {
      // A liar has more addresses than anyone can ban: it stays.
      if (isByzantine(own) || isByzantine(from)) return;
      throw new Violation('no honest peer is banned', `node ${own} bans node ${from}: ${verdict.reason}`);
    }
    note(`node ${own} drops node ${from}: ${verdict.reason}`);
    if (!options.direct) connections.end(own, from);
  };

  const onEvent = (node: number, event: ReplicaEvent): void => {
    if (event.type === 'fatal' && !isByzantine(node))
      throw new Violation('no honest node stops by itself', `node ${node}: ${event.sentence}`);
    if (event.type === 'conflicting_finality' && !isByzantine(node))
      throw new Violation('one final block per height', `node ${node}: ${event.sentence}`);
    if (event.type === 'second_signer' && !isByzantine(node))
      throw new Violation('nobody takes its own signature for that of another', `node ${node}: ${event.sentence}`);
    if (event.type !== 'final') return;
    const { block } = event.final;
    options.watch?.stored(node, event.final);
    const disk = nodes[node]!.disk;
    if (disk.tip().index < block.index) throw new Violation('final is durable', `node ${node} at ${block.index}`);
    note(`node ${node} final ${block.index} ${block.hash.slice(0, 10)} slot ${block.slot}.${block.round}`);
    for (const transaction of block.transactions) {
      const id = idOf(transaction);
      const at = submittedAt.get(id);
      if (at === undefined) continue;
      submittedAt.delete(id);
      finalityMs.push((queue.now() - at) / 1000);
    }
  };

  for (let node = 0; node < count; node++) if (isByzantine(node)) liars.add(keyOf(node));
  const connections = createConnections({
    queue,
    // Looking at every pair four times a second is what `direct` is there to spare.
    count: options.direct ? 0 : count,
    // Twins never hear each other: a replica that meets its own key falls silent.
    isOpen: (left, right) =>
      keyOf(left) !== keyOf(right) &&
      nodes[left]!.isUp() &&
      nodes[right]!.isUp() &&
      !network.isCut(left, right) &&
      !network.isCut(right, left),
    onConnected(left, right) {
      nodes[left]!.connected(nodes[right]!);
      nodes[right]!.connected(nodes[left]!);
    },
    onGone(left, right) {
      nodes[left]!.disconnected(nodes[right]!);
      nodes[right]!.disconnected(nodes[left]!);
    },
  });
  for (let index = 0; index < count; index++) {
    const names = { key: keyOf(index), genesis: chain.context.genesisHash };
    const disk = createVirtualDisk(queue, chain.file, idOf, names, {
      stored(final) {
        if (isByzantine(index)) return;
        if (final.block.index > finals.highest()) {
          evidence.final(final.block);
          accepted.final(final.block, idOf);
        }
        finals.stored(index, final.block);
        checkSupply(chain.total, final.block.index, disk.get('system/supply'));
      },
      voteStateWritten(state) {
        if (!isByzantine(index)) locks.written(index, state.voteState);
      },
      voteStateLost: () => locks.forget(index),
      copyRestored: () => accepted.diskExchanged(index),
    });
    const clock = createVirtualClock(queue, 0);
    const node = createSimulatedNode({
      index,
      chain,
      disk,
      clock,
      signer: keyRing.signer(keyOf(index)),
      vrf: keyRing.prover(vrfKeyOf(identityOf(index))),
      watchesClock: options.watchesClock ?? !options.direct,
      onSuspect: (suspect) => doubts.verdict(index, suspect),
      processOf,
      createPeers({ receive, head }) {
        const common = {
          node: index,
          count,
          receive,
          transmit: (to: number, m: ReplicaMessage) => transmit(index, to, m),
        };
        if (options.direct) return createDirectPeers({ ...common, nodesByKey, isUp: (node) => nodes[node]!.isUp() });
        return createSimulatedPeers({
          ...common,
          head,
          clock,
          lines,
          connections: () => connections,
          validatorOf: keyOf,
          onLost: (other) => connections.end(index, other),
        });
      },
      overhear: (port) => overhear(index, port),
      onBoot() {
        if (!options.direct) connections.dial(index);
      },
      onVerdict: (from, verdict, message) => onVerdict(index, from, verdict, message),
      execute,
      createOwnSignatures: isByzantine(index)
        ? withoutLooking
        : (signedUpTo) => createOwnSignatures(signedUpTo, ownSignaturesKept),
      onEvent: (event) => onEvent(index, event),
      onCrash: () => {
        note(`node ${index} crashed`);
        connections.down(index);
        evidence.forgotten(index);
        accepted.processEnded(index, node.fateOf);
        actors.get(index)?.crashed?.();
      },
      ...(options.newCore ? { newCore: () => options.newCore!(index, chain) } : {}),
      ...(options.trace
        ? { onRefused: (reason, fields) => note(`node ${index} refused: ${reason} ${JSON.stringify(fields)}`) }
        : {}),
    });
    nodes.push(node);
  }
  for (const [index, create] of options.actors ?? []) {
    const stage: Stage = {
      node: index,
      signer: keyRing.signer(keyOf(index)),
      chain,
      random: random.fork(`actor ${index}`),
      queue,
      others: nodes.map((node) => node.index).filter((other) => other !== index),
      send: (to, message) => network.send(index, to, message),
      self: () => nodes[index]!,
    };
    actors.set(index, create(stage));
  }
  for (const node of nodes) node.boot();
  if (!options.direct) schedulePings(queue, nodes, slotMs);

  let [counted, inSlot] = [0, 0];
  function countInSlot(): void {
    const now = slot();
    inSlot = now === counted ? inSlot + 1 : 0;
    counted = now;
    if (inSlot > maxEventsPerSlot) throw new Violation('every slot ends', `slot ${now} has ${inSlot} events`);
  }

  return {
    options,
    random,
    queue,
    network,
    chain,
    nodes,
    isHonest: (node) => !isByzantine(node),
    finalityMs,
    note,
    run(ms) {
      const end = queue.now() + Math.round(ms * 1000);
      while (queue.runOne(end)) countInSlot();
    },
    now: () => queue.now() / 1000,
    slot,
    slotMs,
    evidence,
    height: () => finals.highest(),
    leaderNode() {
      const leader = nodes
        .find((node) => node.isUp())
        ?.replica()
        ?.status().leader;
      return Math.max(
        0,
        nodes.findIndex(({ index }) => keyOf(index) === leader),
      );
    },
    submit(node, transaction) {
      node.submit([transaction], ([admission]) => {
        if (admission?.kind !== 'accepted' || isByzantine(node.index)) return;
        accepted.accepted(node.index, slot(), idOf(transaction), transaction);
      });
    },
    accepted,
    submitted: (id) => void submittedAt.set(id, queue.now()),
    traceHash: () => trace.copy().digest('hex'),
  };
}

/** Each node, whatever its clock says: every other slot, which with slots of a second is as often as real peers do. */
function schedulePings(queue: EventQueue, nodes: readonly SimulatedNode[], slotMs: number): void {
  for (const node of nodes) {
    const ping = (): void => {
      queue.schedule(queue.now() + PING_INTERVAL_MS * slotMs, ping);
      node.ping();
    };
    queue.schedule(queue.now() + 1_000 * node.index + 500_000, ping);
  }
}
