/** What actors sign with their own key: altered copies of what their replica was about to send. */

import type { NewView, NewViewBody } from '../../../consensus/messages.js';
import { newViewSigningText } from '../../../consensus/new-view.js';
import type { Block } from '../../../ledger/values/block.js';
import { proposalSigningText, voteSigningText } from '../../../ledger/values/signing.js';
import type { Hash } from '../../../ledger/values/text.js';
import type { Certificate, Proposal, ProposalBody, Vote, VoteBody } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { Stage } from '../actor.js';

export type MessageOf<Type extends ReplicaMessage['type']> = Extract<ReplicaMessage, { type: Type }>;

export function signVote({ signer }: Stage, body: VoteBody): Vote {
  const { chain, epoch, view, block, phase, justify_view } = body;
  const signature = signer.sign(voteSigningText(body));
  return { chain, epoch, view, block, phase, justify_view, validator: signer.publicKey, signature };
}

export function signProposal({ signer }: Stage, body: ProposalBody): Proposal {
  const { chain, epoch, view, block, justify } = body;
  const signature = signer.sign(proposalSigningText(body));
  return { chain, epoch, view, block, justify, validator: signer.publicKey, signature };
}

export function signNewView({ signer }: Stage, body: NewViewBody): NewView {
  return { ...body, validator: signer.publicKey, signature: signer.sign(newViewSigningText(body)) };
}

/** A proposal as it travels, over another block or another justification than the replica chose. */
export function repropose(stage: Stage, like: Proposal, block: Block, justify: Certificate): MessageOf<'new_block'> {
  const { phase, epoch, view, block: certified } = justify;
  const reference = { phase, epoch, view, block: certified };
  const proposal = signProposal(stage, { ...like, block: block.hash, justify: reference });
  return { type: 'new_block', proposal, block, justify };
}

/** Two groups of the other nodes, the same for everything one view brings. */
export const inFirstHalf = (view: number, to: number): boolean => ((view ^ to) & 1) === 0;

/** Of two blocks of one view the one with the lower hash is for the first half; a single one is for everyone. */
export function isShown(block: Hash, rivals: readonly Hash[], view: number, to: number): boolean {
  if (rivals.length < 2) return true;
  const isLower = rivals.every((rival) => block <= rival);
  return isLower === inFirstHalf(view, to);
}
