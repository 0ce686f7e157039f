/**
 * Makes blocks final: in order, executed, handed to the store, announced when they are on disk. One rule: a block with
 * a finality certificate that does not execute here means that this node's database is wrong, and it stops.
 */
import type { Executed } from '../../ledger/block-execution.js';
import { readEpoch } from '../../ledger/state-keys.js';
import type { Block } from '../../ledger/values/block.js';
import type { Crypto } from '../../ledger/values/crypto.js';
import { hasStatedHash } from '../../ledger/values/decode-block.js';
import { evidenceRoot, transactionsRoot } from '../../ledger/values/identity.js';
import { type Height, toHeight } from '../../ledger/values/numbers.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { BlockTree } from './block-tree.js';
import { type Checkpoint, checkpointProblem } from './checkpoint.js';
import type { BlocksPage, FinalBlock, LedgerStore } from './ports.js';
import type { MessageChecks } from './verify-message.js';

export interface FinalBlocksOptions {
  readonly crypto: Crypto;
  readonly store: LedgerStore;
  readonly tree: BlockTree;
  readonly checks: MessageChecks;
  readonly checkpoint?: Checkpoint | undefined;
  readonly onFinal: (tip: Block, certificate: Certificate, epoch: EpochEntry) => void;
  readonly onStored: (finals: readonly FinalBlock[], certificate: Certificate) => void;
  readonly onMissing: (block: Hash) => void;
  readonly onFatal: (sentence: string) => void;
}

export interface FinalBlocks {
  /** The block and its ancestors are final by this certificate. Waits by itself for bodies that are missing. */
  finalise(block: Hash, certificate: Certificate): void;
  /** A body arrived. */
  retry(): void;
  /** Final blocks from a peer. Nothing of the page is believed before its certificates are checked. */
  applyPage(page: BlocksPage): Result<Height, string>;
  /** The body belongs to its header: what a hash says is what is executed. */
  bodyProblem(block: Block): string | undefined;
}

export function createFinalBlocks(options: FinalBlocksOptions): FinalBlocks {
  const { crypto, store, tree, checks, onFatal } = options;
  let waiting: { readonly block: Hash; readonly certificate: Certificate } | undefined;

  function finalise(block: Hash, certificate: Certificate): void {
    if (block === tree.finalHash || store.blockByHash(block) !== undefined) return;
    const missing = tree.missing(block);
    if (missing !== undefined) {
      waiting = { block, certificate };
      options.onMissing(missing);
      return;
    }
    waiting = undefined;
    const path = tree.pathFromFinal(block);
    if (path === undefined) return;
    const finals: FinalBlock[] = [];
    let epoch: EpochEntry | undefined;
    for (const one of path) {
      const other = checkpointProblem(options.checkpoint, one);
      if (other !== undefined) {
        onFatal(other);
        return;
      }
      const executed: Result<Executed, string> | undefined = tree.execute(one.hash);
      if (executed?.ok !== true) {
        onFatal(`Block ${one.index} is final, but this node's database gives another result: ${executed?.problem}`);
        return;
      }
      const { changes, receipts } = executed.value;
      epoch = executed.value.epoch;
      finals.push({ block: one, changes, receipts, ...(one.hash === block ? { certificate } : {}) });
    }
    const tip = path.at(-1);
    if (tip === undefined || epoch === undefined) return;
    for (const one of path) tree.markFinal(one.hash);
    // To the store before anyone hears of it: whoever hears may make the next block final at once.
    store.append(finals, () => {
      tree.markStored(tip.hash);
      options.onStored(finals, certificate);
    });
    options.onFinal(tip, certificate, epoch);
  }

  function bodyProblem(block: Block): string | undefined {
    if (!hasStatedHash(crypto, block)) return `the hash of block ${block.index} is not that of its header`;
    if (block.tx_root !== transactionsRoot(crypto, block.transactions))
      return 'the transactions are not those of tx_root';
    if (block.evidence_root !== evidenceRoot(crypto, block.evidence))
      return 'the evidence is not that of evidence_root';
    return undefined;
  }

  /** Blocks up to one with a certificate: all of them hang on it. */
  function applySegment(segment: readonly Block[], certificate: Certificate): string | undefined {
    let previous = { hash: tree.finalHash, index: tree.finalIndex };
    for (const block of segment) {
      if (block.prev_hash !== previous.hash || block.index !== previous.index + 1) {
        return `block ${block.index} does not follow block ${previous.index}`;
      }
      const problem = bodyProblem(block);
      if (problem !== undefined) return problem;
      previous = block;
    }
    const last = segment.at(-1)!;
    const state = tree.stateAfter(tree.finalHash);
    if (state === undefined) throw new Error('assertion: the state after the final block is at hand');
    if (certificate.phase !== 'commit' || certificate.epoch !== last.epoch || last.epoch !== readEpoch(state).number) {
      return `the certificate of block ${last.index} is not a finality certificate of its epoch`;
    }
    const checked = checks.certificate(certificate);
    if (checked !== 'good') return `the certificate of block ${last.index} does not hold`;
    for (const block of segment) tree.add(block);
    finalise(last.hash, certificate);
    // Not `===`: one finality may bring the next along, whose certificate was waiting for this block.
    return tree.finalIndex >= last.index ? undefined : `block ${last.index} could not be applied`;
  }

  return {
    finalise,
    retry() {
      if (waiting !== undefined) finalise(waiting.block, waiting.certificate);
    },
    applyPage({ blocks, finality }) {
      const certificateByBlock = new Map(finality.map((certificate) => [certificate.block, certificate]));
      let segment: Block[] = [];
      for (const block of blocks) {
        if (block.index <= tree.finalIndex) continue;
        segment.push(block);
        const certificate = certificateByBlock.get(block.hash);
        if (certificate === undefined) continue;
        const problem = applySegment(segment, certificate);
        if (problem !== undefined) return err(problem);
        segment = [];
      }
      if (segment.length > 0) return err('the page does not end with a finality certificate');
      return ok(toHeight(tree.finalIndex));
    },
    bodyProblem,
  };
}
