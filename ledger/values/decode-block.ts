/** Blocks and headers. The hash is compared by `hasStatedHash`; roots and rules are for whoever executes the block. */
import type { Block, BlockHeader, HashedHeader, NextEpoch } from './block.js';
import type { Hasher } from './crypto.js';
import {
  chainDecoder,
  decodeEpoch,
  decodeHash,
  decodeHeight,
  decodePublicKey,
  decodeSlot,
  decodeView,
  decodeVrfProof,
} from './decode-text.js';
import { type ChainRules, maxTransactionsPerBlock, transactionDecoder } from './decode-transaction.js';
import { votingDecoders } from './decode-vote.js';
import { blockHash } from './identity.js';
import { maxEvidencePerBlock } from './limits.js';
import type { DecodeProblem, Result } from './result.js';
import { checked, type Decoder, integer, list, oneOf, optional, record } from './shape.js';

interface BlockDecoders {
  readonly header: Decoder<BlockHeader>;
  readonly hashedHeader: Decoder<HashedHeader>;
  readonly block: Decoder<Block>;
}

const decoders = new WeakMap<ChainRules, BlockDecoders>();

export function decodeHeader(value: unknown, rules: ChainRules): Result<BlockHeader, DecodeProblem> {
  return blockDecoders(rules).header(value);
}

export function decodeBlock(value: unknown, rules: ChainRules): Result<Block, DecodeProblem> {
  return blockDecoders(rules).block(value);
}

/** Whether a block above genesis carries the hash that its header has. */
export function hasStatedHash(hasher: Hasher, header: HashedHeader): boolean {
  return header.index > 0 && blockHash(hasher, header) === header.hash;
}

/** Decoders for one chain, kept by the identity of `rules`. */
export function blockDecoders(rules: ChainRules): BlockDecoders {
  const known = decoders.get(rules);
  if (known) return known;
  const made = makeDecoders(rules);
  decoders.set(rules, made);
  return made;
}

const nextEpoch = record<NextEpoch>({ number: decodeEpoch, validators_hash: decodeHash, nonce: decodeHash });

function makeDecoders(rules: ChainRules): BlockDecoders {
  const { difficulty, rounds_per_slot } = rules.parameters;
  const headerFields = {
    version: oneOf(1),
    chain: chainDecoder(rules.chain),
    index: decodeHeight,
    epoch: decodeEpoch,
    slot: decodeSlot,
    round: integer<number>(0, rounds_per_slot - 1),
    prev_hash: decodeHash,
    justify_view: decodeView,
    proposer: decodePublicKey,
    tx_root: decodeHash,
    evidence_root: decodeHash,
    state_root: decodeHash,
    validators_hash: decodeHash,
    next_epoch: optional(nextEpoch),
    vrf: optional(decodeVrfProof),
    work: optional(integer<number>(0)),
  };
  const workFault = ({ index, work }: BlockHeader): DecodeProblem | undefined => {
    if ((work !== undefined) === (difficulty > 0 && index > 0)) return undefined;
    const detail = work === undefined ? 'This chain asks for work.' : 'This chain asks for no work.';
    return { path: 'work', detail };
  };
  const hashedFields = { ...headerFields, hash: decodeHash };
  const block = record<Block>({
    ...hashedFields,
    transactions: list(transactionDecoder(rules), maxTransactionsPerBlock(rules.parameters)),
    evidence: list(votingDecoders(rules.chain).evidence, maxEvidencePerBlock),
  });
  return {
    header: checked(record<BlockHeader>(headerFields), workFault),
    hashedHeader: checked(record<HashedHeader>(hashedFields), workFault),
    block: checked(block, workFault),
  };
}
