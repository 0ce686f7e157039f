/** Reads the events of final blocks from the ledger; the latest blocks are kept, since all listeners want them. */
import { hash } from 'node:crypto';
import { blockBytes, transactionId } from '../../../ledger/values/identity.js';
import { type Height, toHeight } from '../../../ledger/values/numbers.js';
import type { NodeApi } from '../node-api.js';
import { type BlockEvent, blockEvents } from './block-events.js';

/** What is so near to the last block does not make room for what listeners far behind read, nor the reverse. */
const nearBlocks = 32;
/** Of the latest blocks, and as much of those that listeners who are behind have read last. */
export interface KeptLimits {
  /** Full blocks: some 16 of them in the default of 8 MiB. */
  readonly bytes: number;
  /** Small blocks: each takes some 6 KiB of objects beside its text, which `bytes` knows nothing of. Default 256. */
  readonly blocks: number;
}

const defaultLimits: KeptLimits = { bytes: 8 * 1024 * 1024, blocks: 256 };
/** What an event takes beside its text: objects, the list of addresses. */
const eventOverhead = 512;

const hasher = {
  sha256Hex: (text: string): string => hash('sha256', text, 'hex'),
  sha256OfHex: (digits: string): string => hash('sha256', Buffer.from(digits, 'hex'), 'hex'),
};

export interface EventSource {
  readonly tip: () => Height;
  /** A block more is final. */
  readonly advance: () => void;
  /** Whether `eventsOf` costs no more than one read for all listeners together: the last block, or one that is kept. */
  readonly isAtHand: (index: number) => boolean;
  /** undefined: there is no such final block on disk. */
  readonly eventsOf: (index: number) => readonly BlockEvent[] | undefined;
}

export function createEventSource(node: NodeApi, limits = defaultLimits): EventSource {
  const latest = createKept(limits);
  const older = createKept(limits);
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
    isAtHand: (index) => index === tip() || latest.has(index) || older.has(index),
    eventsOf: (index) => {
      const kept = latest.get(index) ?? older.get(index);
      if (kept !== undefined) return kept;
      const found = node.queries.block(toHeight(index));
      if (found === undefined) return undefined;
      const ids = found.block.transactions.map((transaction) => transactionId(hasher, transaction));
      const events = blockEvents(found.block, ids, roundsPerSlot);
      const bytes = blockBytes(found.block) + events.length * eventOverhead;
      (isLatest(index) ? latest : older).set(index, { events, bytes });
      return events;
    },
  };
}

interface KeptBlock {
  readonly events: readonly BlockEvent[];
  readonly bytes: number;
}

/** Forgets what came first, but never what came last. */
function createKept(limits: KeptLimits) {
  const blocks = new Map<number, KeptBlock>();
  let held = 0;
  return {
    has: (index: number): boolean => blocks.has(index),
    get: (index: number): readonly BlockEvent[] | undefined => blocks.get(index)?.events,
    set(index: number, block: KeptBlock): void {
      blocks.set(index, block);
      held += block.bytes;
      for (const [first, { bytes }] of blocks) {
        if ((held <= limits.bytes && blocks.size <= limits.blocks) || first === index) return;
        blocks.delete(first);
        held -= bytes;
      }
    },
  };
}
