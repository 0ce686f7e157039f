/**
 * The fast door for reading: what stands in the table of routes is answered without Express, whose way from a request to
 * an answer costs as much CPU time again as finding and proving an account.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import compression from 'compression';
import createEtag from 'etag';
import createRouter from 'find-my-way';
import isFresh from 'fresh';
import { type Reply, replyHeaders } from './reply.js';
import { type Route, type RouteContext, routerPath } from './route.js';
import { labelRoute } from './route-label.js';
import { readRoutes } from './routes/all-routes.js';
import { securityHeaders } from './security-headers.js';

/** Below this many bytes compressing gains nothing: the answer fits into a packet. */
const compressedFrom = 1024;

export interface ReadDoor {
  /** The route at a path (its query does not count), with its parameters; undefined: none that reads is there. */
  readonly find: (path: string) => FoundRoute | undefined;
  /** Runs a route and answers GET or HEAD. Rejects with what the route throws. */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    found: FoundRoute,
    query: string,
  ) => Promise<void>;
}

export interface FoundRoute {
  readonly route: Route;
  readonly params: { readonly [name: string]: string };
}

type BareMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Cases and a slash at the end make no difference, as in Express. */
export function createReadDoor(context: RouteContext): ReadDoor {
  const router = createRouter({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    maxParamLength: context.limits.maxHeaderBytes,
    querystringParser: () => undefined,
  });
  for (const route of readRoutes) router.on('GET', routerPath(route.path), () => {}, route);
  // Its types know Express only.
  const compress = compression({ threshold: compressedFrom }) as unknown as BareMiddleware;

  return {
    find: (path) => {
      const found = router.find('GET', path);
      return found === null ? undefined : { route: found.store as Route, params: found.params as FoundRoute['params'] };
    },
    answer: async (request, response, { route, params }, query) => {
      labelRoute(response, route.path);
      const reply = await route.run(context, params, new URLSearchParams(query));
      const text = JSON.stringify(reply.body);
      if (text.length < compressedFrom) return send(request, response, reply, text);
      compress(request, response, () => send(request, response, reply, text));
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, text: string): void {
  // Who asked is gone.
  if (response.destroyed) return;
  const { 'content-type': type, ...caching } = replyHeaders(reply);
  const etag = createEtag(text);
  const vary = response.getHeader('vary');
  const headers = {
    ...securityHeaders,
    ...caching,
    vary: vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`,
    etag,
  };
  if (reply.status === 200 && isFresh(request.headers, { etag })) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(reply.status, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
