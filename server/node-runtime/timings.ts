/** How long this node waits for what it cannot hurry: its disk, and whoever leads. For the metrics. */
import type { OnTimed, Timed } from '../http/node-api.js';

export interface Timings {
  observe(what: Timed, ms: number): void;
  readonly onTimed: OnTimed;
}

export function createTimings(): Timings {
  const listeners = new Set<(what: Timed, ms: number) => void>();
  return {
    observe(what, ms) {
      for (const listener of listeners) listener(what, ms);
    },
    onTimed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export interface ProposalTimer {
  /** @param waits whether this node knows of something that the slot's leader has to propose */
  slotBegan(slot: number, waits: boolean): void;
  /** From a peer, and good. */
  arrived(slot: number): void;
}

/** Slots without a proposal so far whose late one would still be timed. */
const maxOpen = 16;

/**
 * Times the first proposal of each slot from the slot's start, in slots that began with something to propose: in others
 * the leader waits as well. One for the slot that is about to begin, by this clock, took no time.
 */
export function createProposalTimer(
  msIntoSlot: (slot: number) => number,
  observe: (ms: number) => void,
): ProposalTimer {
  const open = new Set<number>();
  let current = -1;
  let early = -1;
  return {
    slotBegan(slot, waits) {
      current = slot;
      if (waits && slot !== early) open.add(slot);
      if (open.size > maxOpen) open.delete(open.values().next().value!);
    },
    arrived(slot) {
      if (slot === current + 1 && slot !== early) {
        early = slot;
        observe(0);
      } else if (open.delete(slot)) observe(msIntoSlot(slot));
    },
  };
}
