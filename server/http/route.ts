/**
 * A route is one value: path, schemas, answers and handler together, so that what is checked, what is served and what
 * /openapi.json says cannot differ. Handlers return a Reply; wrong input never throws.
 */
import type { z } from 'zod';
import type { HttpLimits } from './limits.js';
import type { NodeApi } from './node-api.js';
import type { ProblemCode } from './problems.js';
import { parseParameters, parseQuery } from './query.js';
import type { Reply } from './reply.js';

/** What handlers may reach. */
export interface RouteContext {
  readonly node: NodeApi;
  readonly limits: HttpLimits;
  /** Unix time in ms. */
  readonly now: () => number;
  readonly version: string;
  /** When this HTTP server began to listen, Unix ms. */
  readonly startedAt: number;
  /** Genesis names by address and by validator key. */
  readonly names: ReadonlyMap<string, string>;
}

export interface RouteDescription {
  readonly method: 'get' | 'post' | 'delete';
  /** With `{name}` for parameters, as in OpenAPI. */
  readonly path: string;
  readonly tag: 'chain' | 'accounts' | 'transactions' | 'consensus' | 'operations' | 'admin';
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What stands in each line, where a body of lines of JSON is taken as well and answered with status 200 as such. */
  readonly lines?: { readonly asked: z.ZodType; readonly answered: z.ZodType };
  readonly answers: { readonly [status: number]: RouteAnswer };
  readonly problems: readonly ProblemCode[];
}

export interface RouteAnswer {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly example?: unknown;
  /** Of a body that is not JSON. */
  readonly mediaType?: string;
}

/** `/v1/blocks/{at}` as routers have it: `/v1/blocks/:at`. */
export const routerPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

export interface Route extends RouteDescription {
  readonly run: (
    context: RouteContext,
    params: { readonly [name: string]: string },
    query: URLSearchParams,
  ) => Promise<Reply>;
}

type Parsed<Schema> = Schema extends z.ZodObject ? z.output<Schema> : Record<never, never>;

export interface RouteDefinition<Params extends z.ZodObject | undefined, Query extends z.ZodObject | undefined>
  extends Omit<RouteDescription, 'params' | 'query'> {
  readonly params?: Params;
  readonly query?: Query;
  readonly handle: (
    context: RouteContext,
    asked: { readonly params: Parsed<Params>; readonly query: Parsed<Query> },
  ) => Reply | Promise<Reply>;
}

export function defineRoute<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
>(definition: RouteDefinition<Params, Query>): Route {
  const { handle, params, query, ...description } = definition;
  return {
    ...description,
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    run: async (context, rawParams, rawQuery) => {
      const fromPath = parseParameters(params, rawParams);
      if (!fromPath.ok) return fromPath.problem;
      const fromQuery = parseQuery(query, rawQuery);
      if (!fromQuery.ok) return fromQuery.problem;
      return handle(context, {
        params: fromPath.value as Parsed<Params>,
        query: fromQuery.value as Parsed<Query>,
      });
    },
  };
}
