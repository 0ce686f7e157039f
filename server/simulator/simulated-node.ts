/** One machine: a disk and a clock that outlive its processes, and the shipped replica, mempool and sync on top. */
import { type Consensus, createConsensus } from '../../consensus/consensus.js';
import { checkTransaction } from '../../ledger/apply-transaction.js';
import { takesNewStake } from '../../ledger/stake-requests.js';
import { readAccount, readEpoch, readNonce, readQueue } from '../../ledger/state-keys.js';
import type { Signer, VrfProver } from '../../ledger/values/crypto.js';
import { transactionId } from '../../ledger/values/identity.js';
import { toSlot } from '../../ledger/values/numbers.js';
import { minimumFee } from '../../ledger/values/parameters.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { defaultMempoolLimits } from '../mempool/limits.js';
import { createMempool, type Mempool } from '../mempool/mempool.js';
import { createClockWatch } from '../node-runtime/clock-watch.js';
import { createMempoolPort } from '../node-runtime/mempool-port.js';
import { spreads } from '../p2p/gossip.js';
import type { Execute } from '../replica/block-tree.js';
import type { createOwnSignatures } from '../replica/own-signatures.js';
import type { Admission, Clock, Head, Network, ReplicaMessage, Verdict } from '../replica/ports.js';
import { initialVoteState } from '../replica/recover.js';
import { createReplica } from '../replica/replica.js';
import type { Replica, ReplicaEvent } from '../replica/replica-interface.js';
import { servableHead } from '../replica/servable-head.js';
import type { Fate } from './checkers/accepted.js';
import { Violation } from './checkers/violation.js';
import type { SimulatedChain } from './simulated-chain.js';
import type { SimulatedPeers, SimulatedPeersOptions } from './simulated-peers.js';
import type { VirtualClock } from './virtual-clock.js';
import { VirtualCrash, type VirtualDisk } from './virtual-disk.js';

export interface SimulatedNode {
  readonly index: number;
  readonly disk: VirtualDisk;
  readonly clock: VirtualClock;
  isUp(): boolean;
  /** How often it has been started. */
  processes(): number;
  /** Starts a process on what the disk holds. */
  boot(): void;
  /** Ends the process; what was not synced is gone. */
  crash(): void;
  /** Runs nothing until `resume`, as a stopped virtual machine; messages wait. */
  pause(): void;
  resume(): void;
  /** @param process of the sender that sent it */
  deliver(from: number, message: ReplicaMessage, process: number): void;
  connected(other: SimulatedNode): void;
  disconnected(other: SimulatedNode): void;
  submit(transactions: readonly Transaction[], done?: (admissions: readonly Admission[]) => void): void;
  /** What it tells its peers of itself; undefined: it is down. */
  head(): Head | undefined;
  /** Tells its peers where it stands, and asks for their clocks. */
  ping(): void;
  /** Why its clock is not trusted; undefined: it is, or the node is down. */
  clockFault(): string | undefined;
  /** What its mempool knows of a transaction that is not final. */
  fateOf(id: TransactionId): Fate;
  /** Undefined while it is down. */
  replica(): Replica | undefined;
}

type PeersOfProcess = Pick<SimulatedPeersOptions, 'receive' | 'head'>;

export interface NodeOptions {
  readonly index: number;
  readonly chain: SimulatedChain;
  readonly disk: VirtualDisk;
  readonly clock: VirtualClock;
  readonly signer: Signer | undefined;
  readonly vrf: VrfProver | undefined;
  /** The way out of one process, which calls `receive` for what comes in. */
  readonly createPeers: (process: PeersOfProcess) => SimulatedPeers;
  /** Whether the shipped watch over the clock stands between this machine's clock and its process. */
  readonly watchesClock: boolean;
  /** That watch trusts the clock no longer, or again. */
  onSuspect(suspect: boolean): void;
  /** What its replica sends, before it leaves. */
  readonly overhear: (network: Network) => Network;
  /** A process began, and may be spoken to. */
  onBoot(): void;
  /** Processes that a node has had: a connection ends with either of its two. */
  processOf(node: number): number;
  /** What its replica thought of a peer. */
  onVerdict(from: number, verdict: Verdict, message?: ReplicaMessage): void;
  readonly execute: Execute;
  readonly createOwnSignatures: typeof createOwnSignatures;
  onEvent(event: ReplicaEvent): void;
  onCrash(): void;
  onRefused?(reason: string, fields: object): void;
  /** Called at each boot. Starting value: the core itself. */
  newCore?(): typeof createConsensus;
}

/** Inputs that the core takes in one event: answers that follow at once from its own effects count, for ever or not. */
const maxInputsPerEvent = 100_000;

