/** When pages are applied, which of them together, and what follows from a page that fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import { err, ok } from '../../../ledger/values/result.js';
import { hashOf, pageOf } from '../p2p/fixture.js';
import { chain, headAt, honest, World } from './world.js';

test('of pages that are applied together and fail, the peer who lied is dropped and no other', () => {
  const world: World = new World({ prepare: (_, then) => world.clock.at(50 * Math.ceil((world.now + 1) / 50), then) });
  const forged = chain.map((block) => ({
    ...block,
    hash: hashOf(9_000 + block.index),
    prev_hash: hashOf(8_999 + block.index),
  }));
  world.join('liar', ({ from_index, count }) => pageOf(forged, from_index, Math.min(count, 2)));
  for (const peer of ['b', 'c']) world.join(peer, honest(400, 2));
  for (const peer of ['b', 'liar', 'c']) world.sync.onHead(peer, headAt(400));
  world.run();
  assert.equal(world.final, 400);
  assert.deepEqual(
    world.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['liar', 'ban']],
  );
});

test('pages that are prepared one after another wait a moment for each other', () => {
  let free = 0;
  const world: World = new World({
    prepare(_, then) {
      free = Math.max(free, world.now) + 10;
      world.clock.at(free, then);
    },
  });
  world.join('a', honest(400, 1));
  world.sync.onHead('a', headAt(400));
  world.run();
  assert.equal(world.final, 400);
  assert.ok(world.applied.length <= 100, `400 blocks applied in ${world.applied.length} runs`);
});

test('between two applications the event loop turns some times, however many pages are ready', () => {
  const world = new World();
  for (const peer of ['a', 'b', 'c']) world.join(peer, honest(400, 1), 0);
  for (const peer of ['a', 'b', 'c']) world.sync.onHead(peer, headAt(400));
  world.run();
  assert.equal(world.final, 400);
  const rests = world.applied.slice(1).map(({ at }, n) => at - world.applied[n]!.at);
  assert.ok(rests.length >= 49 && Math.min(...rests) >= 8, `${Math.min(...rests)} turns of a ms between applications`);
});

test('nobody is blamed for a page that this node stops at, for its own database is what is wrong', () => {
  const world: World = new World({
    apply() {
      world.sync.stop();
      return err('the database gives another result');
    },
  });
  for (const peer of ['a', 'b']) {
    world.join(peer, honest(40, 2));
    world.sync.onHead(peer, headAt(40));
  }
  world.run();
  assert.deepEqual(world.blamed, []);
});

test('blocks that became final by votes meanwhile are not applied twice', () => {
  const world = new World();
  world.join('a', honest(300), 50);
  world.sync.onHead('a', headAt(300));
  world.run(20);
  world.final = 150;
  world.sync.onFinalAdvanced();
  world.run();
  assert.equal(world.final, 300);
  assert.deepEqual(world.blamed, []);
});

test('a page waits until it is prepared, and later pages prepared before it wait for it', () => {
  const prepared: (() => void)[] = [];
  const world = new World({ prepare: (_, then) => prepared.push(then) });
  world.join('a', honest(300));
  world.sync.onHead('a', headAt(300));
  world.run(1_000);
  assert.equal(prepared.length, 3);
  prepared[1]!();
  world.run(1_001);
  assert.deepEqual(world.applied, []);
  prepared[0]!();
  world.run(1_002);
  assert.deepEqual(
    world.applied.map(({ from }) => from),
    [1, 101],
  );
  assert.equal(world.asked.length, 3);
  prepared[2]!();
  world.run(1_003);
  assert.equal(world.final, 300);
});

test('pages wait while the disk is behind, and go on when it has caught up', () => {
  let isBehind = true;
  const world = new World({ mayApply: () => !isBehind });
  world.join('a', honest(300));
  world.sync.onHead('a', headAt(300));
  world.run(1_000);
  assert.deepEqual(world.applied, []);
  isBehind = false;
  world.sync.onStored();
  world.run();
  assert.equal(world.final, 300);
});

test('what is at hand when it is stopped is not applied any more', () => {
  const world = new World();
  world.join('a', honest(400, 1), 0);
  world.sync.onHead('a', headAt(400));
  while (world.final === 0) world.run(world.now + 1);
  world.sync.stop();
  const { final } = world;
  world.sync.onStored();
  world.run();
  assert.equal(world.final, final);
});

test('with all pages but the last comes the word that more follow', () => {
  const said: boolean[] = [];
  const world: World = new World({
    apply({ blocks }, moreFollow) {
      said.push(moreFollow);
      world.final = blocks.at(-1)!.index;
      return ok(toHeight(world.final));
    },
  });
  world.join('a', honest(60, 1));
  world.sync.onHead('a', headAt(60));
  world.run();
  assert.equal(world.final, 60);
  // The first one is asked for alone.
  const [, ...rest] = said;
  assert.ok(rest.length > 2, `${rest.length} applications`);
  assert.deepEqual(
    rest,
    rest.map((_, at) => at < rest.length - 1),
  );
});
