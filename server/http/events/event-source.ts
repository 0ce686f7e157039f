/** Reads the events of final blocks from the ledger; the latest blocks are kept, since all listeners want them. */
import { hash } from 'node:crypto';
import { transactionId } from '../../../ledger/values/identity.js';
import { type Height, toHeight } from '../../../ledger/values/numbers.js';
import type { NodeApi } from '../node-api.js';
import { type BlockEvent, blockEvents } from './block-events.js';

/** Of the latest blocks, and of those that listeners who are behind have read last. */
const keptBlocks = 32;

const hasher = {
  sha256Hex: (text: string): string => hash('sha256', text, 'hex'),
  sha256: (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer'),
};

export interface EventSource {
  readonly tip: () => Height;
  /** A block more is final. */
  readonly advance: () => void;
  /** Whether `eventsOf` costs no more than one read for all listeners together. */
  readonly isAtHand: (index: number) => boolean;
  /** undefined: there is no such final block on disk. */
  readonly eventsOf: (index: number) => readonly BlockEvent[] | undefined;
}

export function createEventSource(node: NodeApi): EventSource {
  const latest = new Map<number, readonly BlockEvent[]>();
  const older = new Map<number, readonly BlockEvent[]>();
  const roundsPerSlot = node.genesis.parameters.rounds_per_slot;
  // Asked for at every listener's turn, so it is read once for each block.
  let known: Height | undefined;
  const tip = (): Height => {
    known ??= node.queries.tip().index;
    return known;
  };
  const isLatest = (index: number): boolean => index > tip() - keptBlocks;
  return {
    tip,
    advance: () => {
      known = undefined;
    },
    isAtHand: (index) => isLatest(index) || latest.has(index) || older.has(index),
    eventsOf: (index) => {
      const kept = latest.get(index) ?? older.get(index);
      if (kept !== undefined) return kept;
      const found = node.queries.block(toHeight(index));
      if (found === undefined) return undefined;
      const ids = found.block.transactions.map((transaction) => transactionId(hasher, transaction));
      const events = blockEvents(found.block, ids, roundsPerSlot);
      const store = isLatest(index) ? latest : older;
      store.set(index, events);
      if (store.size > keptBlocks) store.delete(store.keys().next().value ?? -1);
      return events;
    },
  };
}
