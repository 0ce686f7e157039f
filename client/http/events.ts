/**
 * Reads server-sent events. A lost connection is taken up again after the last id seen, so that the reader misses
 * nothing and sees nothing twice. The first connection is not: who never came through has the wrong address.
 */

import type { Address } from '../../ledger/values/text.js';
import type { EventType, LedgerEvent } from '../api-types.js';
import { abortWith } from './abort-with.js';
import { checkEventTypes, eventPlace, refuseUnknown } from './check-options.js';
import { ApiProblem, NodeUnreachable } from './problem.js';
import { type Connection, problemOf, unreachable } from './request.js';
import { pause } from './send-and-wait.js';

/** Characters of one event; a longer one is a broken stream. */
const maxEventLength = 4_194_304;
/** A node says something every 15 s, if only that it is there; who says nothing for so long is gone. In ms. */
const longestSilenceMs = 60_000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

export interface EventsOptions<Type extends EventType = EventType> {
  /** By default all. */
  readonly types?: readonly Type[];
  /** Of transactions, only those that touch this account. */
  readonly address?: Address;
  /** Start after this: the id of an event, or the index of a block; 0 is before the first one. By default: now. */
  readonly since?: string | number;
  readonly signal?: AbortSignal;
  /**
   * Called with the place up to which the ledger was read, in the form of an event's id, also where nothing was wanted
   * of it: at the beginning, before each event that has an id, and every 15 s.
   */
  readonly onPlace?: (id: string) => void;
  /** Called when the stream was lost, with the reason, before it is taken up again. */
  readonly onReconnect?: (reason: string) => void;
}

/**
 * Ends when `signal` aborts; throws ApiProblem if the node refuses the subscription, NodeUnreachable if the first
 * connection fails.
 * @throws TypeError at once, for options that cannot be meant
 */
export function readEvents<Type extends EventType>(
  connection: Connection,
  options: EventsOptions<Type> = {},
): AsyncGenerator<LedgerEvent<Type>, void, undefined> {
  refuseUnknown('events', options, ['types', 'address', 'since', 'signal', 'onPlace', 'onReconnect']);
  checkEventTypes(options.types);
  // The node sends the types that were asked for and no others.
  return follow(connection, options, eventPlace(options.since)) as AsyncGenerator<LedgerEvent<Type>, void, undefined>;
}

async function* follow(
  connection: Connection,
  options: EventsOptions,
  start: string | undefined,
): AsyncGenerator<LedgerEvent, void, undefined> {
  const { signal } = options;
  let since = start;
  let connected = false;
  let pauseMs = firstPauseMs;
  const stopped = (): boolean => signal?.aborted === true;
  while (!stopped()) {
    let reason = 'the node ended the stream';
    const { controller: over, letGo } = abortWith(signal);
    try {
      const text = await openStream(connection, options, since, over);
      connected = true;
      const onPlace = (id: string): void => {
        since = id;
        options.onPlace?.(id);
      };
      for await (const event of parseEvents(heard(text, over), onPlace)) {
        pauseMs = firstPauseMs;
        yield event;
      }
    } catch (error) {
      if (stopped()) return;
      if (!connected) throw error;
      if (error instanceof ApiProblem && error.status !== 503 && error.status !== 429) throw error;
      reason = error instanceof Error ? error.message : String(error);
    } finally {
      letGo();
    }
    // Asked to end while nothing came.
    if (stopped()) return;
    options.onReconnect?.(reason);
    try {
      await pause(pauseMs, signal);
    } catch {
      return;
    }
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

async function openStream(
  connection: Connection,
  options: EventsOptions,
  since: string | undefined,
  over: AbortController,
): Promise<AsyncIterable<string>> {
  const query = new URLSearchParams();
  if (options.types !== undefined) query.set('types', options.types.join(','));
  if (options.address !== undefined) query.set('address', options.address);
  if (since !== undefined) query.set('since', since);
  // Only the beginning has to come in time: the stream itself may be silent.
  const timer = setTimeout(() => over.abort(new DOMException('no answer', 'TimeoutError')), connection.timeoutMs);
  let response: Response;
  try {
    response = await connection.fetch(`${connection.url}/v1/events${query.size === 0 ? '' : `?${query}`}`, {
      headers: { accept: 'text/event-stream' },
      signal: over.signal,
    });
  } catch (error) {
    throw unreachable(connection.url, error);
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
  if (response.body === null || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    await response.body?.cancel();
    throw new NodeUnreachable(connection.url, 'what answers there does not send events');
  }
  return response.body.pipeThrough(new TextDecoderStream());
}

/** Ends the connection over which nothing comes any more, as when a cable was pulled. A reader may take its time. */
async function* heard(text: AsyncIterable<string>, over: AbortController): AsyncGenerator<string, void, undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    const gone = new DOMException(`nothing came for ${longestSilenceMs / 1000} s`, 'TimeoutError');
    timer = setTimeout(() => over.abort(gone), longestSilenceMs);
  };
  try {
    listen();
    for await (const chunk of text) {
      clearTimeout(timer);
      yield chunk;
      listen();
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The event stream format of the HTML standard, as far as this API uses it. Exported for tests.
 * @param onPlace told each id, also one that comes without an event: so far the ledger was read
 */
export async function* parseEvents(
  text: AsyncIterable<string>,
  onPlace: (id: string) => void = () => undefined,
): AsyncGenerator<LedgerEvent, void, undefined> {
  let rest = '';
  for await (const chunk of text) {
    rest += chunk;
    // A lone CR at the end may be half of a CRLF: it waits for the next chunk.
    for (;;) {
      const end = /\r\n\r\n|\n\n|\r\r(?!\n)/.exec(rest);
      if (end === null) break;
      const { id, event } = parseEvent(rest.slice(0, end.index));
      rest = rest.slice(end.index + end[0].length);
      if (id !== undefined) onPlace(id);
      if (event !== undefined) yield event;
    }
    if (rest.length > maxEventLength) throw new Error('an event is longer than this reader accepts');
  }
}

function parseEvent(block: string): { readonly id: string | undefined; readonly event?: LedgerEvent } {
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
  if (data.length === 0) return { id };
  const event = { type, data: JSON.parse(data.join('\n')) as unknown };
  return { id, event: (id === undefined ? event : { ...event, id }) as LedgerEvent };
}
