/**
 * The HTTP floor: one node:http server. Every request passes the guard; POST /v1/transactions and what reads go straight
 * to their handlers (the fast doors), all else to Express.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import cors from 'cors';
import type { Logger } from 'pino';
import type { ApiKey } from '../home/api-keys.js';
import { type Anonymous, createAccess, probes } from './access.js';
import { createApp } from './app.js';
import { createListeners } from './events/listeners.js';
import { failureReply } from './failure-reply.js';
import { createGuard } from './guard.js';
import { limitConnections } from './idle-connections.js';
import { answerExpectation, lingerOver } from './last-words.js';
import { defaultHttpLimits, type HttpLimits } from './limits.js';
import { listenError } from './listen-error.js';
import { createHttpMetrics, type HttpMetrics } from './metrics.js';
import type { NodeAdmin } from './node-admin.js';
import type { NodeApi } from './node-api.js';
import { createOpenAnswers } from './open-answers.js';
import type { ProblemCode } from './problems.js';
import { createReadDoor } from './read-door.js';
import { isLines } from './read-json.js';
import { problem, sendReply } from './reply.js';
import type { RouteContext } from './route.js';
import { labelRoute, routeLabel } from './route-label.js';
import { createSubmit } from './submit.js';
import { createWebServer, type TlsFiles } from './tls-files.js';
import { createTurns } from './turns.js';
import { endUntaken } from './untaken.js';
import { packageVersion } from './version.js';

/** How long open answers may take after close(), in ms. */
const graceMs = 3_000;
const fastPath = '/v1/transactions';

