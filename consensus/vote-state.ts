/**
 * What a validator must never forget. It is fsynced before any message that depends on it is sent, and it is never
 * restored from an old copy. PROTOCOL sections 5 and 8.
 */
import type { View } from '../ledger/values/numbers.js';
import type { Certificate, Vote } from '../ledger/values/vote.js';

/** propose < prepare < commit. */
export type Step = 'propose' | 'prepare' | 'commit';

export interface Watermark {
  readonly view: View;
  readonly step: Step;
}

export interface VoteState {
  readonly version: 1;
  /** The highest-ranking certificate known. */
  readonly lock: Certificate;
  /** It signs a proposal or vote only above this; one for all epochs. */
  readonly watermark: Watermark;
  /** The last prepare vote, for new-views and for sending the same bytes again. */
  readonly last_prepare?: Vote;
  /** The vote state was lost once: below this view the key may have signed what is not known here. */
  readonly forgotten_below?: View;
}
