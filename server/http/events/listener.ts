/**
 * One open event stream. It holds a place in the ledger and nothing else: whatever is due is taken from the ledger when
 * it is its turn and the socket can take it, so a slow listener costs no memory, misses nothing and gets nothing twice.
 */
import type { ServerResponse } from 'node:http';
import { aheadComment, type BlockEvent, blockEnd, type EventPlace, type EventType, placeText } from './block-events.js';
import type { EventSource } from './event-source.js';
import type { FanOut, Reader, Turn } from './fan-out.js';

/** A turn writes no more than this, but for one event that is longer, and looks at no more blocks. */
const portionBytes = 16 * 1024;
const portionBlocks = 64;

interface Portion {
  readonly add: (bytes: Buffer) => void;
  readonly isFull: () => boolean;
  /** undefined: nothing was added. One event alone is the shared one, not a copy. */
  readonly bytes: () => Buffer | undefined;
}

function createPortion(): Portion {
  const parts: Buffer[] = [];
  let length = 0;
  return {
    add(bytes) {
      parts.push(bytes);
      length += bytes.length;
    },
    isFull: () => length >= portionBytes,
    bytes: () => (parts.length > 1 ? Buffer.concat(parts) : parts[0]),
  };
}

export interface Wanted {
  readonly types: ReadonlySet<EventType>;
  /** Only transactions that touch this account. */
  readonly address: string | undefined;
}

export interface Listener {
  /** Something new is final. */
  readonly wake: () => void;
  /** An event without a place, such as a slot: sent if the socket is free, else left out. @param bytes as in the stream */
  readonly pass: (type: EventType, bytes: Buffer) => void;
  readonly heartbeat: () => void;
  readonly end: () => void;
}

export interface ListenerParts {
  readonly response: ServerResponse;
  readonly source: EventSource;
  readonly fanOut: FanOut;
  readonly from: EventPlace;
  readonly wanted: Wanted;
  /** How long the socket may take nothing before the stream is closed. */
  readonly stallMs: number;
  /** The ledger could not be read, and the stream is closed. Whoever serves listeners must not be stopped by one. */
  readonly onFailure: (error: unknown) => void;
}

export function createListener({
  response,
  source,
  fanOut,
  from,
  wanted,
  stallMs,
  onFailure,
}: ListenerParts): Listener {
  let place = from;
  let stall: NodeJS.Timeout | undefined;

  const blocked = (): boolean => stall !== undefined;
  const write = (bytes: Buffer | string): void => {
    if (response.write(bytes) || blocked()) return;
    stall = setTimeout(() => response.destroy(), stallMs);
    response.once('drain', () => {
      clearTimeout(stall);
      stall = undefined;
      fanOut.add(reader);
    });
  };
  response.once('close', () => {
    clearTimeout(stall);
    fanOut.remove(reader);
  });

  const isDue = (event: BlockEvent): boolean =>
    event.place.index > place.index || (event.place.index === place.index && event.place.n > place.n);
  const isWanted = (event: BlockEvent): boolean =>
    wanted.types.has(event.type) &&
    (wanted.address === undefined || event.type !== 'transaction' || event.addresses.includes(wanted.address));
  const closed = (): boolean => response.destroyed || response.writableEnded;

  /** Puts the rest of a block into the portion, and moves the place past it. @returns whether it came to the block's end */
  function takeBlock(events: readonly BlockEvent[], portion: Portion): boolean {
    for (const event of events) {
      if (!isDue(event)) continue;
      if (isWanted(event)) portion.add(event.bytes());
      place = event.place;
      if (portion.isFull()) return false;
    }
    return true;
  }

  /** Gathers what is due, up to a portion. */
  function gather(portion: Portion, mayRead: boolean): Turn {
    for (let blocks = 0; blocks < portionBlocks; blocks += 1) {
      const index = place.n === blockEnd ? place.index + 1 : place.index;
      if (index > source.tip()) return 'done';
      // Genesis is not an event: nothing happened before it.
      const isRead = index > 0 && !source.isAtHand(index);
      if (isRead && !mayRead) return 'behind';
      const events = index === 0 ? [] : source.eventsOf(index);
      if (events === undefined) return 'done';
      if (!takeBlock(events, portion)) return 'more';
      place = { index, n: blockEnd };
      if (isRead) return 'more';
    }
    return 'more';
  }

  function takeTurn(mayRead: boolean): Turn {
    if (blocked() || closed()) return 'done';
    const portion = createPortion();
    const turn = gather(portion, mayRead);
    const bytes = portion.bytes();
    if (bytes !== undefined) write(bytes);
    // A full socket asks again by itself.
    return blocked() ? 'done' : turn;
  }

  const reader: Reader = {
    turn(mayRead) {
      try {
        return takeTurn(mayRead);
      } catch (error) {
        response.destroy();
        onFailure(error);
        return 'done';
      }
    },
  };

  return {
    wake: () => {
      if (!blocked() && !closed()) fanOut.add(reader);
    },
    pass: (type, bytes) => {
      if (wanted.types.has(type) && !blocked() && !closed()) write(bytes);
    },
    heartbeat: () => {
      if (blocked() || closed()) return;
      // The id tells the reader how far the ledger was read, also where nothing was wanted.
      write(`: heartbeat\n${aheadComment(place, source.tip())}id: ${placeText(place)}\n\n`);
    },
    end: () => {
      clearTimeout(stall);
      fanOut.remove(reader);
      if (!response.writableEnded) response.end();
    },
  };
}
