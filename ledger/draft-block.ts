/**
 * Makes the block that a leader may propose: as many candidates as apply and fit, in the order given. What it makes,
 * `executeBlock` accepts.
 */
import { applyEvidence } from './apply-evidence.js';
import { applyTransaction } from './apply-transaction.js';
import { type Executed, finishBlock, finishTree } from './block-execution.js';
import type { LedgerContext } from './context.js';
import { hasWork } from './has-work.js';
import { createOverlay } from './overlay.js';
import { readEpoch, readTip } from './state-keys.js';
import type { TransactionRefusal } from './transaction-refusals.js';
import { assert } from './values/assertion.js';
import type { Block, BlockHeader } from './values/block.js';
import { canonicalJson } from './values/canonical.js';
import {
  blockBytes,
  blockHash,
  blockText,
  evidenceRoot,
  hashText,
  transactionId,
  transactionsRoot,
} from './values/identity.js';
import { maxEvidencePerBlock } from './values/limits.js';
import { type Slot, toHeight, type View } from './values/numbers.js';
import { transactionBytes, vrfAlpha } from './values/signing.js';
import type { Receipt, StateReader } from './values/state.js';
import type { Hash, PublicKey, VrfProof } from './values/text.js';
import { utf8Length } from './values/text-forms.js';
import type { Transaction, TransactionId } from './values/transaction.js';
import type { Evidence } from './values/vote.js';

export interface Drafting {
  readonly context: LedgerContext;
  /** The state after the parent. Not changed. */
  readonly state: StateReader;
  readonly parent: Hash;
  readonly slot: Slot;
  readonly round: number;
  readonly justifyView: View;
  /** A member of the set that governs this block. */
  readonly proposer: PublicKey;
  /** Asked on the first block of a slot only, with the text to prove; the caller keeps the proof for its slot. */
  readonly vrfProof: (alpha: string) => VrfProof;
  readonly candidates: Iterable<Transaction>;
  readonly evidence: readonly Evidence[];
  /** Told of each candidate that does not apply here, also when no block comes of it; not of those that did not fit. */
  readonly onRefused?: (id: TransactionId, refusal: TransactionRefusal) => void;
}

export interface Draft {
  readonly block: Block;
  readonly executed: Executed;
}

/** Bytes kept for what the header gains after the transactions are chosen: roots, next epoch, VRF proof, work. */
const headerBytes = 2048;

/** @returns undefined when there is nothing to add. */
export function draftBlock(drafting: Drafting): Draft | undefined {
  const { context, state, slot, round, proposer } = drafting;
  const epoch = readEpoch(state);
  const tip = readTip(state);
  const overlay = createOverlay(state);
  let room = context.genesis.parameters.max_block_bytes - headerBytes;
  let burnt = 0;
  const evidence: Evidence[] = [];
  for (const one of drafting.evidence) {
    if (evidence.length === maxEvidencePerBlock) break;
    const bytes = utf8Length(canonicalJson(one)) + 1;
    if (bytes > room) break;
    const applied = applyEvidence(context, overlay, one);
    if (!applied.ok) continue;
    evidence.push(one);
    burnt += applied.value;
    room -= bytes;
  }
  const index = toHeight(tip.index + 1);
  let fees = 0;
  const transactions: Transaction[] = [];
  const receipts: Receipt[] = [];
  for (const transaction of drafting.candidates) {
    const bytes = transactionBytes(transaction) + 1;
    if (bytes > room) break;
    const applied = applyTransaction(context, overlay, transaction, { slot });
    if (!applied.ok) {
      drafting.onRefused?.(transactionId(context.crypto, transaction), applied.problem);
      continue;
    }
    receipts.push({ id: applied.value.id, index, position: transactions.length, slot });
    transactions.push(transaction);
    fees += applied.value.fee;
    room -= bytes;
  }
  if (!hasWork(context, state, slot, transactions.length, evidence.length)) return undefined;
  const proof = provedVrf(drafting);
  const finished = finishBlock(context, overlay, { slot, round, proposer, fees, vrfOutput: proof?.output });
  const stateRoot = finishTree(context, overlay);
  const header: BlockHeader = {
    version: 1,
    chain: context.chain,
    index,
    epoch: epoch.number,
    slot,
    round,
    prev_hash: drafting.parent,
    justify_view: drafting.justifyView,
    proposer,
    tx_root: transactionsRoot(context.crypto, transactions),
    evidence_root: evidenceRoot(context.crypto, evidence),
    state_root: stateRoot,
    validators_hash: epoch.validators_hash,
    ...(finished.nextEpoch === undefined ? {} : { next_epoch: finished.nextEpoch }),
    ...(proof === undefined ? {} : { vrf: proof.vrf }),
  };
  const block: Block = { ...withWork(context, header), transactions, evidence };
  assert(blockBytes(block) <= context.genesis.parameters.max_block_bytes, 'a drafted block is within its bytes');
  const changes = overlay.changes();
  const epochChanged = finished.nextEpoch !== undefined;
  return { block, executed: { changes, receipts, epoch: finished.epoch, epochChanged, burnt } };
}

function provedVrf({ context, state, slot, proposer, vrfProof }: Drafting) {
  if (readTip(state).vrf_slot === slot) return undefined;
  const { validators, nonce } = readEpoch(state);
  const member = validators.find(({ key }) => key === proposer);
  assert(member !== undefined, 'the proposer is a member of the set');
  const alpha = vrfAlpha(context.chain, nonce, slot);
  const vrf = vrfProof(alpha);
  const output = context.crypto.verifyVrf(member.vrf_key, alpha, vrf);
  assert(output !== undefined, 'the own VRF proof verifies');
  return { vrf, output };
}

/** Counts work up until the hash begins with as many zeros as genesis demands: at most five, a million tries or so. */
function withWork(context: LedgerContext, header: BlockHeader) {
  const { crypto, genesis } = context;
  const { difficulty } = genesis.parameters;
  if (difficulty === 0) return { ...header, hash: blockHash(crypto, header) };
  const zeros = '0'.repeat(difficulty);
  for (let work = 0; ; work += 1) {
    const worked = { ...header, work };
    const hash = hashText(crypto, blockText(worked));
    if (hash.startsWith(zeros, 2)) return { ...worked, hash };
  }
}
