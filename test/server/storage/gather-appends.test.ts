/** Which appends are written in one database transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherAppends, maxBlocksTogether, waitsForMs } from '../../../server/storage/gather-appends.js';
import type { PackedBlock } from '../../../server/storage/packed-block.js';

const enough = 8;

/** Appends by number, and what was written: up to which, and how many blocks. */
function gathering() {
  const written: (readonly [upTo: number, blocks: number])[] = [];
  const timers = new Set<{ readonly ms: number; readonly call: () => void }>();
  const appends = gatherAppends(
    (id, blocks) => written.push([id, blocks.length]),
    (ms, call) => {
      const timer = { ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    enough,
  );
  let id = 0;
  const add = (blocks: number, moreFollow: boolean): void => {
    id += 1;
    appends.add({ id, blocks: Array.from({ length: blocks }, () => ({}) as PackedBlock), moreFollow });
  };
  return { written, timers, appends, add };
}

test('what somebody waits for is written at once, with all that is at hand', () => {
  const { written, timers, appends, add } = gathering();
  add(1, false);
  add(1, false);
  assert.deepEqual(written, []);
  appends.pause();
  assert.deepEqual(written, [[2, 2]]);
  add(1, false);
  add(1, true);
  appends.pause();
  assert.deepEqual(written.slice(1), [[4, 2]]);
  assert.equal(timers.size, 0);
});

test('what nobody waits for is written with what follows it', () => {
  const { written, timers, appends, add } = gathering();
  for (let i = 0; i < 3; i += 1) {
    add(2, true);
    appends.pause();
  }
  assert.deepEqual(written, []);
  add(1, false);
  appends.pause();
  assert.deepEqual(written, [[4, 7]]);
  assert.equal(timers.size, 0);
});

test('of what nobody waits for so many blocks are enough', () => {
  const { written, timers, appends, add } = gathering();
  for (let i = 0; i < enough; i += 1) {
    assert.deepEqual(written, []);
    add(1, true);
    appends.pause();
  }
  assert.deepEqual(written, [[enough, enough]]);
  assert.equal(timers.size, 0);
});

test('where nothing follows it is written after a while', () => {
  const { written, timers, appends, add } = gathering();
  for (let i = 0; i < 2; i += 1) {
    add(1, true);
    appends.pause();
  }
  assert.deepEqual(
    [...timers].map(({ ms }) => ms),
    [waitsForMs],
  );
  for (const { call } of timers) call();
  assert.deepEqual(written, [[2, 2]]);
});

test('no more than so many are written together, and what is left when the file is closed is written', () => {
  const { written, appends, add } = gathering();
  for (let i = 0; i < maxBlocksTogether + 1; i += 1) add(1, true);
  assert.deepEqual(written, [[maxBlocksTogether, maxBlocksTogether]]);
  appends.writeAll();
  appends.writeAll();
  assert.deepEqual(written.slice(1), [[maxBlocksTogether + 1, 1]]);
});
