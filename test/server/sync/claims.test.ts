/** Which heights that peers claim count for whether this node is behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '../../../ledger/values/block.js';
import { headAt, honest, World } from './world.js';

const minute = 60_000;
const isBehind = (world: World): boolean => world.sync.progress().state === 'syncing';

/** Calls `look` every 100 ms until `untilMs`. @returns the share of looks at which the node said that it is behind */
function shareBehind(world: World, untilMs: number, look = (): void => {}): number {
  let [looks, behind] = [0, 0];
  for (let ms = world.now; ms < untilMs; ms += 100) {
    world.clock.at(ms, () => {
      look();
      looks += 1;
      if (isBehind(world)) behind += 1;
    });
  }
  world.run(untilMs);
  return behind / looks;
}

/** Says that it has everything, answers nothing, and comes again with another key when it is dropped. */
function liars(world: World) {
  let came = 0;
  let left = true;
  const name = (): string => `liar ${came}`;
  return {
    come(): void {
      if (!left && !world.blamed.some(({ peer }) => peer === name())) return;
      left = false;
      came += 1;
      world.join(name(), () => undefined);
      world.sync.onHead(name(), headAt(Number.MAX_SAFE_INTEGER));
    },
    leave(): void {
      left = true;
      world.sync.onPeerGone(name());
    },
  };
}

test('strangers who claim heights and answer nothing make a node look behind for a minute, and then a twentieth of the time', () => {
  const world = new World();
  world.final = 50;
  world.join('honest', honest(50));
  world.sync.onHead('honest', headAt(50));
  const { come, leave } = liars(world);
  assert.equal(shareBehind(world, minute, come), 1);
  const later = shareBehind(world, 20 * minute, come);
  assert.ok(later < 0.01, `${later}: a moment for each one's coming and going`);
  assert.ok(world.blamed.length > 50, 'they are asked, and dropped, all the same');
  assert.deepEqual([world.sync.progress().targetIndex, world.sync.progress().sources], [50, 1]);
  leave();
  const start = world.now;
  assert.equal(shareBehind(world, start + 4 * minute), 0);
  const share = shareBehind(world, start + 24 * minute, come);
  assert.ok(share > 0 && share < 0.02, `${share} of twenty minutes: what four without claims give back`);
});

test('a node that is behind says so for as long as pages bring it on, however slowly, and whoever lies meanwhile', () => {
  const world = new World();
  world.join('honest', honest(400, 2), 10, 4_000);
  world.sync.onHead('honest', headAt(400));
  const { come } = liars(world);
  const looks: boolean[] = [];
  while (world.final < 400) {
    shareBehind(world, world.now + 1_000, () => {
      come();
      if (world.final < 400) looks.push(isBehind(world));
    });
  }
  assert.ok(world.now > 10 * minute);
  assert.ok(looks.every((behind) => behind));
  assert.deepEqual(
    world.blamed.filter(({ peer }) => peer === 'honest'),
    [],
  );
});

test('who brings what became final just now does not get believed for that', () => {
  const world = new World({ isOld: () => false });
  let tip = 0;
  world.join('quick', (request) => honest(tip)(request));
  const { come } = liars(world);
  shareBehind(world, 2 * minute, come);
  const share = shareBehind(world, 10 * minute, () => {
    come();
    if (world.now % 1_000 === 0) {
      tip += 1;
      world.sync.onHead('quick', headAt(tip));
    }
  });
  assert.ok(world.final > 400);
  assert.ok(share < 0.15, `${share}: only while a page is on its way to be applied`);
});

test('what validators with more than a third of the stake say is believed for as long as they say it', () => {
  const world = new World({ isVouchedFor: (above) => above < 10 });
  world.sync.onHead('validator', headAt(10));
  assert.equal(shareBehind(world, 10 * minute), 1);
  world.final = 10;
  assert.equal(isBehind(world), false);
});

/** A peer that is behind itself, and comes on by 50 blocks a second. */
function followOneThatFollows(world: World): void {
  let tip = 0;
  world.join('behind', (request) => honest(tip)(request));
  for (let second = 0; second < 20; second++) {
    world.clock.at(1_000 * second, () => {
      tip += 50;
      world.sync.onHead('behind', headAt(tip));
    });
  }
}

test('who follows a peer that is behind itself has not caught up each time that it has all of it', () => {
  const world = new World();
  followOneThatFollows(world);
  const looks: boolean[] = [];
  shareBehind(world, 24_000, () => {
    if (world.final > 0) looks.push(isBehind(world));
  });
  assert.equal(world.final, 1_000);
  assert.ok(looks.every((behind) => behind));
  world.now += 5_000;
  assert.equal(isBehind(world), false, 'nothing came for 5 s');
});

test('it has caught up where others say so, and where what it got is of now', () => {
  for (const options of [
    { isAgreed: (final: number) => final === 1_000 },
    { isOld: ({ index }: Block) => index < 1_000 },
  ]) {
    const world = new World(options);
    followOneThatFollows(world);
    world.run(18_900);
    assert.deepEqual([world.final, isBehind(world)], [950, true]);
    world.run(19_200);
    assert.deepEqual([world.final, isBehind(world)], [1_000, false]);
  }
});

test('a clock that is set back keeps nobody from having caught up', () => {
  const world = new World();
  world.join('peer', honest(50));
  world.sync.onHead('peer', headAt(50));
  world.run(200);
  assert.deepEqual([world.final, isBehind(world)], [50, true]);
  world.now = -1_000_000;
  assert.equal(isBehind(world), false);
});
