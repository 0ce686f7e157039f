/**
 * Puts a node together: stores, mempool, replica, peers. One rule: the replica starts last and stops first, so that
 * nothing is signed, proposed or acknowledged by a node that is not whole.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { createConsensus } from '../../consensus/consensus.js';
import { slotOfView } from '../../consensus/view.js';
import type { LedgerContext } from '../../ledger/context.js';
import { readEpoch } from '../../ledger/state-keys.js';
import type { Crypto, Signer } from '../../ledger/values/crypto.js';
import { evidenceOffender, transactionId } from '../../ledger/values/identity.js';
import { type Slot, toEpoch, toHeight, toSlot } from '../../ledger/values/numbers.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { createSignatureThreads, signatureThreadCount } from '../crypto/signature-threads.js';
import { createTimedCrypto } from '../crypto/timed-crypto.js';
import { SlotledgerError } from '../errors.js';
import type { HomePaths } from '../home/home.js';
import type { OpenedGenesis } from '../home/init-home.js';
import type { NodeApi, PeerSummary } from '../http/node-api.js';
import type { Ban } from '../p2p/ban-list.js';
import { createPeerNetwork } from '../p2p/create-peer-network.js';
import type { PeerNetwork } from '../p2p/peer-network.js';
import { finishTakingPlace } from '../repair/take-place.js';
import { type Checkpoint, checkpointProblem } from '../replica/checkpoint.js';
import type { Network } from '../replica/ports.js';
import { createReplica } from '../replica/replica.js';
import type { ReplicaEvent } from '../replica/replica-interface.js';
import { servableHead } from '../replica/servable-head.js';
import type { NetworkConfig } from '../server-options.js';
import { createClockWatch } from './clock-watch.js';
import { createPool } from './create-pool.js';
import { createGuardedVoteState } from './guarded-vote-state.js';
import { createHealth } from './health.js';
import { createHearing, mayBeBehind } from './hearing.js';
import type { NodeKeys } from './keys.js';
import { createKnownSignatures } from './known-signatures.js';
import type { MemoryPlan } from './memory-plan.js';
import { createMempoolPort } from './mempool-port.js';
import { noNetwork } from './no-network.js';
import { createNodeApi } from './node-api.js';
import { createPace } from './pace.js';
import { peerSummary } from './peer-summary.js';
import { createPendingAnswers } from './pending-answers.js';
import { createRecentFinals } from './recent-finals.js';
import { createSignatureGate } from './signature-gate.js';
import { createSlices } from './slices.js';
import { createStallLog } from './stall-log.js';
import { openStores } from './stores.js';
import { createSystemClock, steadyNow } from './system-clock.js';
import { takeBack } from './take-back.js';
import { tellProgram } from './tell-program.js';
import { createProposalTimer, createTimings } from './timings.js';
import { createWaiters } from './waiters.js';

/** The network as asked for, with the starting values of what was not. */
export type PeerSettings = Omit<NetworkConfig, 'enableP2P' | 'nodeId'> &
  Required<Pick<NetworkConfig, 'bootstrapPeers' | 'listenAddr' | 'p2pPort' | 'maxPeers'>>;

export interface NodeParts {
  readonly paths: HomePaths;
  readonly chain: OpenedGenesis;
  readonly crypto: Crypto;
  readonly keys: NodeKeys;
  readonly treasury: Signer | undefined;
  /** Absent: no peers. */
  readonly network: PeerSettings | undefined;
  readonly log: Logger;
  /** The node cannot go on, and this sentence says why. Called once; the caller stops it. */
  readonly onFatal: (sentence: string) => void;
  readonly onPeer: (peer: PeerSummary) => void;
  /** Starting value: `createConsensus` itself. */
  readonly createCore?: typeof createConsensus;
  readonly onBan: (ban: Ban) => void;
  readonly checkpoint?: Checkpoint;
  readonly memory: MemoryPlan;
}

