/** The linter keeps the floors apart: each violation that the architecture forbids is shown to fail. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const biome = resolve('node_modules/.bin/biome');

/** Lints one source as if it stood at `path` of this project. @returns what the linter printed, '' when content. */
function lint(path: string, source: string): string {
  const root = mkdtempSync(join(tmpdir(), 'slotledger-lint-'));
  try {
    for (const file of ['biome.json', '.gitignore', 'test/lint/no-randomness.grit']) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      cpSync(file, join(root, file));
    }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
    const run = spawnSync(biome, ['lint', path], { cwd: root, encoding: 'utf8' });
    assert.equal(run.error, undefined);
    return run.status === 0 ? '' : run.stdout + run.stderr;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const violations: readonly (readonly [what: string, path: string, source: string])[] = [
  [
    'a Node built-in in ledger/',
    'ledger/x.ts',
    "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
  ],
  ['a Node built-in in consensus/', 'consensus/x.ts', "import net from 'node:net';\nexport const x = net;\n"],
  ['the wall clock in ledger/', 'ledger/x.ts', 'export const x = Date.now();\n'],
  ['the wall clock in consensus/', 'consensus/x.ts', 'export const x = new Date();\n'],
  ['a timer in consensus/', 'consensus/x.ts', 'export const x = setTimeout(() => {}, 1);\n'],
  ['randomness in ledger/', 'ledger/x.ts', 'export const x = Math.random();\n'],
  ['randomness in consensus/', 'consensus/x.ts', 'export const x = Math.random();\n'],
  ['the process in ledger/', 'ledger/x.ts', 'export const x = process.env;\n'],
  ['printing in consensus/', 'consensus/x.ts', "console.log('x');\nexport {};\n"],
  [
    'an import of consensus/ in ledger/',
    'ledger/x.ts',
    "import { x } from '../consensus/x.js';\nexport const y = x;\n",
  ],
  [
    'an import of server/ in consensus/',
    'consensus/x.ts',
    "import { x } from '../server/x.js';\nexport const y = x;\n",
  ],
  [
    "an import of ledger's rules in consensus/",
    'consensus/x.ts',
    "import { x } from '../ledger/state-tree/x.js';\nexport const y = x;\n",
  ],
  ['a Node built-in in the SDK', 'client/http/x.ts', "import net from 'node:net';\nexport const x = net;\n"],
  ['an import of server/ in client/', 'client/x.ts', "import { x } from '../server/x.js';\nexport const y = x;\n"],
];

for (const [what, path, source] of violations) {
  test(`the linter refuses ${what}`, () => {
    assert.match(lint(path, source), /noNodejsModules|noRestrictedImports|noRestrictedGlobals|noConsole|comes in as/);
  });
}

test('the linter allows what the floors need', () => {
  assert.equal(lint('ledger/x.ts', 'export const x = Math.floor(1.5);\n'), '');
  const values = "import { ok } from '../ledger/values/result.js';\n\nexport const y = ok;\n";
  assert.equal(lint('consensus/x.ts', values), '');
});
