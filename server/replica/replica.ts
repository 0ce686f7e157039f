/**
 * The driver of the consensus core: turns messages, time and disks into inputs and carries effects out. It works through
 * ports only, so that a simulator runs the very same code in virtual time. This file joins the parts; one rule: what
 * happens first reaches the core first (see input-queue.ts).
 */
import { createConsensus } from '../../consensus/consensus.js';
import type { Input } from '../../consensus/input.js';
import { silenceAfterLoss } from '../../consensus/silence.js';
import type { LedgerContext } from '../../ledger/context.js';
import { readCertifyingSet, readEpoch, readValidator } from '../../ledger/state-keys.js';
import { toHeight, toView } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';
import { createSync } from '../sync/sync.js';
import { createBlockTree } from './block-tree.js';
import { createBlockWork } from './block-work.js';
import { createEvidencePool } from './evidence-pool.js';
import { createBlockFetcher } from './fetch-blocks.js';
import { createFinalBlocks } from './final-blocks.js';
import { createInputQueue } from './input-queue.js';
import { clockBehind, notFinalBecause } from './not-final-because.js';
import { createOwnSignatures } from './own-signatures.js';
import type { Admission, Head } from './ports.js';
import { createReceiver } from './receive.js';
import { recover } from './recover.js';
import type { Replica, ReplicaOptions, ReplicaStatus } from './replica-interface.js';
import { maxUnstoredInSync, slotsUntilOld } from './replica-limits.js';
import { createEffectRunner } from './run-effect.js';
import { createSlotClock } from './slot-clock.js';
import { createTellLeader } from './tell-leader.js';
import { createTimers } from './timers.js';
import { createMessageChecks } from './verify-message.js';
import { createWaitingSince } from './waiting-since.js';

