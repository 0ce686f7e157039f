/**
 * Reads server-sent events. A lost connection is taken up again with the last id seen, so that the reader misses
 * nothing and sees nothing twice.
 */

import type { Address } from '../../ledger/values/text.js';
import type { EventType, LedgerEvent } from '../api-types.js';
import { ApiProblem, NodeUnreachable } from './problem.js';
import { type Connection, problemOf, reasonOf } from './request.js';
import { pause } from './send-and-wait.js';

/** Characters of one event; a longer one is a broken stream. */
const maxEventLength = 4_194_304;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

export interface EventsOptions {
  readonly types?: readonly EventType[];
  /** Only transactions that touch this account. */
  readonly address?: Address;
  /** Start after this event. */
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
  /** Called when the stream was lost, with the reason, before it is taken up again. */
  readonly onReconnect?: (reason: string) => void;
}

/** Ends when `signal` aborts; throws ApiProblem if the node refuses the subscription. */
export async function* readEvents(
  connection: Connection,
  options: EventsOptions = {},
): AsyncGenerator<LedgerEvent, void, undefined> {
  const { signal } = options;
  let lastEventId = options.lastEventId;
  let pauseMs = firstPauseMs;
  const stopped = (): boolean => signal?.aborted === true;
  while (!stopped()) {
    let reason = 'the node ended the stream';
    try {
      for await (const event of oneStream(connection, options, lastEventId)) {
        pauseMs = firstPauseMs;
        if (event.id !== undefined) lastEventId = event.id;
        yield event;
      }
    } catch (error) {
      if (stopped()) return;
      if (error instanceof ApiProblem && error.status !== 503 && error.status !== 429) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    options.onReconnect?.(reason);
    try {
      await pause(pauseMs, signal);
    } catch {
      return;
    }
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

async function* oneStream(
  connection: Connection,
  options: EventsOptions,
  lastEventId: string | undefined,
): AsyncGenerator<LedgerEvent, void, undefined> {
  const query = new URLSearchParams();
  if (options.types !== undefined) query.set('types', options.types.join(','));
  if (options.address !== undefined) query.set('address', options.address);
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  const init: RequestInit = { headers };
  if (options.signal !== undefined) init.signal = options.signal;
  let response: Response;
  try {
    response = await connection.fetch(`${connection.url}/v1/events${query.size === 0 ? '' : `?${query}`}`, init);
  } catch (error) {
    throw new NodeUnreachable(connection.url, reasonOf(error));
  }
  if (!response.ok || response.body === null) throw problemOf(response, await response.json().catch(() => undefined));
  yield* parseEvents(response.body.pipeThrough(new TextDecoderStream()));
}

/** The event stream format of the HTML standard, as far as this API uses it. Exported for tests. */
export async function* parseEvents(text: AsyncIterable<string>): AsyncGenerator<LedgerEvent, void, undefined> {
  let rest = '';
  for await (const chunk of text) {
    rest += chunk;
    // A lone CR at the end may be half of a CRLF: it waits for the next chunk.
    for (;;) {
      const end = /\r\n\r\n|\n\n|\r\r(?!\n)/.exec(rest);
      if (end === null) break;
      const event = parseEvent(rest.slice(0, end.index));
      rest = rest.slice(end.index + end[0].length);
      if (event !== undefined) yield event;
    }
    if (rest.length > maxEventLength) throw new Error('an event is longer than this reader accepts');
  }
}

function parseEvent(block: string): LedgerEvent | undefined {
  let id: string | undefined;
  let type = '';
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
  }
  if (data.length === 0) return undefined;
  const event = { type, data: JSON.parse(data.join('\n')) as unknown };
  return (id === undefined ? event : { ...event, id }) as LedgerEvent;
}
