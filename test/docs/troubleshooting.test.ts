/** docs/TROUBLESHOOTING.md explains every code that a user can meet. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { problemCodes } from '../../server/http/problems.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(repository, 'docs/TROUBLESHOOTING.md'), 'utf8');
const explained = new Set([...page.matchAll(/`([a-z_]+)`/g)].map((match) => match[1]));

test('every code of the HTTP API is explained', () => {
  assert.deepEqual(
    problemCodes.filter((code) => !explained.has(code)),
    [],
  );
});

test('every code of the programs is explained', () => {
  const codes = new Set<string>();
  for (const folder of ['client/cli', 'server']) {
    for (const file of readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const source = readFileSync(join(repository, folder, file), 'utf8');
      const printed = folder === 'client/cli' || file.startsWith('cli/');
      for (const match of printed ? source.matchAll(/new CliProblem\(\s*'([a-z_]+)'|\bcode: '([a-z_]+)'/g) : []) {
        codes.add(match[1] ?? match[2] ?? '');
      }
      // The command line writes them in lower case.
      for (const match of source.matchAll(/new SlotledgerError\(\s*'([A-Z_]+)'/g)) codes.add(match[1]!.toLowerCase());
    }
  }
  assert.ok(codes.size > 10, 'the codes were found');
  assert.deepEqual(
    [...codes].filter((code) => !explained.has(code) && code !== 'system'),
    [],
  );
});