export function createReplica(options: ReplicaOptions): Replica {
  const { genesis, genesisHash, chain, crypto, signer, vrf, clock, network, ledger, mempool, onEvent } = options;
  const { parameters } = genesis;
  const { isKnownGood, checkAhead = (_, __, then) => then() } = options;
  const context: LedgerContext = { genesis, genesisHash, chain, crypto, ...(isKnownGood ? { isKnownGood } : {}) };
  const log = options.log ?? (() => {});
  const recoveredVoteState = signer && options.voteState?.read();

  const room = {
    kept: () => core.keptBodies(),
    onForgotten: (block: Hash) => feed({ type: 'block_forgotten', block, now: clock.now() }),
  };
  const tree = createBlockTree(context, ledger, room, options.execute);
  const evidencePool = createEvidencePool();
  const { checkpoint } = options;
  let suspect = false;
  let secondSigner = false;
  let sawConflict = false;
  /** [7-checkpoint] Until it has the block that it was told of, it may be on another chain, and signs nothing. */
  let isBeforeCheckpoint = signer !== undefined && checkpoint !== undefined && ledger.tip().index < checkpoint.index;
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
    waiting.look();
    // Whoever hears of it looks at the clock: a slot by a clock in doubt is none.
    onEvent({ type: 'slot', slot, leader: core.leader(slot) });
    if (!suspect) feed({ type: 'slot_started', slot, now: clock.now() });
    tellLeader(core.leader(slot));
  });
  const recovered = recover(ledger, genesisHash, recoveredVoteState, signer?.publicKey, slots.now(), parameters);
  // Up to here this key may have signed before; with the vote state lost, up to the end of the silence.
  const { voteState: before, voteStateLost: lost } = recovered;
  const signedUpTo = lost ? silenceAfterLoss(parameters, lost.clockSlot) : (before?.watermark.view ?? toView(0));
  const own = (options.createOwnSignatures ?? createOwnSignatures)(signedUpTo);
  const core = (options.createCore ?? createConsensus)(
    {
      chain,
      genesisTime: genesis.genesis_time,
      parameters,
      hasher: crypto,
      ...(signer ? { signer, onSigned: own.note } : {}),
    },
    recovered,
  );
  const inputs = createInputQueue(core.step, (effect) => run(effect));
  const timers = createTimers(clock, (timer) => feed({ type: 'timer_fired', timer, now: clock.now() }));
  for (const block of recoveredVoteState?.bodies ?? []) tree.add(block);

  const checks = createMessageChecks({
    crypto,
    chain,
    genesisHash,
    epoch: (number) => readCertifyingSet(finalState(), number),
    currentEpoch: () => readEpoch(finalState()).number,
    ownKey: signer?.publicKey,
    onOwnKey(view, signature) {
      // [5-two-processes] By its key, later than it may have signed when it started, and not by itself.
      if (secondSigner || !own.isForeign(view, signature)) return;
      secondSigner = true;
      feedSilence();
      const sentence =
        'Another process signs with this validator key, or its vote state is an old copy. This node signs nothing any more: ' +
        'stop the other process, or see docs/OPERATING.md, a lost or damaged vote state.';
      onEvent({ type: 'second_signer', sentence });
    },
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
    checkpoint,
    onMissing: (hash) => fetcher.fetch(hash),
    onFatal: fatal,
    onFinal(tip, certificate, epoch) {
      lastFinalAt = clock.now();
      finalView = certificate.view;
      evidencePool.forgetFinal(tip.evidence);
      feed({ type: 'final_advanced', tip, certificate, epoch, now: clock.now() });
      if (isBeforeCheckpoint && tip.index >= checkpoint!.index) {
        isBeforeCheckpoint = false;
        feedSilence();
      }
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
  /** Each block that is not on disk yet is kept in memory with what it changed. */
  const mayApply = (): boolean => tree.finalIndex - ledger.tip().index <= maxUnstoredInSync;
  const sync = createSync({
    clock,
    network,
    finalIndex: () => toHeight(tree.finalIndex),
    apply: (page, moreFollow) => finals.applyPage(page, moreFollow),
    executeAhead: (page) => finals.executeAhead(page),
    follow: (certificate) => finals.follow(certificate),
    prepare: ({ blocks }, then) => {
      checkAhead(
        blocks.flatMap(({ transactions }) => transactions),
        false,
        then,
      );
    },
    mayApply,
    isOld: ({ slot }) => slot + slotsUntilOld < slots.now(),
    ...(options.isVouchedFor ? { isVouchedFor: options.isVouchedFor } : {}),
    ...(options.isAgreed ? { isAgreed: options.isAgreed } : {}),
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
    mayApply,
    checkAhead,
  });
  const work = createBlockWork({
    context,
    signer,
    vrf,
    clock,
    tree,
    fetcher,
    mempool,
    evidencePool,
    validateLater: receiver.validateLater,
    feed,
  });
  const tellLeader = createTellLeader({
    network,
    ownKey: signer?.publicKey,
    evidence: evidencePool.pending,
    transactions: () => mempool.candidates(finalState()),
  });
  const waitsOtherwise = (): boolean =>
    evidencePool.pending().length > 0 || !tree.unfinal()[Symbol.iterator]().next().done;
  const waiting = createWaitingSince({
    now: () => clock.now(),
    transactions: () => mempool.candidates(finalState()),
    waitsOtherwise,
  });
  const run = createEffectRunner({
    clock,
    network,
    voteState: options.voteState,
    ledger,
    tree,
    checks,
    fetcher,
    finals,
    sync,
    timers,
    work,
    feed,
    addEvidence,
    onConflict,
    log,
  });

  function feed(input: Input): void {
    inputs.feed(input);
  }

  /** To the core, a clock that is not to be trusted stands for whatever else keeps this node from signing. */
  function feedSilence(): void {
    const silent = suspect || secondSigner || isBeforeCheckpoint;
    feed({ type: 'clock_suspect', suspect: silent, now: clock.now() });
  }

  function signsNothingBecause(): string | undefined {
    if (secondSigner)
      return 'Another process signs with this validator key, or its vote state is an old copy: this node signs nothing.';
    if (!isBeforeCheckpoint) return undefined;
    return `This node signs nothing before it has block ${checkpoint!.index} of --checkpoint.`;
  }

  function fatal(sentence: string): void {
    stop();
    onEvent({ type: 'fatal', sentence });
  }

  /** [5-conflicting-finality] No node can mend it, so people have to hear of it. */
  function onConflict(): void {
    if (sawConflict) return;
    sawConflict = true;
    const sentence =
      'A block is final elsewhere that contradicts the final blocks here: validators with more than a third of the stake signed on ' +
      'both sides, or this ledger is wrong. Rely on no payment until its operators agree; see docs/TROUBLESHOOTING.md, two chains.';
    onEvent({ type: 'conflicting_finality', sentence });
  }

  function addEvidence(evidence: Evidence): boolean {
    const { epoch, validator } = evidence.first;
    const state = finalState();
    // [3-evidence-age] The set before the running one is known for longer than evidence of it counts.
    if (epoch + parameters.unbonding_epochs < readEpoch(state).number) return false;
    if (readValidator(state, validator)?.slashed_epochs.includes(epoch) || !evidencePool.add(evidence)) return false;
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
    inputs.stop();
    slots.stop();
    fetcher.stop();
    sync.stop();
    timers.stopAll();
  }

  function status(): ReplicaStatus {
    const slot = slots.now();
    const epoch = readEpoch(finalState());
    const because = signsNothingBecause();
    const consensus = { ...core.describe(), ...(because === undefined ? {} : { waiting_for: because }) };
    const unfinal = [...tree.unfinal()].length;
    const othersWait = waitsOtherwise();
    const onlyGap = othersWait ? undefined : mempool.onlyGaps();
    const tip = ledger.tip();
    const notFinal = notFinalBecause({
      waits: mempool.size > 0 || othersWait,
      onlyGap,
      silentMs: clock.now() - lastFinalAt,
      signsNothing: because,
      clockSuspect: suspect,
      clockBehind: clockBehind(tip.slot, slots.startOf(tip.slot) - clock.now(), parameters.slot_duration_ms),
      sync: sync.progress().state,
      unstored: tree.finalIndex - tip.index,
      waitedMs: waiting.waitedMs(lastFinalAt),
      slotDurationMs: parameters.slot_duration_ms,
      validators: epoch.validators,
      named: genesis.validators,
      ownKey: signer?.publicKey,
      peers: network.peers().length,
      waitingFor: consensus.waiting_for,
    });
    return {
      slot,
      slotEndsAt: slots.startOf(slot + 1),
      leader: core.leader(slot),
      epoch: epoch.number,
      head: head(),
      storedIndex: tip.index,
      pending: mempool.size,
      unfinalBlocks: unfinal,
      sync: sync.progress(),
      clockSuspect: suspect,
      onlyGaps: onlyGap !== undefined,
      consensus,
      ...(notFinal === undefined ? {} : { notFinalBecause: notFinal }),
    };
  }

  function submit(transactions: readonly Transaction[], done: (admissions: readonly Admission[]) => void): void {
    const workAvailable = (): void => feed({ type: 'work_available', now: clock.now() });
    let fresh: readonly Transaction[] = [];
    // Peers are told when it is on disk: whoever has just been paid pays on, and they need a moment to have that payment on theirs.
    const answered = (admissions: readonly Admission[]): void => {
      if (fresh.length > 0) {
        network.broadcast({ type: 'transactions', transactions: fresh });
        workAvailable();
      }
      done(admissions);
    };
    mempool.add(transactions, answered, (taken) => {
      fresh = taken;
      // A leader proposes what comes alone while it is written. Where others wait, those that a write brings to disk together
      // go together: fewer and fuller blocks.
      if (mempool.size === taken.length) workAvailable();
    });
  }

  return {
    start() {
      inputs.start();
      if (suspect || isBeforeCheckpoint) feedSilence();
      slots.start();
    },
    stop,
    receive: (peer, message) => (inputs.running ? receiver.receive(peer, message) : { relay: false, peer: 'fine' }),
    onPeer: (peer, theirs) => sync.onHead(peer, theirs),
    onPeerGone: (peer) => sync.onPeerGone(peer),
    submit,
    setClockSuspect(next) {
      if (next === suspect) return;
      suspect = next;
      feedSilence();
      if (suspect) return;
      slots.setBack();
      feed({ type: 'slot_started', slot: slots.now(), now: clock.now() });
    },
    head,
    status,
    pendingEvidence: () => evidencePool.pending(),
  };
}
