/**
 * A route for administrators as one value: path, schemas, answers and handler. Its one rule: the handler runs after the
 * body has its form; who may call it is decided before, in one place for all of them.
 */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { NodeAdmin } from '../node-admin.js';
import type { ProblemCode } from '../problems.js';
import { issueWords, parseParameters, parseQuery } from '../query.js';
import { readJson } from '../read-json.js';
import { problem, type Reply } from '../reply.js';
import type { RouteDescription } from '../route.js';

/** Bytes of a body; the longest is a ban with its reason. */
const maxBodyBytes = 4_096;

export interface AdminRoute extends RouteDescription {
  /** @param key the name of the API key that asks */
  run(
    admin: NodeAdmin,
    key: string,
    request: IncomingMessage,
    params: { readonly [name: string]: string },
    query: URLSearchParams,
  ): Promise<Reply>;
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface AdminRouteDefinition<Params extends z.ZodObject | undefined, Body extends z.ZodType | undefined>
  extends Omit<RouteDescription, 'tag' | 'params' | 'query' | 'body' | 'problems'> {
  readonly params?: Params;
  readonly body?: Body;
  readonly problems?: readonly ProblemCode[];
  handle(
    admin: NodeAdmin,
    asked: { readonly params: Output<Params>; readonly body: Output<Body> },
  ): Reply | Promise<Reply>;
}

export function defineAdminRoute<
  Params extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: AdminRouteDefinition<Params, Body>): AdminRoute {
  const { handle, params, body, problems = [], ...description } = definition;
  const ofBody: readonly ProblemCode[] =
    body === undefined ? [] : ['malformed_json', 'body_too_large', 'unsupported_media_type', 'invalid_body'];
  return {
    ...description,
    tag: 'admin',
    problems: [...problems, ...ofBody],
    ...(params === undefined ? {} : { params }),
    ...(body === undefined ? {} : { body }),
    async run(admin, key, request, rawParams, query) {
      const fromPath = parseParameters(params, rawParams);
      if (!fromPath.ok) return fromPath.problem;
      const fromQuery = parseQuery(undefined, query);
      if (!fromQuery.ok) return fromQuery.problem;
      let value: unknown;
      if (body !== undefined) {
        const json = await readJson(request, maxBodyBytes);
        if (!json.ok) return json.problem;
        const parsed = body.safeParse(json.value);
        if (!parsed.success) return bodyProblem(parsed.error);
        value = parsed.data;
      }
      const call = `${description.method.toUpperCase()} ${description.path}`;
      const asked = { ...fromPath.value, ...(value as object | undefined) };
      if (!admin.recordCall({ key, call, asked })) {
        return problem('internal_error', 'This could not be recorded, so it was not done.');
      }
      return handle(admin, { params: fromPath.value as Output<Params>, body: value as Output<Body> });
    },
  };
}

function bodyProblem({ issues: [issue] }: z.ZodError): Reply {
  const path = issue?.path.join('.') ?? '';
  return problem('invalid_body', `The body is wrong: ${issueWords(issue)}.`, {
    path,
  });
}
