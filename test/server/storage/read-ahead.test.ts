import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAhead } from '../../../server/storage/read-ahead.js';
import { temporaryDirectory } from '../nodes.js';

const size = 5 * 1024 * 1024 + 7;
const running = new AbortController().signal;

test('a file is read to its end where half of the memory that is free holds it, and else not at all', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  writeFileSync(path, Buffer.alloc(size, 1));
  assert.equal(await readAhead(path, { availableBytes: 2 * size, signal: running }), size);
  assert.equal(await readAhead(path, { availableBytes: 2 * size - 1, signal: running }), 0);
  writeFileSync(path, '');
  assert.equal(await readAhead(path, { availableBytes: 0, signal: running }), 0);
});

test('reading ends when it is told to, with the chunk under way', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  writeFileSync(path, Buffer.alloc(size, 1));
  const ending = new AbortController();
  const reading = readAhead(path, { availableBytes: 10 * size, signal: ending.signal });
  ending.abort();
  assert.ok((await reading) <= 1024 * 1024);
});

test('what cannot be read is told', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  await assert.rejects(readAhead(path, { availableBytes: size, signal: running }), { code: 'ENOENT' });
});
