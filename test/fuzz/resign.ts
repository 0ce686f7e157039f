/**
 * Signs a changed message again, so that the change is what the node judges and not a broken signature. The one rule:
 * until it may, the fuzzer signs no two texts for one place, as that would soon cost the validator its seat.
 */

import { signTransaction } from '../../client/account.js';
import type { NewView } from '../../consensus/messages.js';
import { newViewSigningText } from '../../consensus/new-view.js';
import { blockHash, evidenceRoot, transactionsRoot } from '../../ledger/values/identity.js';
import { proposalSigningText, voteSigningText } from '../../ledger/values/signing.js';
import type { Proposal, Vote } from '../../ledger/values/vote.js';
import type { Hand } from './forge.js';

type Fields = { [member: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) === Object.prototype;

/** @returns the message with hashes and signatures that fit, where what was changed still allows to make them */
export function resign(hand: Hand, message: unknown): unknown {
  try {
    return signed(hand, message);
  } catch {
    // A part that is signed no longer has the shape that can be signed.
    return message;
  }
}

function signed(hand: Hand, message: unknown): unknown {
  if (!isFields(message)) return message;
  switch (message.type) {
    case 'vote':
      return { ...message, vote: signVote(hand, message.vote) };
    case 'new_view':
      return { ...message, new_view: signNewView(hand, message.new_view) };
    case 'new_block':
      return signBlock(hand, message);
    case 'evidence':
      return { ...message, evidence: signEvidence(hand, message.evidence) };
    case 'transactions':
      return { ...message, transactions: (message.transactions as unknown[]).map((one) => signPayment(hand, one)) };
    default:
      return message;
  }
}

/** As the key's holder would sign it; what may not be signed keeps the signature it had. */
function signVote(hand: Hand, part: unknown): unknown {
  if (!isFields(part)) return part;
  const vote = { ...part, validator: hand.signer.publicKey } as unknown as Vote;
  return hand.pledges.mayVote(vote) ? { ...vote, signature: hand.signer.sign(voteSigningText(vote)) } : part;
}

function signProposal(hand: Hand, part: unknown): unknown {
  if (!isFields(part)) return part;
  const proposal = { ...part, validator: hand.signer.publicKey } as unknown as Proposal;
  if (!hand.pledges.mayPropose(proposal)) return part;
  return { ...proposal, signature: hand.signer.sign(proposalSigningText(proposal)) };
}

function signNewView(hand: Hand, part: unknown): unknown {
  if (!isFields(part)) return part;
  const newView = { ...part, validator: hand.signer.publicKey } as unknown as NewView;
  const { last_prepare } = newView;
  const own = last_prepare && (signVote(hand, last_prepare) as Vote);
  const whole = own === undefined ? newView : { ...newView, last_prepare: own };
  return { ...whole, signature: hand.signer.sign(newViewSigningText(whole)) };
}

function signBlock(hand: Hand, message: Fields): unknown {
  const { type, proposal, justify, ...block } = message;
  if (!isFields(proposal)) return message;
  const rooted = {
    ...block,
    tx_root: transactionsRoot(hand.crypto, block.transactions as never),
    evidence_root: evidenceRoot(hand.crypto, block.evidence as never),
  };
  const hash = blockHash(hand.crypto, rooted as never);
  const reference = isFields(justify)
    ? { phase: justify.phase, epoch: justify.epoch, view: justify.view, block: justify.block }
    : proposal.justify;
  const fitting = { ...proposal, block: hash, justify: reference };
  return { type, ...rooted, hash, justify, proposal: signProposal(hand, fitting) };
}

function signEvidence(hand: Hand, evidence: unknown): unknown {
  if (!isFields(evidence)) return evidence;
  const one = (part: unknown): unknown =>
    isFields(part) && 'justify' in part ? signProposal(hand, part) : signVote(hand, part);
  return { ...evidence, first: one(evidence.first), second: one(evidence.second) };
}

function signPayment(hand: Hand, transaction: unknown): unknown {
  if (!isFields(transaction)) return transaction;
  const from = hand.accounts.find(({ address }) => address === transaction.from);
  if (from === undefined) return transaction;
  const { signature: _, ...body } = transaction;
  return signTransaction(body as never, from.signer);
}
