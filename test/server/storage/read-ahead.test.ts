import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { readAhead } from '../../../server/storage/read-ahead.js';
import { temporaryDirectory } from '../nodes.js';

const size = 16 * 1024 * 1024 + 7;
const running = new AbortController().signal;

test('a file is read to its end where half of the memory that is free holds it, and else not at all', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  writeFileSync(path, '');
  truncateSync(path, size);
  assert.equal(await readAhead(path, { availableBytes: 2 * size, signal: running }), size);
  assert.equal(await readAhead(path, { availableBytes: 2 * size - 1, signal: running }), 0);
  truncateSync(path, 16 * 1024 * 1024 - 1);
  assert.equal(await readAhead(path, { availableBytes: 2 * size, signal: running }), 0, 'not worth a process');
});

test('reading ends when it is told to', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  writeFileSync(path, '');
  // With a pause after each MiB, this would take minutes.
  truncateSync(path, 2 ** 37);
  const ending = new AbortController();
  const reading = readAhead(path, { availableBytes: 2 ** 39, signal: ending.signal });
  setImmediate(() => ending.abort());
  assert.equal(await reading, 0);
});

test('what cannot be read is told', async (t) => {
  const path = join(temporaryDirectory(t), 'none');
  await assert.rejects(readAhead(path, { availableBytes: size, signal: running }), { code: 'ENOENT' });
  const reader = fileURLToPath(new URL('../../../server/storage/read-ahead.process.js', import.meta.url));
  const child = fork(reader, [path], { stdio: 'ignore' });
  const [[message], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  assert.match(String(message), /^ENOENT: no such file/);
  assert.equal(code, 1);
});

test('the locks that SQLite holds on the file in this process stay', {
  skip: !existsSync('/proc/locks'),
}, async (t) => {
  const path = join(temporaryDirectory(t), 'file.db');
  const db = new Database(path);
  t.after(() => db.close());
  db.pragma('journal_mode = WAL');
  db.exec(`CREATE TABLE large (bytes BLOB); INSERT INTO large VALUES (zeroblob(${size}))`);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const { ino } = statSync(path);
  const locks = (): number =>
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `)).length;
  const before = locks();
  assert.ok(before > 0);
  assert.ok((await readAhead(path, { availableBytes: 4 * size, signal: running })) > size);
  assert.equal(locks(), before);
});
