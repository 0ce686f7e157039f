/** The list of breakages fits the sources: `npm run mutants` itself takes minutes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutants, unbroken } from './mutants.js';
import { occurrences } from './scratch.js';

test('the text that each mutant replaces stands exactly once in the sources', () => {
  const gone = mutants.flatMap(({ name, edits }) =>
    edits.filter((edit) => occurrences(edit) !== 1).map(({ file, find }) => `${name}: ${file}: ${find}`),
  );
  assert.deepEqual(gone, []);
});

test('mutants have names of their own and change something', () => {
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  for (const { name, edits } of mutants) assert.ok(edits.length > 0 && edits.every((e) => e.find !== e.replace), name);
});

test('every rule tagged in the protocol or in the consensus core has a mutant, or a reason why none can be told', () => {
  const sources = ['docs/PROTOCOL.md', ...readdirSync('consensus').map((name) => join('consensus', name))];
  const tags = new Set<string>();
  for (const file of sources) {
    for (const [, tag] of readFileSync(file, 'utf8').matchAll(/\[([4-8]-[a-z-]+)\]/g)) tags.add(tag!);
  }
  const covered = new Set([...mutants, ...unbroken].map(({ rule }) => rule));
  assert.deepEqual([...tags].filter((tag) => !covered.has(tag)).sort(), []);
});
