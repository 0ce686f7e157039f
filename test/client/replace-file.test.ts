import assert from 'node:assert/strict';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from '../../client/cli/replace-file.js';

test('a file is replaced as a whole: what it held is there until then, also behind a link', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-replace-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'kept.json');
  const link = join(directory, 'link.json');
  replaceFile(path, 'one');
  const before = openSync(path, 'r');
  symlinkSync(path, link);
  replaceFile(link, 'two');
  assert.equal(readFileSync(before, 'utf8'), 'one', 'nothing was written over');
  closeSync(before);
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.equal(readFileSync(link, 'utf8'), 'two');

  assert.throws(() => replaceFile(join(directory, 'missing', 'kept.json'), 'x'), { code: 'ENOENT' });
  writeFileSync(path, 'three');
  replaceFile('/dev/null', 'nowhere');
  assert.deepEqual(readdirSync(directory).sort(), ['kept.json', 'link.json']);
});
