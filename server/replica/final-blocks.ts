/**
 * Makes blocks final: in order, executed, handed to the store, announced when they are on disk. One rule: a block with
 * a finality certificate that does not execute here means that this node's database is wrong, and it stops.
 */
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
import { maxBlocksInRun } from './replica-limits.js';
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
  /** @param moreFollow others come soon, so that these need not be on disk before. Default: no */
  applyPage(page: BlocksPage, moreFollow?: boolean): Result<Height, string>;
  /**
   * Executes some of a page that starts after the last final block, where many blocks of it hang on one certificate, once that is
   * checked. @returns false: more is to be executed in other turns, before `applyPage`
   */
  executeAhead(page: BlocksPage): boolean;
  /** By what a peer says: the blocks after the last final one up to this certificate's, which are fetched. @returns why that is a lie */
  follow(certificate: Certificate): string | undefined;
  /** The body belongs to its header: what a hash says is what is executed. */
  bodyProblem(block: Block): string | undefined;
}

/** Blocks of one epoch in a row, the last of which has a certificate. */
interface Run {
  readonly blocks: Block[];
  readonly certificates: Map<Hash, Certificate>;
}

export function createFinalBlocks(options: FinalBlocksOptions): FinalBlocks {
  const { crypto, store, tree, checks, onFatal } = options;
  let waiting: { readonly block: Hash; readonly certificate: Certificate } | undefined;

  /** @param certificates of ancestors, for whoever asks for them later */
  function finalise(
    block: Hash,
    certificate: Certificate,
    certificates?: ReadonlyMap<Hash, Certificate>,
    moreFollow = false,
  ): void {
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
    for (const one of path) {
      const other = checkpointProblem(options.checkpoint, one);
      if (other !== undefined) {
        onFatal(other);
        return;
      }
    }
    const tip = path.at(-1);
    if (tip === undefined) return;
    const executed = tree.executeFinal(path);
    if (!executed.ok) {
      const which = path.length === 1 ? `Block ${tip.index} is` : `Blocks ${path[0]?.index} to ${tip.index} are`;
      onFatal(`${which} final, but this node's database gives another result: ${executed.problem}`);
      return;
    }
    const finals: FinalBlock[] = path.map((one, at) => {
      const { changes, receipts } = executed.value[at]!;
      const own = one.hash === block ? certificate : certificates?.get(one.hash);
      return { block: one, changes, receipts, ...(own === undefined ? {} : { certificate: own }) };
    });
    const { epoch } = executed.value.at(-1)!;
    for (const one of path) tree.markFinal(one.hash);
    // To the store before anyone hears of it: whoever hears may make the next block final at once.
    const stored = (): void => {
      tree.markStored(tip.hash);
      options.onStored(finals, certificate);
    };
    store.append(finals, stored, moreFollow);
    options.onFinal(tip, certificate, epoch);
  }

  /** A page is looked at once a turn while it is executed. */
  const wholeBlocks = new WeakSet<Block>();

  function bodyProblem(block: Block): string | undefined {
    if (wholeBlocks.has(block)) return undefined;
    if (!hasStatedHash(crypto, block)) return `the hash of block ${block.index} is not that of its header`;
    if (block.tx_root !== transactionsRoot(crypto, block.transactions))
      return 'the transactions are not those of tx_root';
    if (block.evidence_root !== evidenceRoot(crypto, block.evidence))
      return 'the evidence is not that of evidence_root';
    wholeBlocks.add(block);
    return undefined;
  }

  /** Of blocks up to one with a certificate: all of them hang on it. `previous` is what they have to follow. */
  function segmentProblem(
    after: { readonly hash: Hash; readonly index: number },
    segment: readonly Block[],
    certificate: Certificate,
  ): string | undefined {
    let previous = after;
    for (const block of segment) {
      if (block.prev_hash !== previous.hash || block.index !== previous.index + 1) {
        return `block ${block.index} does not follow block ${previous.index}`;
      }
      const problem = bodyProblem(block);
      if (problem !== undefined) return problem;
      previous = block;
    }
    const { epoch, index } = segment.at(-1)!;
    if (certificate.epoch !== epoch)
      return `the certificate of block ${index} is not a finality certificate of its epoch`;
    return certificateProblem(certificate, `block ${index}`);
  }

  /** Of one for a block after the last final one, up to the end of the epoch. */
  function certificateProblem(certificate: Certificate, block: string): string | undefined {
    const state = tree.stateAfter(tree.finalHash);
    if (state === undefined) throw new Error('assertion: the state after the final block is at hand');
    if (certificate.phase !== 'commit' || certificate.epoch !== readEpoch(state).number) {
      return `the certificate of ${block} is not a finality certificate of its epoch`;
    }
    return checks.certificate(certificate) === 'good' ? undefined : `the certificate of ${block} does not hold`;
  }

  /** Of what is final already nothing follows: whoever answers with it has sync wait for nothing. */
  function staleProblem({ block }: Certificate): string | undefined {
    const known = tree.get(block) ?? store.blockByHash(block);
    if (known === undefined || known.index > tree.finalIndex) return undefined;
    return `sent the certificate of block ${known.index} where those after block ${tree.finalIndex} were asked for`;
  }

  /** Blocks that are proved. */
  function applyRun({ blocks, certificates }: Run, moreFollow: boolean): string | undefined {
    const last = blocks.at(-1);
    const certificate = last && certificates.get(last.hash);
    if (certificate === undefined) return undefined;
    for (const block of blocks) tree.add(block);
    finalise(last!.hash, certificate, certificates, moreFollow);
    // Not `===`: one finality may bring the next along, whose certificate was waiting for this block.
    return tree.finalIndex >= last!.index ? undefined : `block ${last!.index} could not be applied`;
  }

  return {
    finalise,
    retry() {
      if (waiting !== undefined) finalise(waiting.block, waiting.certificate);
    },
    applyPage({ blocks, finality }, moreFollow = false) {
      const certificateByBlock = new Map(finality.map((certificate) => [certificate.block, certificate]));
      let run: Run = { blocks: [], certificates: new Map() };
      let segment: Block[] = [];
      for (const block of blocks) {
        if (block.index <= tree.finalIndex) continue;
        segment.push(block);
        const certificate = certificateByBlock.get(block.hash);
        if (certificate === undefined) continue;
        const after = run.blocks.at(-1) ?? { hash: tree.finalHash, index: tree.finalIndex };
        const problem = segmentProblem(after, segment, certificate);
        if (problem !== undefined) return err(applyRun(run, false) ?? problem);
        run.blocks.push(...segment);
        run.certificates.set(block.hash, certificate);
        segment = [];
        // The set that has to have signed what comes after a closing block is known when that block is final.
        if (run.blocks.length < maxBlocksInRun && block.next_epoch === undefined) continue;
        const failed = applyRun(run, moreFollow || block !== blocks.at(-1));
        if (failed !== undefined) return err(failed);
        run = { blocks: [], certificates: new Map() };
      }
      const failed = applyRun(run, moreFollow);
      if (failed !== undefined) return err(failed);
      if (segment.length > 0) return err('the page does not end with a finality certificate');
      return ok(toHeight(tree.finalIndex));
    },
    executeAhead({ blocks, finality }) {
      const certificateByBlock = new Map(finality.map((certificate) => [certificate.block, certificate]));
      const end = blocks.findIndex(({ hash }) => certificateByBlock.has(hash));
      if (end < maxBlocksInRun) return true;
      const segment = blocks.slice(0, end + 1);
      const { hash } = segment.at(-1)!;
      // Whatever is wrong is found again and said where the page is applied.
      const after = { hash: tree.finalHash, index: tree.finalIndex };
      if (segmentProblem(after, segment, certificateByBlock.get(hash)!) !== undefined) return true;
      for (const block of segment) tree.add(block);
      return tree.executeSome(hash, maxBlocksInRun);
    },
    follow(certificate) {
      const problem = certificateProblem(certificate, `block ${certificate.block}`) ?? staleProblem(certificate);
      if (problem === undefined) finalise(certificate.block, certificate);
      return problem;
    },
    bodyProblem,
  };
}