export function createSimulatedNode(options: NodeOptions): SimulatedNode {
  const { chain, disk, clock } = options;
  const { context } = chain;
  const { slot_duration_ms } = context.genesis.parameters;
  let replica: Replica | undefined;
  let processes = 0;
  let peers: SimulatedPeers | undefined;
  let mempool: Mempool | undefined;
  let fault = (): string | undefined => undefined;
  let told = (): Head | undefined => undefined;
  let paused: (() => void)[] | undefined;
  let inputsOfEvent = 0;
  if (options.signer !== undefined) {
    disk.open().voteState.write(initialVoteState(context.genesisHash), [], []);
  }

  const crash = (): void => {
    if (replica === undefined) return;
    replica = undefined;
    paused = undefined;
    disk.cutPower();
    clock.halt();
    options.onCrash();
  };
  /** Every way into the process: a crash in the middle of a step ends here. */
  const enter = (call: () => void): void => {
    if (paused !== undefined) {
      paused.push(() => enter(call));
      return;
    }
    inputsOfEvent = 0;
    try {
      call();
    } catch (error) {
      if (!(error instanceof VirtualCrash)) throw error;
      crash();
    }
  };

  const counted = (core: Consensus): Consensus => ({
    ...core,
    step(input) {
      if (++inputsOfEvent > maxInputsPerEvent) {
        throw new Violation('every event ends', `node ${options.index} goes round in circles at ${input.type}`);
      }
      return core.step(input);
    },
  });

  const boot = (): void => {
    processes++;
    const { ledger, mempool: mempoolStore, voteState } = disk.open();
    const { signer, vrf } = options;
    const watch = options.watchesClock
      ? createClockWatch({
          maxOffsetMs: context.genesis.parameters.max_clock_offset_ms,
          slotMs: slot_duration_ms,
          ownKey: signer?.publicKey,
          validators: () => readEpoch(ledger).validators,
          peers: () => speech.clocks(),
          forgetOffsets: () => speech.forgetClocks(),
          onSuspect(suspect) {
            options.onSuspect(suspect);
            born.setClockSuspect(suspect);
          },
          warn: (sentence) => options.onRefused?.(sentence, {}),
          inform: () => undefined,
          sources: { wall: clock.now, steady: clock.steady, after: (ms, call) => clock.after(ms, () => enter(call)) },
        })
      : undefined;
    fault = () => watch?.fault();
    const believed: Clock = watch?.clock ?? { now: clock.now, at: (at, call) => clock.at(at, () => enter(call)) };
    const slotNow = () => toSlot(Math.max(0, Math.floor(believed.now() / slot_duration_ms)));
    const idOf = (transaction: Transaction) => transactionId(context.crypto, transaction);
    const pool = createMempool({
      limits: defaultMempoolLimits,
      store: { ...mempoolStore, add: (added, stored) => mempoolStore.add(added, () => enter(stored)) },
      idOf,
      check: (transaction, slot) => checkTransaction(context, ledger, transaction, slot),
      minimumFee: (transaction) => minimumFee(context.genesis.parameters, transaction),
      nextNonce: (from, lane) => readNonce(readAccount(ledger, from), lane),
      covers: (from, amount) => amount <= readAccount(ledger, from).balance,
      takesStakes: () => takesNewStake(readQueue(ledger)),
    });
    pool.recover(slotNow());
    mempool = pool;
    const head = (): Head => servableHead(born.head(), ledger);
    told = head;
    const speech = options.createPeers({
      receive: (peer, message) => born.receive(peer, message),
      head,
    });
    const born: Replica = createReplica({
      ...context,
      ...(signer === undefined || vrf === undefined ? {} : { signer, vrf, voteState }),
      clock: believed,
      network: options.overhear(speech.network),
      execute: options.execute,
      createOwnSignatures: options.createOwnSignatures,
      ledger: { ...ledger, append: (blocks, stored) => ledger.append(blocks, () => enter(stored)) },
      mempool: createMempoolPort({ pool, idOf, slotNow }),
      onEvent(event) {
        // As a real node does: before a slot is believed to have begun.
        if (event.type === 'slot') watch?.check();
        options.onEvent(event);
      },
      createCore: (config, recovered) => counted((options.newCore?.() ?? createConsensus)(config, recovered)),
      blame: (peer, verdict, reason) => options.onVerdict(Number(peer), { relay: false, peer: verdict, reason }),
      ...(options.onRefused ? { log: options.onRefused } : {}),
    });
    replica = born;
    peers = speech;
    enter(() => {
      watch?.start();
      born.start();
    });
    if (replica === born) options.onBoot();
  };

  return {
    index: options.index,
    disk,
    clock,
    isUp: () => replica !== undefined,
    processes: () => processes,
    boot,
    crash,
    pause() {
      paused ??= [];
    },
    resume() {
      const waiting = paused ?? [];
      paused = undefined;
      // Where one of them ends the process, the others end with it.
      const process = replica;
      for (const call of waiting) if (replica === process) call();
    },
    deliver(from, message, process) {
      const to = peers;
      if (replica === undefined || to === undefined) return;
      enter(() => {
        // Asked by a process that has ended meanwhile: the answer would go out on a connection that ended with it.
        if (!spreads(message.type) && options.processOf(from) !== process) return;
        options.onVerdict(from, to.receive(from, message), message);
      });
    },
    connected(other) {
      const [to, met] = [peers, replica];
      if (met === undefined || to === undefined) return;
      enter(() => {
        met.onPeer(String(other.index), other.head() ?? met.head());
        to.met(other.index);
      });
    },
    disconnected(other) {
      const left = replica;
      if (left !== undefined) enter(() => left.onPeerGone(String(other.index)));
    },
    submit(transactions, done = () => {}) {
      const to = replica;
      if (to !== undefined) enter(() => to.submit(transactions, done));
    },
    ping() {
      const to = peers;
      if (replica !== undefined && to !== undefined) enter(() => to.ping());
    },
    clockFault: () => (replica === undefined ? undefined : fault()),
    fateOf(id) {
      if (mempool === undefined) return 'unknown';
      return mempool.has(id) ? 'waiting' : mempool.dropped(id) !== undefined ? 'dropped' : 'unknown';
    },
    head: () => (replica === undefined ? undefined : told()),
    replica: () => replica,
  };
}
