import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { problemCodes, problems } from '../../../server/http/problems.js';
import { describedRoutes } from '../../../server/http/routes/all-routes.js';

/** Tests run from the root of the package. */
const text = readFileSync('docs/HTTP-API.md', 'utf8');

test('the documentation has every route, with a curl example', () => {
  const examples = text.split('\n').filter((line) => line.startsWith('curl '));
  for (const { method, path } of describedRoutes(60_000)) {
    const named = `\`${method.toUpperCase()} ${path}`;
    assert.ok(text.includes(named), `${named} is missing`);
    const pattern = new RegExp(`\\$NODE${path.replace(/\{\w+\}/g, '[^/ ?"]+').replaceAll('.', '\\.')}(["?]|$)`);
    assert.ok(
      examples.some((line) => pattern.test(line) && line.includes('--data') === (method === 'post')),
      `no example for ${method} ${path}`,
    );
  }
});

test('the documentation has every problem, with its status and meaning, and no other', () => {
  const listed = [...text.matchAll(/^\| (\d{3}) \| `(\w+)` \| (.*) \|$/gm)].map(([, status, code, meaning]) => ({
    status: Number(status),
    code,
    meaning,
  }));
  assert.deepEqual(
    listed,
    problemCodes.map((code) => ({ status: problems[code].status, code, meaning: problems[code].meaning })),
  );
});
