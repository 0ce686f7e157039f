/**
 * Checks a block against the state it extends and says what it changes. Everything that follows from the parent's state
 * and hash is checked here; who leads the slot and who voted is the business of consensus.
 */
import { applyEvidence } from './apply-evidence.js';
import { applyTransaction } from './apply-transaction.js';
import { type Executed, finishBlock, finishTree } from './block-execution.js';
import { type BlockProblem, blockProblem } from './block-problem.js';
import type { LedgerContext } from './context.js';
import { hasWork } from './has-work.js';
import { createOverlay, type Overlay } from './overlay.js';
import { readEpoch, readTip } from './state-keys.js';
import { assert } from './values/assertion.js';
import type { Block, NextEpoch } from './values/block.js';
import { blockBytes, blockHash, evidenceRoot, transactionsRoot } from './values/identity.js';
import { toView } from './values/numbers.js';
import { ok, type Result } from './values/result.js';
import { vrfAlpha } from './values/signing.js';
import type { Receipt, SetMember, StateReader } from './values/state.js';
import type { Hash } from './values/text.js';

export interface Execution {
  readonly context: LedgerContext;
  /** The state after the parent. Not changed. */
  readonly state: StateReader;
  /** The parent's hash: the state cannot hold the hash of the block that covers it. */
  readonly parent: Hash;
  /** Already decoded: its form is good and its `hash` is recomputed. */
  readonly block: Block;
}

export function executeBlock(execution: Execution): Result<Executed, BlockProblem> {
  const { context, state, block } = execution;
  const overlay = createOverlay(state);
  const executed = executeContent(execution, overlay);
  if (!executed.ok) return executed;
  const stateRoot = finishTree(context, overlay);
  if (block.state_root !== stateRoot) return wrongRoot(stateRoot);
  return executed;
}

/**
 * Blocks in a row that are final by a certificate of the last: the root of the last vouches for the state after all of them, so
 * the tree is brought up to date once. PROTOCOL [7-run]
 */
export interface FinalRun {
  readonly context: LedgerContext;
  /** The state after the first block's parent. Not changed. */
  readonly state: StateReader;
  /** The first block's parent. */
  readonly parent: Hash;
  readonly blocks: readonly Block[];
}

/** @returns what each block came to; all that changed in the tree is with the last. */
export function executeFinalRun(run: FinalRun): Result<readonly Executed[], BlockProblem> {
  const { context, blocks } = run;
  const all = createOverlay(run.state);
  const executedAll: Executed[] = [];
  let { parent } = run;
  for (const block of blocks) {
    const overlay = createOverlay(all);
    const executed = executeContent({ context, state: all, parent, block }, overlay);
    if (!executed.ok) return executed;
    executedAll.push(executed.value);
    all.absorb(executed.value.changes);
    parent = block.hash;
  }
  const last = executedAll.pop();
  assert(last !== undefined, 'a run has a block');
  const stateRoot = finishTree(context, all);
  if (blocks.at(-1)?.state_root !== stateRoot) return wrongRoot(stateRoot);
  const { entries } = last.changes;
  return ok([...executedAll, { ...last, changes: { entries, nodes: all.changes().nodes } }]);
}

const wrongRoot = (stateRoot: Hash) => blockProblem('state_root', `Execution gives the state root ${stateRoot}.`);

/** Everything but the state tree. */
function executeContent(
  { context, state, parent, block }: Execution,
  overlay: Overlay,
): Result<Executed, BlockProblem> {
  const header = headerProblem(context, state, parent, block);
  if (header !== undefined) return header;
  const vrf = checkVrf(context, state, block);
  if (!vrf.ok) return vrf;
  if (!hasWork(context, state, block.slot, block.transactions.length, block.evidence.length)) {
    return blockProblem('empty', 'The block has nothing to add.');
  }
  const applied = applyAll(context, overlay, block);
  if (!applied.ok) return applied;
  const { receipts, burnt, fees } = applied.value;
  const { slot, round, proposer } = block;
  const finished = finishBlock(context, overlay, { slot, round, proposer, fees, vrfOutput: vrf.value });
  if (!sameNextEpoch(block.next_epoch, finished.nextEpoch)) {
    return blockProblem('next_epoch', 'The block states another next epoch than its execution gives.');
  }
  const { epoch, nextEpoch } = finished;
  return ok({ changes: overlay.changes(), receipts, epoch, epochChanged: nextEpoch !== undefined, burnt });
}

