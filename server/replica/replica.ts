/**
 * The driver of the consensus core: turns messages, time and disks into inputs and carries effects out. One rule:
 * effects run strictly in the order given, and the next input waits until they are done. It works through ports only,
 * so that a simulator runs the very same code in virtual time.
 */
import { createConsensus } from '../../consensus/consensus.js';
import type { Description } from '../../consensus/describe.js';
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { LedgerContext } from '../../ledger/context.js';
import { draftBlock } from '../../ledger/draft-block.js';
import { hasWork } from '../../ledger/has-work.js';
import { readCertifyingSet, readEpoch } from '../../ledger/state-keys.js';
import type { Block } from '../../ledger/values/block.js';
import type { Crypto, Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { type Slot, toHeight, type View } from '../../ledger/values/numbers.js';
import type { ChainId, Hash, PublicKey, VrfProof } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';
import { createSync, type SyncProgress } from '../sync/sync.js';
import { createBlockTree } from './block-tree.js';
import { createBoundedMap } from './bounded-map.js';
import { createEvidencePool } from './evidence-pool.js';
import { createBlockFetcher } from './fetch-blocks.js';
import { createFinalBlocks } from './final-blocks.js';
import type {
  Admission,
  Clock,
  FinalBlock,
  Head,
  LedgerStore,
  Mempool,
  Network,
  PeerId,
  ReplicaMessage,
  Verdict,
  VoteStateStore,
} from './ports.js';
import { createReceiver } from './receive.js';
import { recover } from './recover.js';
import { helpBlocks, maxUnstoredInSync, maxVerified, maxVrfProofs, pageBytes } from './replica-limits.js';
import { createSlotClock } from './slot-clock.js';
import { createMessageChecks } from './verify-message.js';

export type ReplicaEvent =
  /** On disk now. */
  | { readonly type: 'final'; readonly final: FinalBlock; readonly view: View }
  | { readonly type: 'epoch'; readonly number: number; readonly index: number }
  /** Seen and verified; in a block later. */
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  | { readonly type: 'slot'; readonly slot: Slot; readonly leader: PublicKey }
  /** It signs nothing any more until it is started again: another process uses its key. */
  | { readonly type: 'second_signer'; readonly sentence: string }
  /** The node must stop: going on would be going on wrongly. */
  | { readonly type: 'fatal'; readonly sentence: string };

export interface ReplicaOptions {
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  readonly chain: ChainId;
  readonly crypto: Crypto;
  /** See LedgerContext. */
  readonly isKnownGood?: LedgerContext['isKnownGood'];
  /** Both or neither: an observer follows and signs nothing. */
  readonly signer?: Signer;
  readonly vrf?: VrfProver;
  readonly clock: Clock;
  readonly network: Network;
  /** Needed with a signer. */
  readonly voteState?: VoteStateStore;
  readonly ledger: LedgerStore;
  readonly mempool: Mempool;
  readonly onEvent: (event: ReplicaEvent) => void;
  /** A peer that proved to be of no use. */
  readonly blame?: (peer: PeerId, verdict: 'disconnect' | 'ban', reason: string) => void;
  /** Which rule refused what; for traces. */
  readonly log?: (text: string, fields: object) => void;
}

export interface ReplicaStatus {
  readonly slot: Slot;
  readonly slotEndsAt: number;
  readonly leader: PublicKey;
  readonly epoch: number;
  readonly head: Head;
  readonly storedIndex: number;
  readonly pending: number;
  readonly unfinalBlocks: number;
  readonly sync: SyncProgress;
  /** Lock, watermark and what is waited for. */
  readonly consensus: Description;
  /** One sentence, present when something waits that is not becoming final. */
  readonly notFinalBecause?: string;
}

export interface Replica {
  start(): void;
  /** Proposes, votes and answers nothing from now on. */
  stop(): void;
  receive(peer: PeerId, message: ReplicaMessage): Verdict;
  onPeer(peer: PeerId, head: Head): void;
  onPeerGone(peer: PeerId): void;
  /** One admission for each, in order, when what was accepted is durable; then peers and leaders hear of it. */
  submit(transactions: readonly Transaction[], done: (admissions: readonly Admission[]) => void): void;
  /** The clock differs from validators with more than 1/3 of the stake, or agrees again. */
  setClockSuspect(suspect: boolean): void;
  head(): Head;
  status(): ReplicaStatus;
  pendingEvidence(): readonly Evidence[];
}

export function createReplica(options: ReplicaOptions): Replica {
  const { genesis, genesisHash, chain, crypto, signer, vrf, clock, network, ledger, mempool, onEvent } = options;
  const { parameters } = genesis;
  const { isKnownGood } = options;
  const context: LedgerContext = { genesis, genesisHash, chain, crypto, ...(isKnownGood ? { isKnownGood } : {}) };
  const log = options.log ?? (() => {});
  const recoveredVoteState = signer && options.voteState?.read();
  const startWatermark = recoveredVoteState?.voteState.watermark.view ?? 0;

  const tree = createBlockTree(context, ledger);
  const evidencePool = createEvidencePool();
  const ownSignatures = createBoundedMap<string, true>(maxVerified);
  const vrfProofs = createBoundedMap<string, VrfProof>(maxVrfProofs);
  const cancelByTimer = new Map<string, () => void>();
  const queue: Input[] = [];
  let draining = false;
  let running = false;
  let suspect = false;
  let secondSigner = false;
  let lastId = 0;
  let lastFinalAt = clock.now();
  let finalView: number = ledger.certificate(ledger.tip().hash)?.view ?? 0;
  const nextId = (): number => ++lastId;

  const finalState = () => {
    const state = tree.stateAfter(tree.finalHash);
    if (state === undefined) throw new Error('assertion: the state after the final block is at hand');
    return state;
  };
  const slots = createSlotClock(clock, genesis.genesis_time, parameters.slot_duration_ms, (slot) => {
    feed({ type: 'slot_started', slot, now: clock.now() });
    onEvent({ type: 'slot', slot, leader: core.leader(slot) });
  });
  const core = createConsensus(
    { chain, genesisTime: genesis.genesis_time, parameters, hasher: crypto, ...(signer ? { signer } : {}) },
    recover(ledger, genesisHash, recoveredVoteState, signer !== undefined, slots.now()),
  );
  for (const block of recoveredVoteState?.bodies ?? []) tree.add(block);

  const checks = createMessageChecks({
    crypto,
    chain,
    genesisHash,
    epoch: (number) => readCertifyingSet(finalState(), number),
    currentEpoch: () => readEpoch(finalState()).number,
  });
  const fetcher = createBlockFetcher({
    clock,
    network,
    nextId,
    timeoutMs: Math.max(250, 4 * parameters.network_delay_ms),
  });
  const finals = createFinalBlocks({
    crypto,
    store: ledger,
    tree,
    checks,
    onMissing: (hash) => fetcher.fetch(hash),
    onFatal: fatal,
    onFinal(tip, certificate, epoch) {
      lastFinalAt = clock.now();
      finalView = certificate.view;
      evidencePool.forgetFinal(tip.evidence);
      feed({ type: 'final_advanced', tip, certificate, epoch, now: clock.now() });
      if (tip.next_epoch !== undefined) {
        evidencePool.forgetBefore((epoch.number - parameters.unbonding_epochs) as typeof epoch.number);
        receiver.onNewEpoch();
      }
      sync.onFinalAdvanced();
    },
    onStored(stored, certificate) {
      const last = stored.at(-1)!.block;
      // Also of the ancestors that this finality brought along.
      evidencePool.forgetFinal(stored.flatMap(({ block }) => block.evidence));
      mempool.forgetFinal(
        stored.flatMap(({ block }) => block.transactions),
        finalState(),
        last.slot,
      );
      feed({ type: 'final_stored', index: last.index, now: clock.now() });
      sync.onStored();
      for (const final of stored) {
        onEvent({ type: 'final', final, view: certificate.view });
        const next = final.block.next_epoch;
        if (next !== undefined) onEvent({ type: 'epoch', number: next.number, index: final.block.index });
      }
      if (mempool.size > 0) feed({ type: 'work_available', now: clock.now() });
    },
  });
  const sync = createSync({
    clock,
    network,
    finalIndex: () => toHeight(tree.finalIndex),
    apply: (page) => finals.applyPage(page),
    // Reading state passes every block that is not on disk yet, so running far ahead of the disk is slow, not fast.
    mayApply: () => tree.finalIndex - ledger.tip().index <= maxUnstoredInSync,
    blame: (peer, verdict, reason) => options.blame?.(peer, verdict, reason),
    nextId,
  });
  const receiver = createReceiver({
    crypto,
    parameters,
    checks,
    tree,
    finals,
    fetcher,
    sync,
    network,
    store: ledger,
    mempool,
    currentSlot: slots.now,
    head,
    now: () => clock.now(),
    feed,
    addEvidence,
    onOwnKey(view, signature) {
      // [5-two-processes] Signed by this node's key, above what it had signed when it started, and not by itself.
      if (secondSigner || view <= startWatermark || ownSignatures.has(signature)) return;
      secondSigner = true;
      feed({ type: 'clock_suspect', suspect: true, now: clock.now() });
      const sentence =
        'Another process signs with this validator key. This node signs nothing any more: stop one of the two.';
      onEvent({ type: 'second_signer', sentence });
    },
    ...(signer ? { ownKey: signer.publicKey } : {}),
  });

  function fatal(sentence: string): void {
    stop();
    onEvent({ type: 'fatal', sentence });
  }

  function feed(input: Input): void {
    if (!running) return;
    queue.push(input);
    if (draining) return;
    draining = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        for (const effect of core.step(next)) {
          if (!running) break;
          run(effect);
        }
      }
    } finally {
      draining = false;
    }
  }

  function run(effect: Effect): void {
    switch (effect.type) {
      case 'persist': {
        const bodies = effect.bodies.flatMap((hash) => tree.get(hash) ?? []);
        options.voteState?.write(effect.vote_state, bodies, effect.bodies);
        break;
      }
      case 'broadcast':
        withMessage(effect.message, (message) => network.broadcast(message));
        break;
      case 'send':
        withMessage(effect.message, (message) => network.sendToValidator(effect.to, message));
        break;
      case 'start_timer':
        cancelByTimer.get(effect.timer)?.();
        cancelByTimer.set(
          effect.timer,
          clock.at(effect.at, () => {
            cancelByTimer.delete(effect.timer);
            feed({ type: 'timer_fired', timer: effect.timer, now: clock.now() });
          }),
        );
        break;
      case 'stop_timer':
        cancelByTimer.get(effect.timer)?.();
        cancelByTimer.delete(effect.timer);
        break;
      case 'build_block': {
        const block = build(effect);
        feed({ type: 'block_built', view: effect.view, now: clock.now(), ...(block ? { block } : {}) });
        break;
      }
      case 'validate_block':
        validate(effect.block);
        break;
      case 'fetch_block': {
        const known = tree.get(effect.block);
        if (known !== undefined) feed({ type: 'block_fetched', block: known, now: clock.now() });
        else fetcher.fetch(effect.block);
        break;
      }
      case 'finalise':
        checks.remember(effect.certificate);
        finals.finalise(effect.block, effect.certificate);
        break;
      case 'catch_up':
        sync.catchUp(effect.from_index);
        break;
      case 'help_behind': {
        const page = ledger.page(toHeight(effect.final_index + 1), helpBlocks, pageBytes);
        if (page.blocks.length > 0) network.sendToValidator(effect.validator, { type: 'blocks', id: 0, ...page });
        break;
      }
      case 'report_evidence':
        addEvidence(effect.evidence);
        break;
      case 'refused':
        log(effect.reason, { rule: effect.rule, by: effect.by });
        break;
    }
  }

  /** The core names a block by its hash; peers need its body beside the proposal. */
  function withMessage(message: ConsensusMessage, deliver: (message: ReplicaMessage) => void): void {
    if (message.type === 'certificate') checks.remember(message.certificate);
    if (message.type === 'vote') ownSignatures.set(message.vote.signature, true);
    if (message.type !== 'proposal') {
      deliver(message);
      return;
    }
    ownSignatures.set(message.proposal.signature, true);
    const block = tree.get(message.proposal.block);
    if (block === undefined) return;
    deliver({ type: 'new_block', proposal: message.proposal, block, justify: message.justify });
  }

  function build(effect: Extract<Effect, { type: 'build_block' }>): Block | undefined {
    if (signer === undefined || vrf === undefined) return undefined;
    if (effect.parent !== tree.finalHash) tree.execute(effect.parent);
    const state = tree.stateAfter(effect.parent);
    if (state === undefined) {
      const missing = tree.missing(effect.parent);
      if (missing !== undefined) fetcher.fetch(missing);
      return undefined;
    }
    const evidence = evidencePool.pending();
    // Idle costs nothing: no drafting where there is nothing to add.
    if (!hasWork(context, state, effect.slot, mempool.size, evidence.length)) return undefined;
    const refused: TransactionId[] = [];
    const draft = draftBlock({
      context,
      state,
      parent: effect.parent,
      slot: effect.slot,
      round: effect.round,
      justifyView: effect.justify_view,
      proposer: signer.publicKey,
      candidates: mempool.candidates(state),
      evidence,
      vrfProof(alpha) {
        const proof = vrfProofs.get(alpha) ?? vrf.prove(alpha);
        vrfProofs.set(alpha, proof);
        return proof;
      },
      onRefused: (id) => refused.push(id),
    });
    if (refused.length > 0) mempool.review(refused, effect.slot);
    if (draft === undefined) return undefined;
    tree.add(draft.block, draft.executed);
    return draft.block;
  }

  function validate(hash: Hash): void {
    const block = tree.get(hash);
    if (block === undefined) {
      fetcher.fetch(hash);
      return;
    }
    const executed = tree.execute(hash);
    if (executed === undefined) {
      const missing = tree.missing(hash);
      if (missing !== undefined) fetcher.fetch(missing);
      receiver.validateLater(hash, validate);
      return;
    }
    const verdict = executed.ok ? { valid: true } : { valid: false, reason: executed.problem };
    feed({ type: 'block_validated', block: hash, now: clock.now(), ...verdict });
  }

  function addEvidence(evidence: Evidence): boolean {
    if (!evidencePool.add(evidence)) return false;
    onEvent({ type: 'evidence', evidence });
    network.broadcast({ type: 'evidence', evidence });
    feed({ type: 'work_available', now: clock.now() });
    return true;
  }

  function head(): Head {
    const epoch = readEpoch(finalState()).number;
    return { final_index: toHeight(tree.finalIndex), final_hash: tree.finalHash, epoch, view: finalView };
  }

  function stop(): void {
    running = false;
    slots.stop();
    fetcher.stop();
    sync.stop();
    for (const cancel of cancelByTimer.values()) cancel();
    cancelByTimer.clear();
    queue.length = 0;
  }

  /** [8-not-final-because] The nearest reason first: this node's own, then the others'. */
  function notFinalBecause(): string | undefined {
    const waits =
      mempool.size > 0 || evidencePool.pending().length > 0 || !tree.unfinal()[Symbol.iterator]().next().done;
    if (!waits) return undefined;
    if (secondSigner) return 'Another process signs with this validator key, so this node signs nothing.';
    if (suspect) return 'The clock of this machine differs too much from those of the other validators.';
    if (sync.progress().state === 'syncing') return 'This node is still fetching final blocks from its peers.';
    if (tree.finalIndex - ledger.tip().index >= 64) return 'The disk does not keep up: 64 final blocks are unwritten.';
    const silentMs = clock.now() - lastFinalAt;
    if (silentMs < 3 * parameters.slot_duration_ms) return undefined;
    const { validators } = readEpoch(finalState());
    const others = validators.filter(({ key }) => key !== signer?.publicKey).length;
    if (others === 0) return undefined;
    if (network.peers().length === 0) return 'No peer is connected, and validators elsewhere have to vote.';
    const since = `Nothing has become final for ${Math.floor(silentMs / 1000)} seconds.`;
    return `${since} ${core.describe().waiting_for ?? 'No leader has proposed a block.'}`;
  }

  return {
    start() {
      running = true;
      slots.start();
    },
    stop,
    receive: (peer, message) => (running ? receiver.receive(peer, message) : { relay: false, peer: 'fine' }),
    onPeer: (peer, theirs) => sync.onHead(peer, theirs),
    onPeerGone: (peer) => sync.onPeerGone(peer),
    submit(transactions, done) {
      mempool.add(transactions, (admissions) => {
        const fresh = transactions.filter((_, at) => {
          const admission = admissions[at];
          return admission?.kind === 'accepted' && !admission.known;
        });
        if (fresh.length > 0) {
          network.broadcast({ type: 'transactions', transactions: fresh });
          feed({ type: 'work_available', now: clock.now() });
        }
        done(admissions);
      });
    },
    setClockSuspect(next) {
      if (next === suspect) return;
      suspect = next;
      if (!secondSigner) feed({ type: 'clock_suspect', suspect, now: clock.now() });
    },
    head,
    status() {
      const slot = slots.now();
      const because = notFinalBecause();
      return {
        slot,
        slotEndsAt: slots.startOf(slot + 1),
        leader: core.leader(slot),
        epoch: readEpoch(finalState()).number,
        head: head(),
        storedIndex: ledger.tip().index,
        pending: mempool.size,
        unfinalBlocks: [...tree.unfinal()].length,
        sync: sync.progress(),
        consensus: core.describe(),
        ...(because === undefined ? {} : { notFinalBecause: because }),
      };
    },
    pendingEvidence: () => evidencePool.pending(),
  };
}
