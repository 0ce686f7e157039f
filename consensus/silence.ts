/** How long a validator that lost its vote state signs nothing. PROTOCOL section 5, lost vote state. */
import { type Slot, toView, type View } from '../ledger/values/numbers.js';
import type { Certificate } from '../ledger/values/vote.js';
import type { ConsensusConfig } from './config.js';
import { type Base, type RankContext, rankOf } from './rank.js';
import { viewAt } from './view.js';

type Parameters = ConsensusConfig['parameters'];

/**
 * [5-lost-vote-state] A certificate of the running epoch that is later than anything this key can have signed without knowing of it.
 * What opened the epoch says nothing, however late it was certified again: the key may have voted in this epoch before.
 */
export function endsSilenceOf(context: RankContext, certificate: Certificate, below: View | undefined): boolean {
  const { epoch, view } = rankOf(context, certificate);
  return below !== undefined && epoch === context.epoch.number && view >= below;
}

/** [5-lost-vote-state] Whether the running epoch may have been there before a view: its closing block was made earlier. */
export function isOpenSince(parameters: Parameters, { block }: Base, view: View): boolean {
  return viewAt(parameters, block.slot, block.round) < view;
}

/** [5-lost-vote-state] Later than every slot that the clock and the ledger had reached, plus the offset limit. */
export function silenceAfterLoss(parameters: Parameters, clockSlot: Slot): View {
  const { max_clock_offset_ms, slot_duration_ms, rounds_per_slot } = parameters;
  const margin = Math.ceil(max_clock_offset_ms / slot_duration_ms) + 1;
  return toView((clockSlot + margin) * rounds_per_slot);
}
