/**
 * What peers say. One rule: nothing reaches the core before its signatures and certificates are checked, and every
 * message gets a verdict: relay it or not, keep the peer or not.
 */

import type { Input } from '../../consensus/input.js';
import { swappedIn } from '../../consensus/on-proposal.js';
import { slotOfView } from '../../consensus/view.js';
import type { Block } from '../../ledger/values/block.js';
import type { Crypto } from '../../ledger/values/crypto.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { type Slot, toHeight, type View } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';
import type { Sync } from '../sync/sync-interface.js';
import type { BlockTree } from './block-tree.js';
import { createBoundedMap } from './bounded-map.js';
import type { BlockFetcher } from './fetch-blocks.js';
import type { FinalBlocks } from './final-blocks.js';
import { createPassOn } from './pass-on.js';
import type { Head, LedgerStore, Mempool, Network, PeerId, ReplicaMessage, Verdict } from './ports.js';
import { genesisCertificate } from './recover.js';
import {
  helpBlocks,
  maxHeldBytes,
  maxHeldMessages,
  maxSlotsAhead,
  maxUnfinalBlocks,
  pageBytes,
} from './replica-limits.js';
import type { Checked, MessageChecks } from './verify-message.js';

type MessageOf<Type extends ReplicaMessage['type']> = Extract<ReplicaMessage, { type: Type }>;

export interface ReceiverOptions {
  readonly crypto: Crypto;
  readonly parameters: Parameters;
  readonly checks: MessageChecks;
  readonly tree: BlockTree;
  readonly finals: FinalBlocks;
  readonly fetcher: BlockFetcher;
  readonly sync: Sync;
  readonly network: Network;
  readonly store: LedgerStore;
  readonly mempool: Mempool;
  readonly currentSlot: () => Slot;
  readonly now: () => number;
  readonly head: () => Head;
  readonly feed: (input: Input) => void;
  /** @returns whether it is new */
  readonly addEvidence: (evidence: Evidence) => boolean;
  /** Whether the disk follows closely enough for more final blocks. */
  readonly mayApply: () => boolean;
  /** See ReplicaOptions. */
  readonly checkAhead: (transactions: readonly Transaction[], urgent: boolean, then: () => void) => void;
}

export interface Receiver {
  receive(peer: PeerId, message: ReplicaMessage): Verdict;
  /** Messages of a later epoch may be checked now. */
  onNewEpoch(): void;
  /** Once more when a missing ancestor has arrived. */
  validateLater(block: Hash, validate: (block: Hash) => void): void;
}

/** A message of a later epoch. */
interface Held {
  readonly peer: PeerId;
  readonly message: ReplicaMessage;
  readonly bytes: number;
}

const relay: Verdict = { relay: true, peer: 'fine' };
const keep: Verdict = { relay: false, peer: 'fine' };
const ban = (reason: string): Verdict => ({ relay: false, peer: 'ban', reason });

