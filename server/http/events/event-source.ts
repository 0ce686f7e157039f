/** Reads the events of final blocks from the ledger; the latest blocks are kept, since all listeners want them. */
import { hash } from 'node:crypto';
import { transactionId } from '../../../ledger/values/identity.js';
import { type Height, toHeight } from '../../../ledger/values/numbers.js';
import type { NodeApi } from '../node-api.js';
import { type BlockEvent, blockEvents } from './block-events.js';

/** A block so near to the last one is read for all listeners. */
const nearBlocks = 32;
/** Of the latest blocks, and as many of those that listeners who are behind have read last: some 32 full ones, or many small ones. */
const keptEvents = 16_384;

const hasher = {
  sha256Hex: (text: string): string => hash('sha256', text, 'hex'),
  sha256OfHex: (digits: string): string => hash('sha256', Buffer.from(digits, 'hex'), 'hex'),
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
  const latest = createKept();
  const older = createKept();
  const roundsPerSlot = node.genesis.parameters.rounds_per_slot;
  // Asked for at every listener's turn, so it is read once for each block.
  let known: Height | undefined;
  const tip = (): Height => {
    known ??= node.queries.tip().index;
    return known;
  };
  const isLatest = (index: number): boolean => index > tip() - nearBlocks;
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
      (isLatest(index) ? latest : older).set(index, events);
      return events;
    },
  };
}

/** Forgets what came first. */
function createKept() {
  const blocks = new Map<number, readonly BlockEvent[]>();
  let count = 0;
  return {
    has: (index: number): boolean => blocks.has(index),
    get: (index: number): readonly BlockEvent[] | undefined => blocks.get(index),
    set(index: number, events: readonly BlockEvent[]): void {
      blocks.set(index, events);
      count += events.length;
      for (const [first, those] of blocks) {
        if (count <= keptEvents || first === index) return;
        blocks.delete(first);
        count -= those.length;
      }
    },
  };
}
