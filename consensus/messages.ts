/** Messages between validators about finality. Every one reaches the core with its signatures already verified. */
import type { Epoch, Height, Slot } from '../ledger/values/numbers.js';
import type { ChainId, PublicKey, Signature } from '../ledger/values/text.js';
import type { Certificate, CertificateReference, Proposal, Vote } from '../ledger/values/vote.js';

export interface NewViewBody {
  readonly chain: ChainId;
  readonly epoch: Epoch;
  readonly slot: Slot;
  /** The sender's lock. */
  readonly lock: CertificateReference;
  /** The sender's last prepare vote of this epoch, with its signature: a leader may assemble a QC from these. */
  readonly last_prepare?: Vote;
  readonly final_index: Height;
}

/** Sent to a slot's leader when the slot starts. PROTOCOL section 5, rule 1. */
export interface NewView extends NewViewBody {
  readonly validator: PublicKey;
  readonly signature: Signature;
}

export type ConsensusMessage =
  | { readonly type: 'proposal'; readonly proposal: Proposal; readonly justify: Certificate }
  | { readonly type: 'vote'; readonly vote: Vote }
  | { readonly type: 'certificate'; readonly certificate: Certificate }
  | { readonly type: 'new_view'; readonly new_view: NewView; readonly lock?: Certificate };

export type { CertificateReference };
