/** What a route answers, as a value: nothing is written to a socket before the whole answer is known. */
import type { ServerResponse } from 'node:http';
import { isProblemCode, type ProblemCode, problemBody } from './problems.js';

/** `immutable`: final, it never changes. `revalidate`: ask again, with an ETag. `never`: not to be kept. */
export type Caching = 'immutable' | 'revalidate' | 'never';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly caching: Caching;
  readonly headers: { readonly [name: string]: string };
  readonly problem: boolean;
}

export function answer(body: unknown, caching: Caching = 'revalidate'): Reply {
  return { status: 200, body, caching, headers: {}, problem: false };
}

/** What makes one problem differ from another of its code. */
export interface ProblemDetails {
  /** Where in the request. */
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  /** Further members of the answer, such as the other transaction of a conflict. */
  readonly extra?: { readonly [name: string]: unknown };
}

/** @param detail one sentence about this very request */
export function problem(code: ProblemCode, detail: string, details: ProblemDetails = {}): Reply {
  const body = problemBody(code, detail, details.path, details.extra);
  return { status: body.status, body, caching: 'never', headers: details.headers ?? {}, problem: true };
}

const cacheControl: { readonly [Kind in Caching]: string } = {
  immutable: 'public, max-age=31536000, immutable',
  revalidate: 'no-cache',
  never: 'no-store',
};

/** The headers of an answer, the same behind both doors. */
export function replyHeaders(reply: Reply): { readonly [name: string]: string } {
  return {
    'content-type': reply.problem ? 'application/problem+json; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': cacheControl[reply.caching],
    ...reply.headers,
  };
}

/** Answers on a bare response, without Express. A connection that is gone already is no error. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...replyHeaders(reply),
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(text),
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** The ledger's own word on a transaction. Its codes are a part of the table; another one is a bug of ours. */
export function refusalReply(code: string, detail: string): Reply {
  if (!isProblemCode(code)) throw new Error(`the problem table lacks the refusal ${code}`);
  return problem(code, detail);
}