export function createReceiver(options: ReceiverOptions): Receiver {
  const { parameters, checks, tree, finals, fetcher, sync, network, store, mempool, feed, now } = options;
  const held = createBoundedMap<string, Held>(maxHeldMessages, maxHeldBytes, ({ bytes }) => bytes);
  const validations = createBoundedMap<Hash, (block: Hash) => void>(maxUnfinalBlocks);

  /** undefined: go on. */
  function stopAt(checked: Checked, peer: PeerId, message: ReplicaMessage, key: string): Verdict | undefined {
    if (checked === 'good') return undefined;
    if (checked === 'forgotten') return keep;
    if (checked !== 'later') return ban(checked.bad);
    held.set(`${message.type} ${key}`, { peer, message, bytes: JSON.stringify(message).length });
    sync.catchUp(toHeight(tree.finalIndex + 1));
    return keep;
  }

  const passOn = createPassOn({
    maxTermSlots: parameters.max_term_slots,
    currentSlot: options.currentSlot,
    currentEpoch: () => options.head().epoch,
    isFinal: (block) => store.blockByHash(block) !== undefined,
  });
  const relayIf = (mayCount: boolean): Verdict => (mayCount ? relay : keep);
  const slotOf = (view: View): Slot => slotOfView(parameters, view);

  const tooFarAhead = (view: View): boolean =>
    slotOf(view) > options.currentSlot() + Math.max(maxSlotsAhead, parameters.max_term_slots);

  function onNewBlock(peer: PeerId, message: MessageOf<'new_block'>): Verdict {
    const { proposal, block, justify } = message;
    const swapped = swappedIn(proposal, block, justify);
    if (swapped !== undefined) return ban(swapped);
    if (tooFarAhead(proposal.view)) return keep;
    const stop =
      stopAt(checks.proposal(proposal), peer, message, proposal.signature) ??
      stopAt(checks.certificate(justify), peer, message, proposal.signature);
    if (stop !== undefined) return stop;
    // [7-whole] Of a block that is known too: whoever passes on another body under its name is taken for a liar.
    const problem = finals.bodyProblem(block);
    if (problem !== undefined) return ban(problem);
    keepBody(block);
    const verdict = relayIf(passOn.signed(proposal.epoch, slotOf(proposal.view)));
    options.checkAhead(block.transactions, true, () => {
      keepBody(block);
      feed({ type: 'proposal', proposal, block, justify, now: now() });
    });
    return verdict;
  }

  /** Also once more after its transactions were checked: a full tree may have forgotten it meanwhile, and to the core what it is told of is at hand. */
  function keepBody(block: Block): void {
    if (tree.get(block.hash) === undefined && tree.add(block)) arrived(block.hash);
  }

  /** A body is at hand: whatever waited for it goes on. */
  function arrived(hash: Hash): void {
    fetcher.forget(hash);
    finals.retry();
    for (const [block, validate] of waitingValidations()) {
      if (tree.missing(block) === undefined) {
        validations.delete(block);
        validate(block);
      }
    }
  }
  const waitingHashes = new Set<Hash>();
  function* waitingValidations(): Iterable<[Hash, (block: Hash) => void]> {
    for (const hash of [...waitingHashes]) {
      const validate = validations.get(hash);
      if (validate === undefined) waitingHashes.delete(hash);
      else yield [hash, validate];
    }
  }

  function onBlock(message: MessageOf<'block'>): Verdict {
    const { block } = message;
    if (block === null) {
      fetcher.onNone(message.id);
      return keep;
    }
    const problem = finals.bodyProblem(block);
    if (problem !== undefined) return ban(problem);
    if (!fetcher.onBlock(block.hash) || !tree.add(block)) return keep;
    arrived(block.hash);
    options.checkAhead(block.transactions, true, () => {
      keepBody(block);
      feed({ type: 'block_fetched', block, now: now() });
    });
    return keep;
  }

  function onBlocks(peer: PeerId, message: MessageOf<'blocks'>): Verdict {
    if (sync.onBlocks(peer, message.id, message)) return keep;
    if (message.id !== 0 || message.blocks[0] === undefined) return keep;
    // Help that nobody asked for: taken where it fits.
    if (message.blocks[0].index > tree.finalIndex + 1 || !options.mayApply()) return keep;
    const applied = finals.applyPage(message);
    return applied.ok ? keep : ban(applied.problem);
  }

  function onVote(peer: PeerId, message: MessageOf<'vote'>): Verdict {
    const { vote } = message;
    if (tooFarAhead(vote.view)) return keep;
    const stop = stopAt(checks.vote(vote), peer, message, vote.signature);
    if (stop !== undefined) return stop;
    const verdict = relayIf(passOn.signed(vote.epoch, slotOf(vote.view)));
    feed({ type: 'vote', vote, now: now() });
    return verdict;
  }

  function onCertificate(peer: PeerId, message: MessageOf<'certificate'>): Verdict {
    const { certificate } = message;
    const stop = stopAt(checks.certificate(certificate), peer, message, `${certificate.view} ${certificate.block}`);
    if (stop !== undefined) return stop;
    const verdict = relayIf(passOn.certificate(certificate));
    feed({ type: 'certificate', certificate, now: now() });
    return verdict;
  }

  function onNewView(peer: PeerId, message: MessageOf<'new_view'>): Verdict {
    const { new_view, lock } = message;
    if (new_view.slot > options.currentSlot() + maxSlotsAhead) return keep;
    const stop =
      stopAt(checks.newView(new_view), peer, message, new_view.validator) ??
      (lock && stopAt(checks.certificate(lock), peer, message, new_view.validator));
    if (stop !== undefined) return stop;
    const verdict = relayIf(passOn.signed(new_view.epoch, new_view.slot));
    feed({ type: 'new_view', new_view, now: now(), ...(lock ? { lock } : {}) });
    return verdict;
  }

  function onEvidence(message: MessageOf<'evidence'>): Verdict {
    const checked = checks.evidence(message.evidence);
    if (checked === 'later' || checked === 'forgotten') return keep;
    if (checked !== 'good') return ban(checked.bad);
    // addEvidence tells everyone itself.
    options.addEvidence(message.evidence);
    return keep;
  }

  function receive(peer: PeerId, message: ReplicaMessage): Verdict {
    switch (message.type) {
      case 'new_block':
        return onNewBlock(peer, message);
      case 'vote':
        return onVote(peer, message);
      case 'certificate':
        return onCertificate(peer, message);
      case 'new_view':
        return onNewView(peer, message);
      case 'transactions':
        return onTransactions(peer, message);
      case 'evidence':
        return onEvidence(message);
      case 'get_blocks': {
        const page = store.page(message.from_index, Math.min(message.count, helpBlocks), pageBytes);
        network.send(peer, { type: 'blocks', id: message.id, ...page });
        return keep;
      }
      case 'blocks':
        return onBlocks(peer, message);
      case 'get_block': {
        const block = tree.get(message.hash) ?? store.blockByHash(message.hash) ?? null;
        network.send(peer, { type: 'block', id: message.id, block });
        return keep;
      }
      case 'block':
        return onBlock(message);
      case 'get_certificate': {
        const certificate =
          message.block === store.blockByIndex(toHeight(0))?.hash
            ? genesisCertificate(message.block)
            : (store.certificate(message.block) ?? null);
        network.send(peer, { type: 'certificate_answer', id: message.id, certificate });
        return keep;
      }
      case 'certificate_answer':
        return message.certificate === null
          ? keep
          : ({ ...receive(peer, { type: 'certificate', certificate: message.certificate }), relay: false } as Verdict);
      case 'ping':
      case 'pong':
        // The network port answers pings itself, because it measures the time they take.
        sync.onHead(peer, message.head);
        return keep;
    }
  }

  /** Relayed by this node itself, once, when they are accepted; a relay before the check would carry anything. */
  function onTransactions(peer: PeerId, { transactions }: MessageOf<'transactions'>): Verdict {
    mempool.addCopies(transactions, (fresh) => {
      network.relay(peer, { type: 'transactions', transactions: fresh });
      feed({ type: 'work_available', now: now() });
    });
    return keep;
  }

  return {
    receive,
    onNewEpoch() {
      const waited = [...held.entries()];
      // What is of a later epoch still is held again; the others have had their turn.
      for (const [key] of waited) held.delete(key);
      for (const [, { peer, message }] of waited) receive(peer, message);
    },
    validateLater(block, validate) {
      waitingHashes.add(block);
      validations.set(block, validate);
    },
  };
}