/** What follows from the parent without executing anything. */
function headerProblem(context: LedgerContext, state: StateReader, parent: Hash, block: Block) {
  const { parameters } = context.genesis;
  const tip = readTip(state);
  const epoch = readEpoch(state);
  const { slot, round } = block;
  if (block.version !== 1) return blockProblem('version', 'The block is of a version that is not known.');
  if (block.chain !== context.chain) return blockProblem('chain', 'The block is of another chain.');
  if (block.index !== tip.index + 1) return blockProblem('index', `The next block has index ${tip.index + 1}.`);
  if (block.prev_hash !== parent) return blockProblem('prev_hash', `The block before is ${parent}.`);
  if (block.epoch !== epoch.number) return blockProblem('epoch', `The set of epoch ${epoch.number} makes this block.`);
  if (slot < tip.slot || (slot === tip.slot && round <= tip.round) || round >= parameters.rounds_per_slot) {
    return blockProblem('slot', `A block must be later than slot ${tip.slot}, round ${tip.round}.`);
  }
  const view = toView(slot * parameters.rounds_per_slot + round);
  if (!Number.isSafeInteger(view)) return blockProblem('slot', 'The slot is too far ahead.');
  if (block.justify_view >= view) {
    return blockProblem('justify_view', 'The block is justified by a view that is not before its own.');
  }
  if (block.validators_hash !== epoch.validators_hash) {
    return blockProblem('validators_hash', 'The block names another validator set.');
  }
  if (memberOf(epoch.validators, block) === undefined) {
    return blockProblem('proposer', 'The proposer is not in the validator set.');
  }
  return contentProblem(context, block);
}

function contentProblem(context: LedgerContext, block: Block) {
  const { crypto } = context;
  const { max_block_bytes, difficulty } = context.genesis.parameters;
  if (block.tx_root !== transactionsRoot(crypto, block.transactions)) {
    return blockProblem('tx_root', 'The transactions are not those that tx_root names.');
  }
  if (block.evidence_root !== evidenceRoot(crypto, block.evidence)) {
    return blockProblem('evidence_root', 'The evidence is not that which evidence_root names.');
  }
  if (blockBytes(block) > max_block_bytes) {
    return blockProblem('too_large', `A block has at most ${max_block_bytes} bytes.`);
  }
  if ((block.work !== undefined) !== difficulty > 0) {
    return blockProblem('work', 'Work stands in a block exactly where genesis sets a difficulty.');
  }
  const hash = blockHash(crypto, block);
  if (block.hash !== hash) return blockProblem('hash', `The hash of the header is ${hash}.`);
  if (!hash.startsWith('0'.repeat(difficulty), 2)) {
    return blockProblem('work', `The hash must begin with ${difficulty} zero digits.`);
  }
  return undefined;
}

/** The output of the proof, which must be there exactly on the first block of a slot. PROTOCOL section 4. */
function checkVrf(context: LedgerContext, state: StateReader, block: Block): Result<string | undefined, BlockProblem> {
  const needed = readTip(state).vrf_slot !== block.slot;
  if ((block.vrf !== undefined) !== needed) {
    return blockProblem(
      'vrf',
      needed ? 'The first block of a slot needs a VRF proof.' : 'Only the first block of a slot has a VRF proof.',
    );
  }
  if (block.vrf === undefined) return ok(undefined);
  const epoch = readEpoch(state);
  const { vrf_key } = memberOf(epoch.validators, block)!;
  const output = context.crypto.verifyVrf(vrf_key, vrfAlpha(context.chain, epoch.nonce, block.slot), block.vrf);
  return output === undefined ? blockProblem('vrf', 'The VRF proof does not verify.') : ok(output);
}

interface AppliedAll {
  readonly receipts: readonly Receipt[];
  readonly burnt: number;
  readonly fees: number;
}

function applyAll(context: LedgerContext, overlay: Overlay, block: Block): Result<AppliedAll, BlockProblem> {
  let burnt = 0;
  for (const [position, evidence] of block.evidence.entries()) {
    const applied = applyEvidence(context, overlay, evidence);
    if (!applied.ok) return blockProblem('evidence', `Evidence ${position}: ${applied.problem.detail}`);
    burnt += applied.value;
  }
  let fees = 0;
  const receipts: Receipt[] = [];
  const { index, slot } = block;
  for (const [position, transaction] of block.transactions.entries()) {
    const applied = applyTransaction(context, overlay, transaction, { slot });
    if (!applied.ok) return blockProblem('transaction', `Transaction ${position}: ${applied.problem.detail}`);
    fees += applied.value.fee;
    receipts.push({ id: applied.value.id, index, position, slot });
  }
  return ok({ receipts, burnt, fees });
}

function memberOf(validators: readonly SetMember[], block: Block): SetMember | undefined {
  return validators.find(({ key }) => key === block.proposer);
}

function sameNextEpoch(a: NextEpoch | undefined, b: NextEpoch | undefined): boolean {
  return a?.number === b?.number && a?.validators_hash === b?.validators_hash && a?.nonce === b?.nonce;
}
