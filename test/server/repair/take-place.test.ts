/** A database that was made anew takes the place of another step by step; after each step a crash may come. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { finishTakingPlace, stepsOfTakingPlace, takePlace } from '../../../server/repair/take-place.js';
import { temporaryFile } from '../storage/final-chain.js';

const ends = ['', '-wal', '-shm'];

/** An old database with its log, and one made anew. */
function toReplace(t: TestContext): string {
  const path = temporaryFile(t);
  for (const end of ends) writeFileSync(path + end, `old${end}`);
  writeFileSync(`${path}.fresh`, 'new');
  return path;
}

function cutAfter(path: string, steps: number): boolean {
  const taking = stepsOfTakingPlace(path, `${path}.fresh`, 'replaced');
  for (let step = 0; step < steps; step += 1) if (taking.next().done === true) return false;
  return true;
}

const filesOf = (path: string): readonly string[] =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(basename(path)))
    .map((name) => name.slice(basename(path).length));

const textOf = (path: string): string => readFileSync(path, 'utf8');

test('wherever it is cut off, who goes on finds the old database whole or the new one, and nothing half done beside it', (t) => {
  const found = new Set<string>();
  for (let cuts = 1; ; cuts += 1) {
    const path = toReplace(t);
    const isCut = cutAfter(path, cuts);
    const wasThere = existsSync(path);
    const isFinished = finishTakingPlace(path);
    const text = textOf(path);
    found.add(text);
    assert.equal(isFinished, isCut && !wasThere, `after ${cuts} steps`);
    if (text === 'old') for (const end of ends) assert.equal(textOf(path + end), `old${end}`);
    else {
      for (const end of ends) assert.equal(textOf(`${path}.replaced-1${end}`), `old${end}`);
      assert.deepEqual(filesOf(path), ['', ...ends.map((end) => `.replaced-1${end}`)].sort());
    }
    assert.ok(!filesOf(path).some((name) => name.startsWith('.ready')), `after ${cuts} steps`);
    if (!isCut) break;
  }
  assert.deepEqual([...found].sort(), ['new', 'old']);
});

test('where nothing was cut off, nothing is finished', (t) => {
  const path = toReplace(t);
  assert.equal(finishTakingPlace(path), false);
  assert.equal(takePlace(path, `${path}.fresh`, 'damaged'), `${path}.damaged-1`);
  assert.equal(finishTakingPlace(path), false);
  rmSync(path);
  assert.equal(finishTakingPlace(path), false);
  assert.ok(!existsSync(path));
});
