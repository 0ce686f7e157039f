/** What `npm pack` puts into the package is whole: entries, what the README links to, and the sources that maps name. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

function packedFiles(): ReadonlySet<string> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];
  const packed = spawnSync('npm', args, { cwd: repository, encoding: 'utf8', shell: process.platform === 'win32' });
  assert.equal(packed.status, 0, packed.stderr);
  const [{ files }] = JSON.parse(packed.stdout) as [{ files: readonly { path: string }[] }];
  return new Set(files.map(({ path }) => path));
}

const files = packedFiles();

test('every entry that package.json names is in the package', () => {
  const { bin, exports } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    exports: Record<string, string | Record<string, string>>;
  };
  const named = [...Object.values(bin), ...Object.values(exports).flatMap((entry) => Object.values(entry))];
  for (const path of named.filter((name) => name.length > 1)) assert.ok(files.has(path.replace('./', '')), path);
});

test('what pages of the package link to is in the package', () => {
  for (const page of [...files].filter((path) => path.endsWith('.md'))) {
    for (const [, target = ''] of readFileSync(join(repository, page), 'utf8').matchAll(
      /\]\((?!https?:|#)([^)#\s]+)/g,
    )) {
      const path = join(page, '..', target).replaceAll('\\', '/');
      assert.ok(
        [...files].some((file) => file === path || file.startsWith(path.replace(/\/?$/, '/'))),
        `${page}: ${target}`,
      );
    }
  }
});

test('source maps hold their sources, which lie outside of the package', () => {
  const maps = [...files].filter((path) => path.endsWith('.js.map'));
  assert.ok(maps.length > 100);
  for (const path of maps) {
    const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(repository, path), 'utf8')) as {
      sources: readonly string[];
      sourcesContent?: readonly string[];
    };
    assert.equal(sourcesContent.length, sources.length, path);
    for (const [at, source] of sources.entries()) {
      const original = join(repository, path, '..', source);
      if (existsSync(original)) assert.equal(sourcesContent[at], readFileSync(original, 'utf8'), path);
    }
  }
});
