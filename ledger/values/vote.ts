/** What validators sign about blocks. Values only; the rules live in consensus/. PROTOCOL section 5. */
import type { Epoch, View } from './numbers.js';
import type { ChainId, Hash, PublicKey, Signature } from './text.js';

export type Phase = 'prepare' | 'commit';

export interface VoteBody {
  readonly chain: ChainId;
  readonly epoch: Epoch;
  readonly view: View;
  readonly block: Hash;
  readonly phase: Phase;
  /** View of the certificate that justified the proposal voted for. */
  readonly justify_view: View;
}

export interface Vote extends VoteBody {
  readonly validator: PublicKey;
  readonly signature: Signature;
}

/** Names a certificate without its signatures. */
export interface CertificateReference {
  readonly phase: Phase;
  readonly epoch: Epoch;
  readonly view: View;
  readonly block: Hash;
}

export interface ProposalBody {
  readonly chain: ChainId;
  readonly epoch: Epoch;
  readonly view: View;
  readonly block: Hash;
  readonly justify: CertificateReference;
}

export interface Proposal extends ProposalBody {
  readonly validator: PublicKey;
  readonly signature: Signature;
}

/** Votes of one phase by more than 2/3 of the stake of the epoch's set for one (epoch, view, block). */
export interface Certificate extends CertificateReference {
  readonly justify_view: View;
  /** Indexes into the epoch's set sorted by public key, strictly ascending. */
  readonly signers: readonly number[];
  /** signatures[i] is by signers[i]. */
  readonly signatures: readonly Signature[];
}

/** Proof that one validator signed what no honest validator signs. PROTOCOL section 5, equivocation. */
export type Evidence =
  | { readonly kind: 'double_proposal'; readonly first: Proposal; readonly second: Proposal }
  | { readonly kind: 'double_vote'; readonly first: Vote; readonly second: Vote }
  /** A prepare vote in a later view whose justify_view is below the view of an own commit vote. */
  | { readonly kind: 'lock_violation'; readonly first: Vote; readonly second: Vote };
