/** Answers `build_block` and `validate_block`: drafting and executing, or asking peers for what that needs first. */
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { LedgerContext } from '../../ledger/context.js';
import { draftBlock } from '../../ledger/draft-block.js';
import { hasWork } from '../../ledger/has-work.js';
import { takesNewStake } from '../../ledger/stake-requests.js';
import { readQueue } from '../../ledger/state-keys.js';
import type { Block } from '../../ledger/values/block.js';
import type { Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { Hash, VrfProof } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { BlockTree } from './block-tree.js';
import { createBoundedMap } from './bounded-map.js';
import type { EvidencePool } from './evidence-pool.js';
import type { BlockFetcher } from './fetch-blocks.js';
import type { Clock, Mempool } from './ports.js';
import type { Receiver } from './receive.js';
import { maxRefusedInDraft, maxVrfProofs } from './replica-limits.js';

export interface BlockWorkOptions {
  readonly context: LedgerContext;
  /** Both or neither: an observer builds nothing. */
  readonly signer: Signer | undefined;
  readonly vrf: VrfProver | undefined;
  readonly clock: Clock;
  readonly tree: BlockTree;
  readonly fetcher: BlockFetcher;
  readonly mempool: Mempool;
  readonly evidencePool: EvidencePool;
  readonly validateLater: Receiver['validateLater'];
  readonly feed: (input: Input) => void;
}

export interface BlockWork {
  build(effect: Extract<Effect, { type: 'build_block' }>): void;
  validate(hash: Hash): void;
}

export function createBlockWork(options: BlockWorkOptions): BlockWork {
  const { context, signer, vrf, clock, tree, fetcher, mempool, evidencePool, feed } = options;
  const vrfProofs = createBoundedMap<string, VrfProof>(maxVrfProofs);

  function draft(effect: Extract<Effect, { type: 'build_block' }>): Block | undefined {
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
    function* candidates(): Iterable<Transaction> {
      for (const transaction of mempool.candidates(state!, () => takesStakes)) {
        if (refused.length === maxRefusedInDraft) return;
        yield transaction;
      }
    }
    let takesStakes = takesNewStake(readQueue(state));
    const drafted = draftBlock({
      context,
      state,
      parent: effect.parent,
      slot: effect.slot,
      round: effect.round,
      justifyView: effect.justify_view,
      proposer: signer.publicKey,
      candidates: candidates(),
      evidence,
      vrfProof(alpha) {
        const proof = vrfProofs.get(alpha) ?? vrf.prove(alpha);
        vrfProofs.set(alpha, proof);
        return proof;
      },
      onRefused(id, { code }) {
        refused.push(id);
        if (code === 'queue_full') takesStakes = false;
      },
    });
    if (refused.length > 0) mempool.review(refused, effect.slot);
    if (drafted === undefined) return undefined;
    tree.add(drafted.block, drafted.executed);
    return drafted.block;
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
      options.validateLater(hash, validate);
      return;
    }
    const verdict = executed.ok ? ({ valid: true } as const) : ({ valid: false, reason: executed.problem } as const);
    feed({ type: 'block_validated', block: hash, now: clock.now(), ...verdict });
  }

  return {
    build(effect) {
      const block = draft(effect);
      feed({ type: 'block_built', view: effect.view, now: clock.now(), ...(block ? { block } : {}) });
    },
    validate,
  };
}
