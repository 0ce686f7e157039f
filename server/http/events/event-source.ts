/** Reads the events of final blocks from the ledger; the latest blocks are kept, since all listeners want them. */
import { hash } from 'node:crypto';
import { transactionId } from '../../../ledger/values/identity.js';
import { type Height, toHeight } from '../../../ledger/values/numbers.js';
import type { NodeApi } from '../node-api.js';
import { type BlockEvent, blockEvents } from './block-events.js';

const keptBlocks = 32;

const hasher = {
  sha256Hex: (text: string): string => hash('sha256', text, 'hex'),
  sha256: (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer'),
};

export interface EventSource {
  readonly tip: () => Height;
  /** undefined: there is no such final block on disk. */
  readonly eventsOf: (index: number) => readonly BlockEvent[] | undefined;
}

export function createEventSource(node: NodeApi): EventSource {
  const eventsByIndex = new Map<number, readonly BlockEvent[]>();
  const roundsPerSlot = node.genesis.parameters.rounds_per_slot;
  return {
    tip: () => node.queries.tip().index,
    eventsOf: (index) => {
      const kept = eventsByIndex.get(index);
      if (kept !== undefined) return kept;
      const found = node.queries.block(toHeight(index));
      if (found === undefined) return undefined;
      const ids = found.block.transactions.map((transaction) => transactionId(hasher, transaction));
      const events = blockEvents(found.block, ids, roundsPerSlot);
      eventsByIndex.set(index, events);
      if (eventsByIndex.size > keptBlocks) eventsByIndex.delete(eventsByIndex.keys().next().value ?? -1);
      return events;
    },
  };
}
