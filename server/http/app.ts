/** The Express application: all but the two fast doors, pages, and one place where everything unforeseen ends. */
import compression from 'compression';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Access } from './access.js';
import { adminRoutes } from './admin/admin-routes.js';
import { addDocsPages, pagePaths } from './docs-pages.js';
import type { Listeners } from './events/listeners.js';
import { failureReply } from './failure-reply.js';
import { useFaucet } from './faucet.js';
import type { HttpMetrics } from './metrics.js';
import type { NodeAdmin } from './node-admin.js';
import type { ProblemBody } from './problems.js';
import { problem, sendReply } from './reply.js';
import { type RouteContext, routerPath } from './route.js';
import { labelRoute } from './route-label.js';
import { readRoutes } from './routes/all-routes.js';
import { securityHeaders } from './security-headers.js';
import type { Submit } from './submit.js';

export interface AppParts {
  readonly context: RouteContext;
  readonly metrics: HttpMetrics;
  readonly listeners: Listeners;
  readonly submit: Submit;
  readonly access: Access;
  /** Absent: there is nothing to look after. */
  readonly admin?: NodeAdmin | undefined;
  /** Told of what should not have happened. */
  readonly onBug: (error: unknown) => void;
}

export function createApp({ context, metrics, listeners, submit, access, admin, onBug }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', false);
  app.set('etag', 'strong');
  app.use((_request, response, next) => {
    response.set(securityHeaders);
    next();
  });
  app.use(compression({ filter: (request, response) => !isStream(response) && compression.filter(request, response) }));

  const methodsByPath = new Map<string, string>(pagePaths.map((path) => [path, 'GET, HEAD']));
  const allowAt = (path: string, methods: string): void => {
    const others = methodsByPath.get(path);
    methodsByPath.set(path, others === undefined ? methods : `${others}, ${methods}`);
  };
  const post = (path: string, run: (request: Request, response: Response) => Promise<void>): void => {
    allowAt(path, 'POST');
    app.post(path, async (request, response) => {
      labelRoute(response, path);
      await run(request, response);
    });
  };

  // Answered by the read door; known here for 405 only.
  for (const { path } of readRoutes) allowAt(routerPath(path), 'GET, HEAD');
  post('/v1/transactions', (request, response) => submit(request, response, queryOf(request)));
  post('/v1/faucet', async (request, response) =>
    sendReply(response, await useFaucet(context, metrics, request, queryOf(request))),
  );
  for (const route of admin === undefined ? [] : adminRoutes) {
    const path = routerPath(route.path);
    allowAt(path, route.method === 'get' ? 'GET, HEAD' : route.method.toUpperCase());
    app[route.method](path, async (request, response) => {
      labelRoute(response, route.path);
      const refused = access.adminRefusal(request);
      if (refused === undefined) {
        const key = access.keyName(request) ?? '';
        return sendReply(response, await route.run(admin!, key, request, textParams(request), queryOf(request)));
      }
      const { code } = refused.body as ProblemBody;
      const from = request.socket.remoteAddress ?? '';
      admin!.noteRefusal({ from, call: `${request.method} ${route.path}`, code });
      sendReply(response, refused);
    });
  }
  allowAt('/v1/events', 'GET, HEAD');
  app.get('/v1/events', (request, response) => {
    labelRoute(response, '/v1/events');
    listeners.listen(request, response, queryOf(request));
  });
  allowAt('/metrics', 'GET, HEAD');
  app.get('/metrics', async (_request, response) => {
    labelRoute(response, '/metrics');
    response.set({ 'content-type': metrics.contentType, 'cache-control': 'no-store' }).send(await metrics.text());
  });
  addDocsPages(app, context);

  for (const [path, allow] of methodsByPath) {
    app.all(path, (request, response) => {
      const detail = `${request.method} does not work here; ${allow} ${allow.includes(',') ? 'do' : 'does'}.`;
      sendReply(response, problem('method_not_allowed', detail, { headers: { allow } }));
    });
  }
  app.use((request: Request, response: Response) => {
    const path = request.path.length > 80 ? `${request.path.slice(0, 80)}…` : request.path;
    sendReply(response, problem('route_not_found', `Nothing stands at ${path}; /docs lists all routes.`));
  });
  app.use(lastResort(onBug));
  return app;
}

const isStream = (response: { getHeader: (name: string) => unknown }): boolean =>
  String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');

const queryOf = (request: Request): URLSearchParams => {
  const mark = request.url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1));
};

function textParams(request: Request): { readonly [name: string]: string } {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.params)) if (typeof value === 'string') texts[name] = value;
  return texts;
}

/** Express reports what it could not read (a path with bad escapes) with a 4xx status; all else is a damaged ledger or our bug. */
function lastResort(onBug: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = (error as { readonly status?: unknown } | undefined)?.status;
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return sendReply(response, problem('malformed_request', 'The path or a header cannot be read.'));
    }
    sendReply(response, failureReply(error, onBug));
  };
}
