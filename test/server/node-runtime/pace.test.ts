/** Who is taken in at once, who waits, in what order, and for how long at most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from '../../../server/node-runtime/pace.js';
import { VirtualTime } from '../replica-cluster.js';

/** A node of which the test says what is ready and what becomes final. */
function byHand() {
  const time = new VirtualTime();
  const state = { ready: 0 };
  const pace = createPace({ ready: () => state.ready, clock: time });
  const log: string[] = [];
  return {
    pace,
    state,
    log,
    ask: (name: string, count: number) => pace.admit(count, () => log.push(name)),
    wait: (ms: number) => time.runUntil(time.now() + ms),
    /** So many a second, for that long. */
    finalFor(ms: number, perSecond: number) {
      for (let passed = 0; passed < ms; passed += 100) {
        time.runUntil(time.now() + 100);
        pace.final(perSecond / 10);
      }
    },
  };
}

test('where no more are ready than become final in half a second, nobody waits', () => {
  const { ask, finalFor, log, pace, state } = byHand();
  state.ready = 1000;
  finalFor(5000, 200);
  for (let list = 0; list < 20; list += 1) ask('beside a thousand', 1000);
  state.ready = 3500;
  finalFor(5000, 8000);
  for (let list = 0; list < 20; list += 1) ask('beside half a second', 1000);
  assert.equal(log.length, 40);
  assert.equal(pace.held, 0);
});

test('where more are ready, long lists wait in the order of asking, and a few transactions do not wait behind them', () => {
  const { ask, finalFor, log, pace, state, wait } = byHand();
  finalFor(5000, 2000);
  state.ready = 4000;
  for (const name of ['first', 'second', 'third']) ask(name, 200);
  ask('a few', 8);
  assert.deepEqual(log, ['first'], 'what was saved up');
  assert.equal(pace.held, 408);
  for (let tick = 0; log.length < 4 && tick < 1000; tick += 1) {
    wait(10);
    pace.final(20);
  }
  assert.deepEqual(log, ['first', 'a few', 'second', 'third']);
  assert.equal(pace.held, 0);
});

test('several nodes that are flooded take in what becomes final, and about a second of it is ready', () => {
  const time = new VirtualTime();
  const finalPerSecond = 3000;
  let [taken, final] = [0, 0];
  const paces = [1, 2, 3, 4].map(() => createPace({ ready: () => taken - final, clock: time }));
  /** A client hands in its next list half a second after the last one was taken in: 12,800 a second, where nobody waits. */
  const flood = (pace: (typeof paces)[number]): void =>
    pace.admit(100, () => {
      taken += 100;
      time.at(time.now() + 500, () => flood(pace));
    });
  for (const pace of paces) for (let client = 0; client < 16; client += 1) flood(pace);
  const most: number[] = [];
  for (let at = 50; at <= 30_000; at += 50) {
    time.runUntil(at);
    const count = Math.min(taken - final, finalPerSecond / 20);
    final += count;
    for (const pace of paces) pace.final(count);
    if (at > 10_000) most.push(taken - final);
  }
  const [fewest, highest] = [Math.min(...most), Math.max(...most)];
  assert.ok(fewest > 1000, `${fewest} at the least: blocks are full`);
  assert.ok(highest < 1.5 * finalPerSecond, `${highest} at the most`);
});

test('without finality nobody is held back for long', () => {
  const { ask, finalFor, log, state, wait } = byHand();
  finalFor(5000, 2000);
  state.ready = 50_000;
  for (let list = 0; list < 100; list += 1) ask('list', 1000);
  wait(4900);
  assert.ok(log.length < 5, `${log.length} while it might go on`);
  wait(5200);
  assert.equal(log.length, 100);
  for (let list = 0; list < 100; list += 1) ask('later', 1000);
  assert.equal(log.length, 200);
});

test('nobody waits for longer than five seconds, however much is ready', () => {
  const { ask, finalFor, log, state } = byHand();
  finalFor(5000, 2000);
  state.ready = 50_000;
  for (let list = 0; list < 50; list += 1) ask('list', 1000);
  finalFor(4900, 2000);
  assert.ok(log.length < 5);
  finalFor(200, 2000);
  assert.equal(log.length, 50);
});

test('at the end all that waits is taken in, and what comes later at once', () => {
  const { ask, finalFor, log, pace, state } = byHand();
  finalFor(5000, 2000);
  state.ready = 50_000;
  for (let list = 0; list < 10; list += 1) ask('list', 1000);
  pace.close();
  assert.equal(log.length, 10);
  ask('later', 1000);
  assert.equal(log.length, 11);
  assert.equal(pace.held, 0);
});