export interface HttpServerOptions {
  readonly node: NodeApi;
  /** 127.0.0.1 keeps it to this machine. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly limits?: Partial<HttpLimits>;
  /** Absent: plain HTTP. */
  readonly tls?: TlsFiles;
  /** The API key that a text is; absent: there are none. */
  readonly findKey?: (token: string) => ApiKey | undefined;
  /** What those may do who show no key. Starting value: submit, which includes reading. */
  readonly anonymous?: Anonymous;
  /** Absent: no admin routes. */
  readonly admin?: NodeAdmin;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export interface HttpServer {
  /** Rejects with a SlotledgerError (PORT_IN_USE and kin). */
  readonly listen: () => Promise<{ readonly port: number }>;
  /** Ends event streams, lets open answers finish for at most 3 s. */
  readonly close: () => Promise<void>;
  /** What `GET /metrics` answers, for a port of its own. */
  readonly metrics: Pick<HttpMetrics, 'text' | 'contentType'>;
}

export function createHttpServer({
  node,
  host = '127.0.0.1',
  port,
  limits: given,
  tls,
  findKey,
  anonymous = 'submit',
  admin,
  log,
}: HttpServerOptions): HttpServer {
  const limits: HttpLimits = { ...defaultHttpLimits, ...given };
  const version = packageVersion();
  const context: RouteContext = {
    node,
    limits,
    version,
    now: Date.now,
    startedAt: Date.now(),
    names: genesisNames(node),
  };
  const metrics = createHttpMetrics(node, version, () => performance.now());
  const onBug = (error: unknown): void => log.error({ err: error }, 'an HTTP request failed: this is a bug');
  const listeners = createListeners(context, metrics, onBug);
  const turns = createTurns(() => performance.now());
  const submit = createSubmit(context, metrics, turns);
  const readDoor = createReadDoor(context);
  const guard = createGuard(host, limits, tls === undefined ? 'http' : 'https');
  const access = createAccess({ findKey, anonymous, limits });
  const app = createApp({ context, metrics, listeners, submit, access, admin, onBug });
  const allowOrigins = cors({ origin: [...limits.allowedOrigins], exposedHeaders: ['location', 'retry-after'] });

  let closing = false;
  const openAnswers = createOpenAnswers(limits.maxOpenAnswers);

  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { path, query } = targetOf(request);
    const refused = (await guard.refusal(request)) ?? (await access.refusal(request, path));
    if (refused !== undefined) return sendReply(response, refused);
    if (request.method === 'POST' && path === fastPath) {
      labelRoute(response, fastPath);
      // Its body may be long in coming: nobody in line waits for it.
      submit(request, response, new URLSearchParams(query)).catch((error: unknown) => fail(response, error));
      return;
    }
    const reading = request.method === 'GET' || request.method === 'HEAD' ? readDoor.find(path) : undefined;
    if (reading === undefined) app(request, response);
    else await readDoor.answer(request, response, reading, query);
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    // Who asked may have gone while it waited. Of answers behind another node:http does not tell.
    if (response.destroyed || request.socket.destroyed) return;
    if (limits.allowedOrigins.length === 0) return answerTo(request, response);
    let answered: Promise<void> | undefined;
    // It answers what browsers ask before they ask.
    allowOrigins(request, response, () => {
      answered = answerTo(request, response);
    });
    return answered;
  };
  const fail = (response: ServerResponse, error: unknown): void => sendReply(response, failureReply(error, onBug));

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (!openAnswers.add(request, response)) return;
    const began = performance.now();
    endUntaken(request.socket, response, !isStream(request), limits.answerStallMs);
    lingerOver(request, response);
    response.once('close', () => {
      const seconds = (performance.now() - began) / 1000;
      metrics.requested(request.method ?? '', routeLabel(response), response.statusCode, seconds);
      // Its connection is idle only after this event.
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
    const before = openAnswers.before(response);
    // Orchestrators end what does not answer them: they do not stand in line.
    const line = probes.has(targetOf(request).path) ? turns.atOnce : turns.run;
    line(request.socket, () => answer(request, response), before).catch((error: unknown) => fail(response, error));
  };
  const web = createWebServer({
    tls,
    log,
    handle,
    options: {
      maxHeaderSize: limits.maxHeaderBytes,
      requireHostHeader: false,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckMs,
    },
  });
  const { server } = web;
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  limitConnections(server, limits.maxConnections + limits.maxListeners, limits.maxConnections / 4);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    answerExpectation(request, response, isLines(request) ? Number.POSITIVE_INFINITY : limits.maxBodyBytes);
    handle(request, response);
  });
  // What else is expected of the answer: asked as if it were not, and not answered with 417 past all that stands here.
  server.on('checkExpectation', handle);
  server.on('clientError', (error, socket) => {
    if (!openAnswers.leavesRoom(socket as Socket)) socket.destroy();
    else answerBrokenRequest(error, socket as Socket);
  });

  return {
    metrics,
    listen: () =>
      new Promise((resolve, reject) => {
        const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
        server.once('error', onError);
        server.listen(port, host, () => {
          server.off('error', onError);
          server.on('error', (error) => log.error({ err: error }, 'the HTTP server reports an error'));
          const bound = (server.address() as AddressInfo).port;
          log.info({ host, port: bound }, tls === undefined ? 'HTTP listens' : 'HTTPS listens');
          resolve({ port: bound });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        closing = true;
        web.stop();
        listeners.close();
        const force = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(force);
          metrics.close();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function targetOf({ url = '/' }: IncomingMessage): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** What is answered bit by bit. */
const isStream = ({ url = '' }: IncomingMessage): boolean => /^\/v1\/(events|transactions)\/?(\?|$)/i.test(url);

function genesisNames({ genesis }: NodeApi): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { address, name } of genesis.accounts) if (name !== undefined) names.set(address, name);
  for (const { key, name } of genesis.validators) if (name !== undefined) names.set(key, name);
  return names;
}

/** What node:http could not read never reaches a handler; it gets a problem all the same. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const codes: { readonly [code: string]: ProblemCode } = {
    HPE_HEADER_OVERFLOW: 'headers_too_large',
    ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  };
  const { status, body } = problem(
    codes[error.code ?? ''] ?? 'malformed_request',
    'The request cannot be read as HTTP.',
  );
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
