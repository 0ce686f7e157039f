/** A database is moved out of the way step by step; after each step a crash may come. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { moveAside, stepsAside } from '../../../server/repair/move-aside.js';
import { openWriter } from '../../../server/storage/open-database.js';
import { Database } from '../../../server/storage/sqlite.js';
import { temporaryFile } from '../storage/final-chain.js';

const schema = ['CREATE TABLE numbers (n INTEGER)'];
const inFile = [1, 2, 3];
const inLog = [4, 5, 6];
const all = [...inFile, ...inLog];

/** Some rows stand in the file, the others in its log only, as after a kill. */
function crashed(t: TestContext): string {
  const [path, there] = [temporaryFile(t), temporaryFile(t)];
  const database = openWriter(there, schema);
  const insert = database.prepare('INSERT INTO numbers VALUES (?)');
  for (const n of inFile) insert.run(n);
  database.pragma('wal_checkpoint(TRUNCATE)');
  for (const n of inLog) insert.run(n);
  for (const end of ['', '-wal', '-shm']) copyFileSync(there + end, path + end);
  database.close();
  return path;
}

/** In a copy, so that looking changes nothing. undefined: there is no such database. */
function rowsIn(t: TestContext, path: string): readonly unknown[] | undefined {
  if (!existsSync(path)) return undefined;
  const copy = temporaryFile(t);
  for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
  const database = new Database(copy);
  try {
    return database.prepare('SELECT n FROM numbers ORDER BY n').pluck().all();
  } finally {
    database.close();
  }
}

function cutAfter(path: string, steps: number): boolean {
  const moving = stepsAside(path, 'damaged');
  for (let step = 0; step < steps; step += 1) if (moving.next().done === true) return false;
  return true;
}

test('wherever it is cut off, one place has all rows, and the other all or no database', (t) => {
  let cuts = 0;
  for (; ; cuts += 1) {
    const path = crashed(t);
    const isCut = cutAfter(path, cuts);
    const places = [rowsIn(t, path), rowsIn(t, `${path}.damaged-1`)];
    for (const rows of places) if (rows !== undefined) assert.deepEqual(rows, all, `after ${cuts} steps`);
    assert.ok(places.some((rows) => rows !== undefined));
    if (!isCut) break;
  }
  assert.ok(cuts > 6);
});

test('cut off anywhere and called again, it goes on to the same place', (t) => {
  for (let cuts = 0; ; cuts += 1) {
    const path = crashed(t);
    const isCut = cutAfter(path, cuts);
    if (!isCut) break;
    const isLeft = ['', '-wal', '-shm'].some((end) => existsSync(path + end));
    if (isLeft) assert.equal(moveAside(path), `${path}.damaged-1`, `after ${cuts} steps`);
    assert.deepEqual(rowsIn(t, `${path}.damaged-1`), all);
    const left = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
    assert.deepEqual(
      left,
      ['', '-shm', '-wal'].map((end) => `${basename(path)}.damaged-1${end}`),
    );
  }
});

test('cut off between the file and its log, nothing is made there before it has gone on, and the log is no part of that', (t) => {
  for (let cuts = 0; ; cuts += 1) {
    const path = crashed(t);
    if (!cutAfter(path, cuts)) break;
    if (existsSync(path)) continue;
    if (existsSync(`${path}-wal`)) {
      assert.throws(() => openWriter(path, schema), /is missing, and its log/);
      assert.equal(moveAside(path), `${path}.damaged-1`);
    }
    const fresh = openWriter(path, schema);
    assert.deepEqual(fresh.prepare('SELECT n FROM numbers').all(), []);
    fresh.prepare('INSERT INTO numbers VALUES (7)').run();
    fresh.close();
    assert.equal(moveAside(path), `${path}.damaged-2`);
    assert.deepEqual([rowsIn(t, `${path}.damaged-1`), rowsIn(t, `${path}.damaged-2`)], [all, [7]]);
  }
});
