/** What contradicts its hashes is never told: of a file with flipped bits or without its end every answer is true, or there is none. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toHeight } from '../../../ledger/values/numbers.js';
import { createRandom } from '../../../server/simulator/random.js';
import { close, directory, type Opened, open, original, questions, truth } from './true-ledger.js';

test('flipped bits and swapped pages: every answer is the true one, or there is none', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`SEED=${seed}`);
  const random = createRandom(seed);
  const bytes = readFileSync(original);
  const path = join(directory, 'flipped.db');
  let [refused, answered] = [0, 0];
  for (let round = 0; round < 40; round += 1) {
    const changed = Buffer.from(bytes);
    if (round % 4 === 0) {
      const pages = Math.floor(bytes.length / 4096);
      const [one, other] = [random.below(pages) * 4096, random.below(pages) * 4096];
      bytes.copy(changed, one, other, other + 4096);
      bytes.copy(changed, other, one, one + 4096);
    } else {
      for (let flips = random.between(1, 60); flips > 0; flips -= 1) {
        changed[random.below(changed.length)]! ^= 1 << random.below(8);
      }
    }
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
    writeFileSync(path, changed);
    let opened: Opened | undefined;
    try {
      opened = open(path);
    } catch {
      refused += 1;
      continue;
    }
    for (const [name, ask] of questions) {
      let told: string | undefined;
      try {
        told = JSON.stringify(ask(opened));
      } catch {
        refused += 1;
        continue;
      }
      answered += 1;
      assert.equal(told, truth.get(name), `${name}, seed ${seed}, round ${round}`);
    }
    await close(opened);
  }
  assert.ok(refused > 20 && answered > 100, `${refused} refused, ${answered} answered`);
});

test('a file that is cut while the reads of a turn share one snapshot: every answer is true or an error, and the turn ends', async (t) => {
  const uncaught: Error[] = [];
  const note = (error: Error): void => void uncaught.push(error);
  process.on('uncaughtException', note);
  t.after(() => process.off('uncaughtException', note));
  let refused = 0;
  for (let part = 1; part < 8; part += 1) {
    // A file of its own: what was opened before stays open until the end.
    const path = join(directory, `cut-${part}.db`);
    copyFileSync(original, path);
    const opened = open(path, () => {}, true);
    t.after(() => close(opened));
    truncateSync(path, Math.floor((statSync(path).size * part) / 8));
    for (const [name, ask] of questions) {
      try {
        const answer = JSON.stringify(ask(opened));
        assert.equal(answer, truth.get(name), name);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        refused += 1;
      }
      // The snapshot is given back after each turn.
      await nextTurn();
    }
  }
  assert.ok(refused > 20, `${refused} refused`);
  assert.deepEqual(uncaught, []);
});

/** What only a mistake in a program can ask; one of each kind that a question can run into. */
const mistakes: readonly (readonly [what: string, ask: (of: Opened) => unknown, error: RegExp])[] = [
  ['no id', ({ queries }) => queries.transaction(undefined as never), /^TypeError: /],
  ['an id that SQLite cannot take', ({ store }) => store.blockByHash({} as never), /^RangeError: /],
  ['a height that is no number', ({ queries }) => queries.block({} as never), /^RangeError: /],
  ['a height that SQLite cannot count to', ({ store }) => store.page(toHeight(1), 0.5, 9), /datatype mismatch/],
  ['a cursor that is no text', ({ queries }) => queries.blocks(5, 7 as never), /^TypeError: /],
];

for (const [what, ask, error] of mistakes) {
  test(`a question with ${what} fails as it is: the ledger is not blamed, and goes on to be told`, async (t) => {
    const heard: Error[] = [];
    const opened = open(original, (failure) => heard.push(failure));
    t.after(() => close(opened));
    assert.throws(() => ask(opened), error);
    assert.deepEqual(heard, []);
    for (const [name, question] of questions) assert.equal(JSON.stringify(question(opened)), truth.get(name));
  });
}
