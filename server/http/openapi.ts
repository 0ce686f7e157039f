/** /openapi.json out of the same values that serve the routes. */
import { createDocument, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import type { HttpLimits } from './limits.js';
import { type ProblemCode, problemBody, problems } from './problems.js';
import type { RouteDescription } from './route.js';
import { describedRoutes } from './routes/all-routes.js';
import { problemSchema } from './schemas/problem.js';

/** What every route can answer before its handler is asked. */
const everywhere: readonly ProblemCode[] = [
  'api_key_needed',
  'api_key_unknown',
  'role_too_low',
  'host_not_allowed',
  'rate_limited',
  'internal_error',
  'ledger_damaged',
  'ledger_unreadable',
];

const linesType = 'application/x-ndjson';

/** Problems of a route with those that follow from its parameters. */
export function problemsOf(route: RouteDescription): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>([...route.problems, 'unknown_parameter']);
  if (route.params !== undefined || route.query !== undefined) codes.add('invalid_parameter');
  if (route.method !== 'get') codes.add('origin_not_allowed');
  for (const code of everywhere) codes.add(code);
  return [...codes];
}

export function openApiDocument(version: string, limits: HttpLimits): object {
  const paths: Record<string, ZodOpenApiPathsObject[string]> = {};
  for (const route of describedRoutes(limits.maxWaitMs)) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'slotledger',
      version,
      description:
        'HTTP API of a slotledger node. Amounts are integers of the smallest unit, times Unix milliseconds. Errors are RFC 9457 problems with a stable `code` and a `fix`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This node' }],
    tags: [
      { name: 'chain', description: 'Blocks, events, supply' },
      { name: 'accounts', description: 'Balances and their proofs' },
      { name: 'transactions', description: 'Handing in and following' },
      { name: 'consensus', description: 'Epochs, schedule, evidence' },
      { name: 'operations', description: 'Health, metrics, peers' },
      { name: 'admin', description: 'Looking after the node, with an API key of the role admin' },
    ],
    components: {
      securitySchemes: {
        api_key: { type: 'http', scheme: 'bearer', description: 'A key that `server apikey add` made' },
      },
    },
    paths,
  });
}

function operation(route: RouteDescription) {
  const parameters = {
    ...(route.params === undefined ? {} : { path: route.params }),
    ...(route.query === undefined ? {} : { query: route.query }),
  };
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    // The empty one: without a key, as far as the node lets anybody in.
    security: route.tag === 'admin' ? [{ api_key: [] }] : [{}, { api_key: [] }],
    requestParams: parameters,
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: route.body },
              ...(route.lines === undefined ? {} : { [linesType]: { schema: route.lines.asked } }),
            },
          },
        }),
    responses: responses(route),
  };
}

function responses(route: RouteDescription): ZodOpenApiResponsesObject {
  const made: Record<string, ZodOpenApiResponsesObject[`${1 | 2 | 3 | 4 | 5}${string}`]> = {};
  for (const [status, { description, schema, example, mediaType }] of Object.entries(route.answers)) {
    const shown = example === undefined ? {} : { example };
    const lines =
      route.lines === undefined || status !== '200' ? {} : { [linesType]: { schema: route.lines.answered } };
    made[status] = { description, content: { [mediaType ?? 'application/json']: { schema, ...shown }, ...lines } };
  }
  const codesByStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status } = problems[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of codesByStatus) {
    const examples = Object.fromEntries(
      codes.map((code) => [code, { summary: problems[code].title, value: problemBody(code, problems[code].meaning) }]),
    );
    const content = { 'application/problem+json': { schema: problemSchema, examples } };
    const known = made[String(status)];
    const description = codes.map((code) => problems[code].title).join('; ');
    made[String(status)] =
      known === undefined || !('content' in known)
        ? { description, content }
        : { description: `${known.description}. Or: ${description}`, content: { ...known.content, ...content } };
  }
  return made;
}
