/** What names things: ids, block hashes and roots. Every one is SHA-256 of a text that anyone can write down again. */
import type { Block, BlockHeader } from './block.js';
import { canonicalJson } from './canonical.js';
import type { Hasher } from './crypto.js';
import { domainText } from './domain.js';
import { keptWith } from './kept.js';
import { merkleRoot } from './merkle.js';
import type { Epoch } from './numbers.js';
import { transactionBytes, transactionJson, transactionSigningText } from './signing.js';
import type { SetMember } from './state.js';
import type { Hash, PublicKey } from './text.js';
import { utf8Length } from './text-forms.js';
import type { Transaction, TransactionBody, TransactionId } from './transaction.js';
import { keptTexts } from './transaction-texts.js';
import type { Evidence } from './vote.js';

/** `0x` and the SHA-256 of a text. */
export function hashText(hasher: Hasher, text: string): Hash {
  return `0x${hasher.sha256Hex(text)}`;
}

/** Hash of the signing text: two signatures over one body give one id. PROTOCOL section 3. */
export function transactionId(hasher: Hasher, transaction: TransactionBody | Transaction): TransactionId {
  const kept = keptTexts(transaction);
  if (kept === undefined) return hashText(hasher, transactionSigningText(transaction));
  if (kept.id === undefined || kept.hasher !== hasher) {
    kept.id = hashText(hasher, transactionSigningText(transaction));
    kept.hasher = hasher;
  }
  return kept.id;
}

/** Only the header's own fields, whatever else the object carries (`hash`, `transactions`, …). */
function headerOf(block: BlockHeader): BlockHeader {
  const { version, chain, index, epoch, slot, round, prev_hash, justify_view, proposer } = block;
  const { tx_root, evidence_root, state_root, validators_hash, next_epoch, vrf, work } = block;
  return {
    version,
    chain,
    index,
    epoch,
    slot,
    round,
    prev_hash,
    justify_view,
    proposer,
    tx_root,
    evidence_root,
    state_root,
    validators_hash,
    ...(next_epoch === undefined ? {} : { next_epoch }),
    ...(vrf === undefined ? {} : { vrf }),
    ...(work === undefined ? {} : { work }),
  };
}

/** The text whose SHA-256 is the block's hash. */
export function blockText(header: BlockHeader): string {
  return domainText('block', headerOf(header));
}

/** Hash of the header's fields; a whole block may be given. Genesis alone is named otherwise: see genesis.ts. */
export function blockHash(hasher: Hasher, header: BlockHeader): Hash {
  const kept = keptWith(header);
  kept.hash ??= hashText(hasher, blockText(header));
  return kept.hash as Hash;
}

/** Hash of a validator set, which must be sorted by key. */
export function validatorsHash(hasher: Hasher, members: readonly SetMember[]): Hash {
  const set = members.map(({ key, vrf_key, owner, stake }) => ({ key, vrf_key, owner, stake }));
  return hashText(hasher, domainText('validators', set));
}

/** Root over the canonical JSON of the transactions with their signatures, in the order of the block. */
export function transactionsRoot(hasher: Hasher, transactions: readonly Transaction[]): Hash {
  const kept = keptWith(transactions);
  kept.hash ??= merkleRoot(hasher, transactions.map(transactionJson));
  return kept.hash as Hash;
}

export function evidenceRoot(hasher: Hasher, evidence: readonly Evidence[]): Hash {
  const kept = keptWith(evidence);
  kept.hash ??= merkleRoot(hasher, evidence.map(canonicalJson));
  return kept.hash as Hash;
}

/** Bytes of a block's canonical JSON: what `max_block_bytes` bounds. */
export function blockBytes(block: Block): number {
  const kept = keptWith(block);
  kept.bytes ??= countBytes(block);
  return kept.bytes;
}

function countBytes(block: Block): number {
  const { transactions, evidence, ...rest } = block;
  let bytes = utf8Length(canonicalJson({ ...rest, evidence, transactions: [] }));
  for (const transaction of transactions) bytes += transactionBytes(transaction) + 1;
  return bytes - (transactions.length > 0 ? 1 : 0);
}

/** Who signed both halves of the evidence. */
export function evidenceOffender(evidence: Evidence): PublicKey {
  return evidence.first.validator;
}

/** The epoch in whose set the offender signed. */
export function evidenceEpoch(evidence: Evidence): Epoch {
  return evidence.first.epoch;
}
