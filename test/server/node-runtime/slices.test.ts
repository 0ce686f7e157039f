/** How much of what comes in heaps is done in one turn of the event loop, and in what order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlices } from '../../../server/node-runtime/slices.js';
import { startChainNode } from '../http/chain-node.js';

function byHand() {
  const log: string[] = [];
  const calls: (() => void)[] = [];
  let now = 0;
  const slices = createSlices(
    () => now,
    (call) => void calls.push(call),
  );
  /** A job of so many steps of a millisecond each. */
  const job = (name: string, steps: number) => (): boolean => {
    steps -= 1;
    now += 1;
    log.push(name);
    return steps > 0;
  };
  const nextTurn = (): void => {
    for (const call of calls.splice(0)) call();
  };
  return { slices, log, job, nextTurn, isOver: () => calls.length === 0 };
}

test('a turn does four milliseconds of all that waits, one job after the other', () => {
  const { slices, log, job, nextTurn, isOver } = byHand();
  slices.run(job('a', 6));
  slices.run(job('b', 3));
  assert.equal(log.join(''), 'aaaa');
  nextTurn();
  assert.equal(log.join(''), 'aaaaaabb');
  slices.run(job('c', 1));
  assert.equal(log.join(''), 'aaaaaabb');
  nextTurn();
  assert.equal(log.join(''), 'aaaaaabbbc');
  nextTurn();
  assert.ok(isOver());
});

test('what one job starts comes after it', () => {
  const { slices, log, job } = byHand();
  slices.run(() => {
    slices.run(job('later', 1));
    log.push('first');
    return false;
  });
  assert.deepEqual(log, ['first', 'later']);
});

test('at the end all of it is done at once, and so is what comes after', () => {
  const { slices, log, job, nextTurn } = byHand();
  slices.run(job('a', 10));
  slices.close();
  assert.equal(log.length, 10);
  slices.run(job('b', 10));
  assert.equal(log.length, 20);
  nextTurn();
  assert.equal(log.length, 20);
});

test('a node takes what is handed in at once over many turns, and answers all of it', async (t) => {
  const { api, transfer } = await startChainNode(t);
  // In lane 7 the first nonce is left out: all of it stays.
  const batches = Array.from({ length: 4 }, (_, batch) =>
    Array.from({ length: 1_000 }, (_, at) => transfer(1 + 1_000 * batch + at, undefined, 7)),
  );
  let most = 0;
  let before = 0;
  let over = false;
  const look = (): void => {
    const { count } = api.mempool();
    most = Math.max(most, count - before);
    before = count;
    if (!over) setImmediate(look);
  };
  look();
  const outcomes = (await Promise.all(batches.map((batch) => api.submit(batch)))).flat();
  over = true;
  assert.deepEqual([outcomes.length, new Set(outcomes.map(({ kind }) => kind))], [4_000, new Set(['accepted'])]);
  assert.equal(api.mempool().count, 4_000);
  assert.ok(most < 1_000, `${most} in one turn`);
});
