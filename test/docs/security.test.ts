/** docs/SECURITY.md names tests that exist, and every promise has one. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync('docs/SECURITY.md', 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));

test('every promise names the tests that show it, and they exist', () => {
  assert.ok(rows.length >= 30);
  for (const row of rows) {
    const tests = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
    assert.ok(tests.length > 0, row);
    assert.deepEqual(
      tests.filter((path) => !existsSync(path)),
      [],
      row,
    );
  }
});
