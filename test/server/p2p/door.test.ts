import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDoor, type DoorOptions, type Guest } from '../../../server/p2p/door.js';
import { createTokenBucket } from '../../../server/p2p/token-bucket.js';

/** A door in a time that the test sets. `come` notes in `cut` who had to give way. */
function doorway(options: Partial<DoorOptions> = {}, perSecond = 1_000, burst = 1_000) {
  const time = { now: 0 };
  const clock = { now: () => time.now, at: () => () => {} };
  const door = createDoor({
    clock,
    maxUnproved: 4,
    maxPerAddress: 2,
    graceMs: 100,
    rate: createTokenBucket(clock, perSecond, burst),
    reserve: 0,
    subnetRate: () => createTokenBucket(clock, 1, 2),
    ...options,
  });
  const cut: string[] = [];
  const come = (address: string): Guest | undefined => door.enter(address, () => cut.push(address));
  return { time, come, cut };
}

test('few connections from one address, few that are not proved, few at once', () => {
  const { time, come, cut } = doorway({}, 10, 9);
  const first = come('192.0.2.1');
  const second = come('192.0.2.1');
  assert.ok(first && second);
  assert.equal(come('192.0.2.1'), undefined, 'a third from the same address');
  first.left();
  first.left();
  assert.ok(come('192.0.2.1'), 'one left');
  assert.equal(come('192.0.2.1'), undefined);
  for (const address of ['127.0.0.1', '127.0.0.1']) assert.ok(come(address));
  assert.equal(come('::ffff:127.0.0.1'), undefined, 'a fifth that is not proved');
  second.proved();
  for (let i = 0; i < 4; i += 1) come('::ffff:127.0.0.1')?.proved();
  assert.equal(come('192.0.2.9'), undefined, 'nine at once were enough');
  time.now = 1_000;
  assert.ok(come('192.0.2.9'));
  assert.deepEqual(cut, []);
});

test('where all places are taken, the subnet with the most loses the oldest of its busiest address, at once', () => {
  const { come, cut } = doorway({ maxUnproved: 5 });
  for (const address of ['198.51.100.1', '192.0.2.7', '192.0.2.8', '192.0.2.8', '2001:db8::1'])
    assert.ok(come(address));
  assert.ok(come('203.0.113.1'));
  assert.deepEqual(cut, ['192.0.2.8']);
  assert.ok(come('203.0.114.1'));
  assert.deepEqual(cut, ['192.0.2.8', '192.0.2.7']);
});

test('all addresses of an IPv6 /48 stand for one party', () => {
  const { come, cut } = doorway();
  for (const address of ['2001:db8:0:1::1', '192.0.2.7', '2001:db8:0:2::1', '198.51.100.1']) assert.ok(come(address));
  assert.ok(come('203.0.113.1'));
  assert.deepEqual(cut, ['2001:db8:0:1::1']);
});

test('among those who have as many, the oldest gives way, once it had its time', () => {
  const { time, come, cut } = doorway();
  const hosts = ['192.0.2.7', '198.51.100.1', '203.0.113.1', '203.0.114.1'];
  for (const host of hosts) assert.ok(come(host));
  assert.equal(come('203.0.115.1'), undefined);
  time.now = 100;
  assert.ok(come('203.0.115.1'));
  assert.deepEqual(cut, ['192.0.2.7']);
});

test('from a crowded address one comes in for another of its own, never for one that is proved', () => {
  const { time, come, cut } = doorway();
  come('192.0.2.7')?.proved();
  const second = come('192.0.2.7');
  time.now = 100;
  const third = come('192.0.2.7');
  assert.ok(third);
  assert.deepEqual(cut, ['192.0.2.7']);
  second?.left();
  third.proved();
  time.now = 1_000;
  assert.equal(come('192.0.2.7'), undefined);
  third.left();
  assert.ok(come('192.0.2.7'));
});

test('who comes again and again at once leaves a part of the rate to who does not', () => {
  const { time, come } = doorway({ maxUnproved: 1_000, maxPerAddress: 1_000, reserve: 5 }, 10, 10);
  const times = (count: number, address: string): number =>
    Array.from({ length: count }, () => come(address)).filter((guest) => guest !== undefined).length;
  assert.equal(times(50, '192.0.2.7'), 5);
  assert.equal(times(50, '198.51.100.1'), 2);
  assert.equal(times(50, '192.0.2.8'), 0, 'of the same subnet');
  assert.equal(times(1, '203.0.113.1'), 1);
  for (let i = 0; i < 100; i += 1) {
    time.now += 100;
    times(10, '192.0.2.7');
    if (i % 20 === 19) assert.equal(times(1, '198.51.100.1'), 1, `at ${time.now}`);
  }
});
