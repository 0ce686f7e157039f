/**
 * The texts that keys sign. Each is a domain tag and the canonical JSON of a body that names the chain, so a signature
 * holds on one chain and for one purpose. PROTOCOL section 2.
 */
import { canonicalJson, canonicalString } from './canonical.js';
import { domainTag, domainText } from './domain.js';
import { keptWith } from './kept.js';
import type { Slot } from './numbers.js';
import type { Address, ChainId, Hash, PublicKey } from './text.js';
import { utf8Length } from './text-forms.js';
import type { Output, Transaction, TransactionBody } from './transaction.js';
import { keptTexts } from './transaction-texts.js';
import type { ProposalBody, VoteBody } from './vote.js';

const transactionTag = domainTag('transaction');
const voteTag = domainTag('vote');

/** What the sender signs and what the id hashes: the body without its signature, canonical. */
export function transactionSigningText(transaction: TransactionBody | Transaction): string {
  return transactionTag + transactionText(transaction, undefined);
}

/** Canonical JSON of the whole transaction with its signature: the leaf of `tx_root`. */
export function transactionJson(transaction: Transaction): string {
  const kept = keptTexts(transaction);
  if (kept === undefined) return transactionText(transaction, transaction.signature);
  kept.json ??= transactionText(transaction, transaction.signature);
  return kept.json;
}

/** Bytes of its canonical JSON in UTF-8. */
export function transactionBytes(transaction: Transaction): number {
  const kept = keptTexts(transaction);
  if (kept === undefined) return utf8Length(transactionJson(transaction));
  // All that a decoder lets pass is ASCII, but for the memo.
  kept.bytes ??=
    transactionJson(transaction).length + (transaction.memo === undefined ? 0 : beyondAscii(transaction.memo));
  return kept.bytes;
}

/** Bytes that the UTF-8 form of a text has more than the text has units; escapes are ASCII. */
const beyondAscii = (text: string): number => utf8Length(text) - text.length;

/** What a validator signs to vote. Takes a whole vote too: `validator` and `signature` are left out. */
export function voteSigningText(vote: VoteBody): string {
  const kept = keptWith(vote);
  kept.text ??=
    `${voteTag}{"block":"${vote.block}","chain":"${vote.chain}","epoch":${vote.epoch},` +
    `"justify_view":${vote.justify_view},"phase":"${vote.phase}","view":${vote.view}}`;
  return kept.text;
}

/** What a leader signs to propose. Takes a whole proposal too: `validator` and `signature` are left out. */
export function proposalSigningText(proposal: ProposalBody): string {
  const kept = keptWith(proposal);
  kept.text ??= proposalText(proposal);
  return kept.text;
}

function proposalText(proposal: ProposalBody): string {
  const { chain, epoch, view, block } = proposal;
  const { phase, epoch: justifyEpoch, view: justifyView, block: justifyBlock } = proposal.justify;
  const justify = { phase, epoch: justifyEpoch, view: justifyView, block: justifyBlock };
  return domainText('proposal', { chain, epoch, view, block, justify });
}

/** The input of the VRF by which the leader of a slot adds to the next nonce. PROTOCOL section 4. */
export function vrfAlpha(chain: ChainId, epochNonce: Hash, slot: Slot): string {
  return domainText('vrf', { chain, epoch_nonce: epochNonce, slot });
}

/** Which of a validator's two keys is proved. */
export type KeyPurpose = 'validator' | 'vrf';

/**
 * What a validator key signs to prove that its holder is at hand, so that nobody can register a key of someone else.
 * In a stake transaction it names the chain; in genesis, whose hash is not known yet, the chain's name.
 */
export function possessionText(
  where: { readonly chain: ChainId } | { readonly name: string },
  owner: Address,
  purpose: KeyPurpose,
  key: PublicKey,
): string {
  const place = 'chain' in where ? { chain: where.chain } : { genesis: where.name };
  return domainText('proof-of-possession', { ...place, owner, purpose, key });
}

/** Written member by member in canonical order: many times faster than sorting, and tested equal to it. */
function transactionText(tx: TransactionBody, signature: string | undefined): string {
  const amount = tx.type === 'transfer' ? '' : `"amount":${tx.amount},`;
  const expires = tx.expires_slot === undefined ? '' : `"expires_slot":${tx.expires_slot},`;
  const lane = tx.lane === undefined ? '' : `"lane":${tx.lane},`;
  const memo = tx.memo === undefined ? '' : `"memo":${canonicalString(tx.memo)},`;
  const outputs = tx.type === 'transfer' ? `"outputs":[${outputsText(tx.outputs)}],` : '';
  const signed = signature === undefined ? '' : `"signature":"${signature}",`;
  const validator = tx.type === 'stake' && tx.validator ? `,"validator":${canonicalJson(tx.validator)}` : '';
  return (
    `{${amount}"chain":"${tx.chain}",${expires}"fee":${tx.fee},"from":"${tx.from}",${lane}${memo}` +
    `"nonce":${tx.nonce},${outputs}${signed}"type":"${tx.type}"${validator}}`
  );
}

function outputsText(outputs: readonly Output[]): string {
  let text = '';
  for (const output of outputs) {
    if (text !== '') text += ',';
    text += `{"amount":${output.amount},"to":"${output.to}"}`;
  }
  return text;
}
