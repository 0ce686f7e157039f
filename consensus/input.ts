/**
 * Everything that can happen to the core. Plain data; `now` is Unix time in ms as the driver's clock reads it, and the
 * only time the core ever sees. Signatures and certificates are verified before they become an input.
 */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Height, Slot, View } from '../ledger/values/numbers.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { Hash } from '../ledger/values/text.js';
import type { Certificate, Proposal, Vote } from '../ledger/values/vote.js';
import type { NewView } from './messages.js';

type Verdict = { readonly valid: true } | { readonly valid: false; readonly reason: string };

export type Input = { readonly now: number } & (
  | { readonly type: 'slot_started'; readonly slot: Slot }
  | { readonly type: 'timer_fired'; readonly timer: string }
  /** The mempool, the evidence pool or the state has something that a block could carry. */
  | { readonly type: 'work_available' }
  /** `block` is absent when only the proposal's reference arrived (proposing again): the core asks if it lacks it. */
  | {
      readonly type: 'proposal';
      readonly proposal: Proposal;
      readonly block: HashedHeader;
      readonly justify: Certificate;
    }
  | { readonly type: 'vote'; readonly vote: Vote }
  | { readonly type: 'certificate'; readonly certificate: Certificate }
  | { readonly type: 'new_view'; readonly new_view: NewView; readonly lock?: Certificate }
  /** Answer to `build_block`; no header: there was nothing to add. */
  | { readonly type: 'block_built'; readonly view: View; readonly block?: HashedHeader }
  /** Answer to `validate_block`. */
  | ({ readonly type: 'block_validated'; readonly block: Hash } & Verdict)
  /** Answer to `fetch_block`: the body is at hand now. */
  | { readonly type: 'block_fetched'; readonly block: HashedHeader }
  /** The body is at hand no longer: the driver had no room for it. Never of what `keptBodies` names. */
  | { readonly type: 'block_forgotten'; readonly block: Hash }
  /** Final blocks were executed (own finality or synced from peers), up to the end of an epoch at most; `epoch` governs the next block. */
  | {
      readonly type: 'final_advanced';
      readonly tip: HashedHeader;
      readonly certificate: Certificate;
      readonly epoch: EpochEntry;
    }
  /** Every final block up to this index is on disk. */
  | { readonly type: 'final_stored'; readonly index: Height }
  /** The clock differs too much from validators with more than 1/3 of the stake (or agrees again). */
  | { readonly type: 'clock_suspect'; readonly suspect: boolean }
);
