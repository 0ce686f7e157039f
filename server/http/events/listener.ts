/**
 * One open event stream. It holds a place in the ledger and nothing else: whatever is due is read from the ledger when
 * the socket can take it, so a slow listener costs no memory, misses nothing and gets nothing twice.
 */
import type { ServerResponse } from 'node:http';
import { type BlockEvent, blockEnd, type EventPlace, type EventType, placeText } from './block-events.js';
import type { EventSource } from './event-source.js';

/** Blocks written before other work gets its turn. */
const blocksAtOnce = 16;

export interface Wanted {
  readonly types: ReadonlySet<EventType>;
  /** Only transactions that touch this account. */
  readonly address: string | undefined;
}

export interface Listener {
  /** Something new is final. */
  readonly wake: () => void;
  /** An event without a place, such as a slot: sent if the socket is free, else left out. */
  readonly pass: (type: EventType, data: object) => void;
  readonly heartbeat: () => void;
  readonly end: () => void;
}

export interface ListenerOptions {
  /** How long the socket may take nothing before the stream is closed. */
  readonly stallMs: number;
  /** The ledger could not be read, and the stream is closed. Whoever wakes listeners must not be stopped by one. */
  readonly onFailure: (error: unknown) => void;
}

export function createListener(
  response: ServerResponse,
  source: EventSource,
  from: EventPlace,
  wanted: Wanted,
  { stallMs, onFailure }: ListenerOptions,
): Listener {
  let place = from;
  let busy = false;
  let stall: NodeJS.Timeout | undefined;

  const blocked = (): boolean => stall !== undefined;
  const write = (text: string): void => {
    if (response.write(text) || blocked()) return;
    stall = setTimeout(() => response.destroy(), stallMs);
    response.once('drain', () => {
      clearTimeout(stall);
      stall = undefined;
      run();
    });
  };
  response.once('close', () => clearTimeout(stall));

  const isDue = (event: BlockEvent): boolean =>
    event.place.index > place.index || (event.place.index === place.index && event.place.n > place.n);
  const isWanted = (event: BlockEvent): boolean =>
    wanted.types.has(event.type) &&
    (wanted.address === undefined || event.type !== 'transaction' || event.addresses.includes(wanted.address));

  const closed = (): boolean => response.destroyed || response.writableEnded;

  /** Writes the rest of one block. @returns whether it came to its end. */
  const writeBlock = (events: readonly BlockEvent[]): boolean => {
    for (const event of events) {
      if (!isDue(event)) continue;
      if (isWanted(event)) write(`id: ${placeText(event.place)}\nevent: ${event.type}\ndata: ${event.data}\n\n`);
      place = event.place;
      if (blocked()) return false;
    }
    return true;
  };

  const run = (): void => {
    if (busy) return;
    try {
      writeDue();
    } catch (error) {
      response.destroy();
      onFailure(error);
    }
  };

  /** Writes what is due until the socket is full or the tip is reached. */
  const writeDue = (): void => {
    for (let blocks = 0; blocks < blocksAtOnce; blocks += 1) {
      if (blocked() || closed()) return;
      const index = place.n === blockEnd ? place.index + 1 : place.index;
      if (index > source.tip()) return;
      // Genesis is not an event: nothing happened before it.
      const events = index === 0 ? [] : source.eventsOf(index);
      if (events === undefined || !writeBlock(events)) return;
      place = { index, n: blockEnd };
    }
    busy = true;
    setImmediate(() => {
      busy = false;
      run();
    });
  };

  return {
    wake: run,
    pass: (type, data) => {
      if (!wanted.types.has(type) || blocked() || closed()) return;
      write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    heartbeat: () => {
      if (blocked() || closed()) return;
      // The id tells a browser how far the ledger was read, also where nothing was wanted.
      const id = place.n === blockEnd ? String(place.index) : placeText(place);
      write(`: heartbeat\nid: ${id}\n\n`);
    },
    end: () => {
      clearTimeout(stall);
      if (!response.writableEnded) response.end();
    },
  };
}