export interface Node {
  readonly api: NodeApi;
  readonly peers: PeerNetwork | undefined;
  /** What waited in an earlier run, before anybody hands in more. Rejects with what `goOn` throws. */
  takeBack(goOn: () => void): Promise<void>;
  /** @returns the port for peers, if it listens. Rejects with the system's error. */
  start(): Promise<number | undefined>;
  /** Proposes, votes and promises nothing any more, and answers whoever waits; reading goes on. */
  quiesce(): void;
  /** Brings to disk what is under way, then closes everything. */
  stop(): Promise<void>;
}

/** What does not come about leaves no file and no thread open. @throws SlotledgerError, LedgerFailure */
export async function createNode(parts: NodeParts): Promise<Node> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    return await assemble(parts, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param closers close what is opened here, the last first, as `close` does */
async function assemble(parts: NodeParts, closers: (() => Promise<void>)[], close: () => Promise<void>): Promise<Node> {
  const { chain, keys, log, memory, paths, checkpoint } = parts;
  const { crypto, checkingMs } = createTimedCrypto(parts.crypto);
  const { genesis, hash: genesisHash } = chain;
  const known = createKnownSignatures();
  const context: LedgerContext = { genesis, genesisHash, chain: chain.chain, crypto, isKnownGood: known.has };
  let failure: string | undefined;
  let stopReplica = (): void => {};
  const fatal = (sentence: string): void => {
    if (failure !== undefined) return;
    failure = sentence;
    stopReplica();
    log.fatal(sentence);
    parts.onFatal(sentence);
  };
  const timings = createTimings();
  for (const path of [paths.ledger, paths.mempool].filter(finishTakingPlace)) {
    log.warn(`a repair or restore of ${path} was cut off and is finished now: what it replaced lies beside it`);
  }
  const answers = createPendingAnswers();
  closers.push(async () => answers.end());
  const stores = await openStores(paths, context, keys.validator?.signer.publicKey, memory, {
    onFailure: (error) => fatal(error.message),
    onLedgerWritten: (ms) => timings.observe('ledger_write', ms),
    log,
  });
  closers.push(stores.close);
  const { ledger, queries } = stores;
  const contradiction =
    checkpoint && checkpointProblem(checkpoint, ledger.blockByIndex(checkpoint.index) ?? ledger.tip());
  if (contradiction !== undefined) {
    const fix = 'Move ledger.db away and name other bootstrap peers, or correct the checkpoint.';
    throw new SlotledgerError('CHECKPOINT_MISSED', contradiction, fix);
  }
  const waiters = createWaiters();
  const recentFinals = createRecentFinals();
  const { slot_duration_ms: slotMs, max_clock_offset_ms: maxOffsetMs } = genesis.parameters;
  const watch = createClockWatch({
    maxOffsetMs,
    slotMs,
    ownKey: keys.validator?.signer.publicKey,
    validators: () => readEpoch(ledger).validators,
    peers: () => peerNetwork?.peerViews() ?? [],
    forgetOffsets: () => peerNetwork?.forgetClockOffsets(),
    onSuspect: (suspect) => replica.setClockSuspect(suspect),
    warn: (sentence) => log.warn(sentence),
    inform: (sentence) => log.info(sentence),
  });
  const { clock } = watch;
  const slotNow = (): Slot => toSlot(Math.max(0, Math.floor((clock.now() - genesis.genesis_time) / slotMs)));
  const proposals = createProposalTimer(
    (slot) => clock.now() - genesis.genesis_time - slot * slotMs,
    (ms) => timings.observe('proposal_arrival', ms),
  );
  const idOf = (transaction: Transaction) => transactionId(crypto, transaction);
  const threads = createSignatureThreads(
    signatureThreadCount(availableParallelism(), memory.signatureThreads),
    memory.threadLimits,
  );
  closers.push(threads.close);
  const gate = createSignatureGate({ threads, known, idOf, prefix: genesis.address_prefix });
  const slices = createSlices(steadyNow);
  const pace = createPace({ ready: () => pool.summary().ready, clock: createSystemClock(steadyNow) });
  const pool = createPool({
    context,
    limits: memory.mempool,
    stores,
    known,
    idOf,
    isBehind: () => mayBeBehind(hearing.now()) || replica.status().sync.state === 'syncing',
    onDropped: waiters.tell,
  });
  const stalls = createStallLog(log, steadyNow);
  let secondSigner: string | undefined;
  const voteState = createGuardedVoteState(stores.voteState, keys.validator?.signer.publicKey, log, fatal);
  const peerNetwork = parts.network && createPeers(parts.network);
  const network: Network = peerNetwork ?? noNetwork;
  const replica = createReplica({
    ...context,
    isKnownGood: known.has,
    ...(keys.validator ? { signer: keys.validator.signer, vrf: keys.validator.vrf, voteState } : {}),
    clock,
    network,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ledger,
    mempool: createMempoolPort({ pool, gate, slices, idOf, slotNow, onUseless: known.forget }),
    checkAhead(transactions, urgent, then) {
      // Where too many wait, execution checks them.
      if (!gate.ahead(transactions, urgent, () => then())) then();
    },
    onEvent,
    blame: (peer, verdict, reason) => peerNetwork?.blame(peer, verdict, reason),
    isVouchedFor: (above) => hearing.isSaidByThird(({ final_index }) => final_index > above),
    isAgreed: (final) => hearing.isSaidByThird(({ final_index }) => final_index <= final),
    log: (text, fields) => log.debug(fields, text),
    ...(parts.createCore ? { createCore: parts.createCore } : {}),
  });

  stopReplica = replica.stop;

  function createPeers(config: NonNullable<NodeParts['network']>): PeerNetwork {
    return createPeerNetwork({
      rules: { chain: chain.chain, prefix: genesis.address_prefix, parameters: genesis.parameters },
      genesisHash,
      nodeSigner: keys.node,
      ...(keys.validator ? { validatorSigner: keys.validator.signer } : {}),
      verifier: crypto,
      clock: createSystemClock(steadyNow),
      wallNow: Date.now,
      random: Math.random,
      randomHash: () => `0x${randomBytes(32).toString('hex')}`,
      logger: log,
      listen: { host: config.listenAddr, port: config.p2pPort },
      bootstrap: config.bootstrapPeers,
      peersFile: parts.paths.peers,
      bansFile: parts.paths.bans,
      ...(config.tls === true ? { tls: keys.certificate() } : {}),
      maxPeers: config.maxPeers,
      ...(config.advertise === undefined ? {} : { advertise: config.advertise }),
      ...(config.peerExchange === undefined ? {} : { peerExchange: config.peerExchange }),
      ...(config.privateMode === undefined ? {} : { privateMode: config.privateMode }),
      ...(config.allow === undefined ? {} : { allow: config.allow }),
      ...(config.deny === undefined ? {} : { deny: config.deny }),
      answers: {
        head: () => servableHead(replica.head(), ledger),
        genesis: () => genesis,
        page: (from, count, maxBytes) => ledger.page(from, count, maxBytes),
        blockByHash: (hash) => ledger.blockByHash(hash),
      },
      receive(peer, message) {
        const verdict = replica.receive(peer, message);
        if (message.type === 'new_block' && verdict.relay) {
          proposals.arrived(slotOfView(genesis.parameters, message.proposal.view));
        }
        return verdict;
      },
      checkingMs,
      onPeer(peer, head) {
        replica.onPeer(peer, head);
        for (const one of peers()) if (one.node_id === peerNode(peer)) tellProgram(() => parts.onPeer(one));
      },
      onBan: parts.onBan,
      onPeerGone: (peer) => replica.onPeerGone(peer),
    });
  }

  const peerNode = (peer: string) => peerNetwork?.peerViews().find((view) => view.peer === peer)?.node;
  const peers = (): readonly PeerSummary[] => (peerNetwork?.peerViews() ?? []).map(peerSummary);

  function onEvent(event: ReplicaEvent): void {
    switch (event.type) {
      case 'final': {
        const { block, receipts } = event.final;
        const { index, hash, slot } = block;
        const ids = receipts.map(({ id }) => id);
        known.forget(ids);
        recentFinals.add(event.final);
        pace.final(ids.length);
        for (const id of ids) waiters.tell(id);
        log.debug({ index, slot, transactions: ids.length }, 'a block is final');
        tellProgram(() => api.events.emit('final', { index, hash, slot, view: event.view, transactions: ids }));
        for (const evidence of block.evidence) {
          log.warn({ offender: evidenceOffender(evidence), index }, 'a validator is punished');
        }
        peerNetwork?.announceHead();
        return;
      }
      case 'epoch':
        log.info({ epoch: event.number, index: event.index }, 'a new epoch governs');
        tellProgram(() => api.events.emit('epoch', { number: toEpoch(event.number), index: toHeight(event.index) }));
        return;
      case 'evidence': {
        const offender = evidenceOffender(event.evidence);
        log.warn({ offender }, 'a validator signed two things where one is allowed');
        tellProgram(() => api.events.emit('evidence', { offender, evidence: event.evidence }));
        return;
      }
      case 'slot': {
        watch.check();
        // By a clock in doubt nothing expires.
        if (watch.fault() === undefined) {
          pool.sweep(event.slot);
          slices.run(() => pool.expire(event.slot));
        }
        // What waits behind a gap or for room is nothing that a leader could propose.
        const [ready] = pool.candidates();
        proposals.slotBegan(event.slot, ready !== undefined);
        stalls.look(replica.status());
        tellProgram(() => api.events.emit('slot', { slot: event.slot, leader: event.leader }));
        return;
      }
      case 'second_signer':
        secondSigner = event.sentence;
        log.error(event.sentence);
        return;
      case 'conflicting_finality':
        log.error(event.sentence);
        return;
      case 'fatal':
        fatal(event.sentence);
        return;
    }
  }

  const hearing = createHearing({
    slotNow,
    tip: ledger.tip,
    validators: () => readEpoch(ledger).validators,
    ownKey: keys.validator?.signer.publicKey,
    peers: () => peerNetwork?.peerViews() ?? [],
    hasBootstrap: (parts.network?.bootstrapPeers.length ?? 0) > 0,
    meetsOtherVersion: () => peerNetwork?.meetsOtherVersion() ?? false,
  });

  const api = createNodeApi({
    chain,
    crypto,
    nodeId: keys.node.publicKey,
    validator: keys.validator?.signer,
    treasury: parts.treasury,
    ledger,
    stateOnDisk: stores.stateOnDisk,
    syncs: () => stores.syncs,
    onTimed: timings.onTimed,
    knownSignatures: known.count,
    queries,
    pool,
    limits: memory.mempool,
    replica,
    slices,
    pace,
    answers,
    waiters,
    recentFinals,
    peers,
    ...(peerNetwork === undefined ? {} : { networkStats: () => peerNetwork.stats() }),
    hearing: hearing.now,
    health: createHealth({
      failure: () => failure,
      clockFault: () => secondSigner ?? watch.fault(),
      missingCheckpoint: () =>
        checkpoint !== undefined && ledger.tip().index < checkpoint.index ? checkpoint.index : undefined,
      isSyncing: () => replica.status().sync.state === 'syncing',
      hearing: hearing.now,
      bootstrapTrouble: () => peerNetwork?.bootstrapTrouble() ?? [],
    }),
  });

  const quiesce = (): void => {
    pace.close();
    watch.stop();
    replica.stop();
    waiters.close();
  };

  return {
    api,
    peers: peerNetwork,
    takeBack: (goOn) =>
      takeBack(stores.mempool.all(), { gate, recover: (some) => pool.recover(slotNow(), some), goOn, log }),
    async start() {
      const port = await peerNetwork?.start();
      // Before the watch begins: until it knows the clocks of others it keeps this node silent, and that is no news.
      const { waiting_for: waitingFor } = replica.status().consensus;
      watch.start();
      replica.start();
      if (waitingFor !== undefined) log.warn(waitingFor);
      return port;
    },
    quiesce,
    async stop() {
      quiesce();
      await peerNetwork?.stop();
      gate.close();
      slices.close();
      await close();
    },
  };
}
