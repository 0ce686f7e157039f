/** A real HTTP server on a free port for a test, closed when the test ends, and calls that read its answers. */
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createHttpServer, type HttpServerOptions } from '../../../server/http/http-server.js';
import type { HttpLimits } from '../../../server/http/limits.js';
import type { NodeApi } from '../../../server/http/node-api.js';

export interface Listening {
  readonly port: number;
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** What a test has opened: closed before the node behind it stops. */
const opened = new WeakMap<object, readonly (() => Promise<void>)[]>();
export const closeListening = async (t: object): Promise<void> => {
  await Promise.all((opened.get(t) ?? []).map((close) => close()));
};

/** @param at a port of before, to come back on; 0 takes a free one */
export async function listening(
  t: TestContext,
  node: NodeApi,
  limits: Partial<HttpLimits> = {},
  at = 0,
  more: Pick<HttpServerOptions, 'findKey' | 'anonymous' | 'admin'> = {},
): Promise<Listening> {
  const server = createHttpServer({ node, port: at, limits, log: pino({ level: 'silent' }), ...more });
  const { port } = await server.listen();
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= server.close();
    return closed;
  };
  const before = opened.get(t) ?? [];
  opened.set(t, [...before, close]);
  t.after(close);
  return { port, url: `http://127.0.0.1:${port}`, close };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
  readonly body: any;
}

export async function call(url: string, init?: RequestInit): Promise<Answered> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
  call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
