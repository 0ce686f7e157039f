/** GET /v1/events: all open streams, their bound, and what wakes them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { LedgerFailure } from '../../errors.js';
import { parseAddress } from '../account-address.js';
import type { HttpMetrics } from '../metrics.js';
import type { NodeEvents } from '../node-api.js';
import { createPlaces } from '../places.js';
import { parseQuery } from '../query.js';
import { problem, type Reply, sendReply } from '../reply.js';
import type { RouteContext, RouteDescription } from '../route.js';
import {
  aheadComment,
  blockEnd,
  type EventPlace,
  type EventType,
  eventTypes,
  parsePlace,
  placeText,
} from './block-events.js';
import { createEventSource } from './event-source.js';
import { createFanOut } from './fan-out.js';
import { createListener, type Listener, type Wanted } from './listener.js';

const typesPattern = new RegExp(`^(${eventTypes.join('|')})(,(${eventTypes.join('|')}))*$`);

const eventsQuery = z.object({
  types: z
    .string()
    .regex(typesPattern, `a list out of ${eventTypes.join(', ')} is expected, separated by commas.`)
    .optional()
    .meta({ description: `Comma-separated: ${eventTypes.join(', ')}; all if left out`, example: 'final,transaction' }),
  address: z.string().max(200).optional().meta({ description: 'Of transactions, only those that touch this account' }),
  since: z
    .string()
    .max(30)
    .optional()
    .meta({ description: 'An event id, or a block index: start after it. Last-Event-ID goes first', example: '0' }),
});

export const eventsDescription: RouteDescription = {
  method: 'get',
  path: '/v1/events',
  tag: 'chain',
  id: 'streamEvents',
  summary: 'Server-sent events, replayable',
  description:
    'Events of final blocks have an id `<index>.<n>` that is the same on every node and after restarts; give the last one seen back as Last-Event-ID (or `since`) and nothing is missed or repeated. `slot` and evidence that is still pending have no id and are not replayed.',
  query: eventsQuery,
  answers: {
    200: {
      description: 'A stream that does not end',
      schema: z.string(),
      mediaType: 'text/event-stream',
      example: 'id: 17.0\nevent: final\ndata: {"index":17}\n\n',
    },
  },
  problems: ['invalid_parameter', 'unknown_parameter', 'too_many_listeners'],
};

export interface Listeners {
  readonly listen: (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void;
  readonly close: () => void;
}

export function createListeners(
  context: RouteContext,
  metrics: HttpMetrics,
  onBug: (error: unknown) => void,
): Listeners {
  const { node, limits } = context;
  const source = createEventSource(node);
  const fanOut = createFanOut(() => performance.now());
  const open = new Set<Listener>();
  const places = createPlaces(limits.maxListeners);

  const passAll = (type: EventType, data: object): void => {
    if (open.size === 0) return;
    const bytes = Buffer.from(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    for (const listener of open) listener.pass(type, bytes);
  };
  const onFinal = (): void => {
    source.advance();
    for (const listener of open) listener.wake();
  };
  const onSlot = (event: NodeEvents['slot'][0]): void => {
    passAll('slot', event);
  };
  const onEvidence = ({ offender, evidence }: NodeEvents['evidence'][0]): void => {
    const { kind } = evidence;
    passAll('evidence', { offender, epoch: evidence.first.epoch, kind, evidence, status: 'pending' });
  };
  node.events.on('final', onFinal);
  node.events.on('slot', onSlot);
  node.events.on('evidence', onEvidence);
  const heartbeats = setInterval(() => {
    for (const listener of open) listener.heartbeat();
  }, limits.heartbeatMs);
  heartbeats.unref();

  const listen = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void => {
    const asked = readAsked(context, request, query, source.tip());
    if ('status' in asked) {
      sendReply(response, asked);
      return;
    }
    const isHead = request.method === 'HEAD';
    const leave = isHead ? () => undefined : places.enter(request.socket.remoteAddress ?? '', () => response.destroy());
    if (leave === undefined) {
      const detail = `${limits.maxListeners} event streams are open, as many as this node serves.`;
      sendReply(response, problem('too_many_listeners', detail, { headers: { 'retry-after': '10' } }));
      return;
    }
    response.once('close', leave);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    if (isHead) {
      response.end();
      return;
    }
    const { from, wanted } = asked;
    // The id: who begins now and loses the connection before anything came takes it up here.
    response.write(`retry: 1000\n: welcome\n${aheadComment(from, source.tip())}id: ${placeText(from)}\n\n`);
    const listener = createListener({
      response,
      source,
      fanOut,
      from,
      wanted,
      stallMs: limits.listenerStallMs,
      onFailure(error) {
        if (!(error instanceof LedgerFailure)) onBug(error);
      },
    });
    open.add(listener);
    metrics.listeners(open.size);
    response.once('close', () => {
      open.delete(listener);
      metrics.listeners(open.size);
    });
    listener.wake();
  };

  return {
    listen,
    close: () => {
      clearInterval(heartbeats);
      node.events.off('final', onFinal);
      node.events.off('slot', onSlot);
      node.events.off('evidence', onEvidence);
      for (const listener of open) listener.end();
      fanOut.close();
    },
  };
}

function readAsked(
  { node }: RouteContext,
  request: IncomingMessage,
  query: URLSearchParams,
  tip: number,
): { readonly from: EventPlace; readonly wanted: Wanted } | Reply {
  const parsed = parseQuery(eventsQuery, query);
  if (!parsed.ok) return parsed.problem;
  const { types, address, since } = eventsQuery.parse(parsed.value);
  if (address !== undefined) {
    const owner = parseAddress(node, address);
    if (!owner.ok) return owner.problem;
  }
  const header = request.headers['last-event-id'];
  const start = typeof header === 'string' && header !== '' ? header : since;
  const from = start === undefined ? { index: tip, n: blockEnd } : parsePlace(start);
  if (from === undefined) {
    const detail = 'An event id has the form <index>.<n>, such as 17.0; a block index alone works too.';
    return problem('invalid_parameter', detail, { path: start === since ? 'since' : 'Last-Event-ID' });
  }
  const wantedTypes = types === undefined ? eventTypes : eventTypes.filter((type) => types.split(',').includes(type));
  return { from, wanted: { types: new Set(wantedTypes), address } };
}
