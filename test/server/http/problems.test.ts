import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transactionRefusals } from '../../../ledger/transaction-refusals.js';
import { problemsOf } from '../../../server/http/openapi.js';
import { problemBody, problemCodes, problems } from '../../../server/http/problems.js';
import { describedRoutes } from '../../../server/http/routes/all-routes.js';
import { problemSchema } from '../../../server/http/schemas/problem.js';
import { sharedChainNode } from './chain-node.js';
import { call, listening } from './listening.js';

const shared = sharedChainNode();

/** Answered before a route is found. */
const beforeRoutes = [
  'route_not_found',
  'method_not_allowed',
  'malformed_request',
  'request_timeout',
  'headers_too_large',
];

test('every problem has a page that says what it means and what to do', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const index = (await call(`${url}/docs/problems`)).body as string;
  for (const code of problemCodes) {
    const body = problemBody(code, 'Detail.');
    assert.ok(problemSchema.safeParse(body).success);
    assert.equal(body.type, `/docs/problems/${code}`);
    assert.ok(index.includes(`href="${body.type}"`), `${code} is not in the index`);
    const page = await call(url + body.type);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(page.body, /What it means/);
    assert.match(page.body, /What to do/);
    assert.ok(page.body.includes(problems[code].title));
  }
  assert.equal((await call(`${url}/docs/problems/nothing`)).status, 404);
  assert.equal((await call(`${url}/docs/problems/toString`)).status, 404);
});

test('every problem is documented at the routes that answer it', async (t) => {
  const { url } = await listening(t, (await shared()).api);
  const { body } = await call(`${url}/openapi.json`);
  assert.equal(body.openapi, '3.1.0');
  const documented = new Set<string>(beforeRoutes);
  for (const route of describedRoutes(60_000)) {
    const operation = body.paths[route.path][route.method];
    assert.ok(operation, `${route.path} is not described`);
    for (const status of Object.keys(route.answers)) assert.ok(operation.responses[status], `${route.path} ${status}`);
    for (const code of problemsOf(route)) {
      const { content } = operation.responses[String(problems[code].status)];
      assert.equal(content['application/problem+json'].examples[code].value.code, code);
      documented.add(code);
    }
  }
  assert.deepEqual(
    problemCodes.filter((code) => !documented.has(code)),
    [],
  );
  const text = JSON.stringify(body);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(body.components.schemas[name!]);
});

test('the table holds every refusal of the ledger, as 422', () => {
  for (const code of Object.keys(transactionRefusals)) {
    assert.equal(problems[code as keyof typeof transactionRefusals].status, 422);
  }
});
