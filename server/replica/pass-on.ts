/**
 * Which of the good messages go on to other peers. One rule: only what may still count. Anybody can say again what was signed
 * long ago, or put ever other votes of many together to certificates of one thing, and every node would spread it.
 */
import type { Epoch, Slot } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import { createBoundedMap } from './bounded-map.js';
import { maxVerified } from './replica-limits.js';

export interface PassOn {
  /** [7-timely] Of a proposal, a vote or a new-view. */
  signed(epoch: Epoch, slot: Slot): boolean;
  /** [7-news] Once a slot for each thing that is certified, as long as it is not final here. */
  certificate(certificate: Certificate): boolean;
}

export interface PassOnOptions {
  readonly maxTermSlots: number;
  readonly currentSlot: () => Slot;
  readonly currentEpoch: () => number;
  readonly isFinal: (block: Hash) => boolean;
}

export function createPassOn({ maxTermSlots, currentSlot, currentEpoch, isFinal }: PassOnOptions): PassOn {
  /** By what is certified, the slot in which it was passed on last. */
  const passedOn = createBoundedMap<string, Slot>(maxVerified);
  return {
    signed: (epoch, slot) => epoch === currentEpoch() && slot + 2 * maxTermSlots >= currentSlot(),
    certificate({ phase, epoch, view, block }) {
      const slot = currentSlot();
      const name = `${phase} ${view} ${block}`;
      if (epoch !== currentEpoch() || passedOn.get(name) === slot || isFinal(block)) return false;
      passedOn.set(name, slot);
      return true;
    },
  };
}
