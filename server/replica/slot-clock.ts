/** The only window onto time: says once when each slot starts. Slots that passed while nobody looked are not told. */
import { type Slot, toSlot } from '../../ledger/values/numbers.js';
import type { Clock } from './ports.js';

export interface SlotClock {
  start(): void;
  stop(): void;
  /** The time was set back: the slots from here to the one waited for begin as well. */
  setBack(): void;
  /** At least 0: before genesis_time it is slot 0. */
  now(): Slot;
  /** Unix ms. */
  startOf(slot: number): number;
}

export function createSlotClock(
  clock: Clock,
  genesisTime: number,
  slotDurationMs: number,
  onSlot: (slot: Slot) => void,
): SlotClock {
  let cancel: (() => void) | undefined;
  let waitsFor = 0;
  const now = (): Slot => toSlot(Math.max(0, Math.floor((clock.now() - genesisTime) / slotDurationMs)));
  const startOf = (slot: number): number => genesisTime + slot * slotDurationMs;

  function schedule(): void {
    waitsFor = clock.now() < genesisTime ? 0 : now() + 1;
    cancel = clock.at(startOf(waitsFor), () => {
      schedule();
      onSlot(now());
    });
  }
  return {
    start() {
      schedule();
      if (clock.now() >= genesisTime) onSlot(now());
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
    setBack() {
      if (cancel === undefined || waitsFor <= now() + 1) return;
      cancel();
      schedule();
    },
    now,
    startOf,
  };
}
