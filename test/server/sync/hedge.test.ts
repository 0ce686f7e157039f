/** Whom a sync asks when the peer that it asked says nothing. The time for an answer is 5,000 ms, a third of it 1,667. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import type { PeerId } from '../../../server/replica/ports.js';
import { hashOf, pageOf } from '../p2p/fixture.js';
import { type Behaviour, chain, headAt, honest, World } from './world.js';

const silent: Behaviour = () => undefined;
const whole = (world: World): number => world.applied.reduce((sum, { blocks }) => sum + blocks, 0);

function join(world: World, peers: readonly (readonly [PeerId, Behaviour, latencyMs?: number])[], tip: number): void {
  for (const [peer, behaviour, latencyMs] of peers) world.join(peer, behaviour, latencyMs);
  for (const [peer] of peers) world.sync.onHead(peer, headAt(tip));
}

test('what a silent peer was asked for is asked of another one after a third of the time', () => {
  const world = new World({ isOld: () => false });
  join(
    world,
    [
      ['silent', silent],
      ['honest', honest(40)],
    ],
    40,
  );
  world.run(1_665);
  assert.deepEqual([world.final, world.asked.map(({ peer }) => peer)], [0, ['silent']]);
  world.run(1_700);
  assert.equal(world.final, 40);
  assert.deepEqual(
    world.asked.map(({ peer, from, count }) => [peer, from, count]),
    [
      ['silent', 1, 40],
      ['honest', 1, 40],
    ],
  );
  assert.deepEqual(world.sync.progress(), { state: 'idle', targetIndex: 40, sources: 0 }, 'nobody waits any more');
});

test('on a hint as well, and a peer whose head says that it has the blocks comes first', () => {
  const world = new World();
  for (const peer of ['a', 'b', 'c']) world.join(peer, silent);
  world.join('ahead', honest(30));
  world.sync.catchUp(toHeight(30));
  world.run(1_700);
  assert.deepEqual(
    world.asked.map(({ peer }) => peer),
    ['a', 'b'],
    'in the order of the hint',
  );
  world.sync.onHead('ahead', headAt(30));
  world.run(3_400);
  assert.equal(world.final, 30);
  assert.deepEqual(world.blamed, []);
});

test('hints do not ask a peer that rests, and do when it has rested', () => {
  const world = new World();
  world.join('silent', silent);
  world.join('even', honest(0));
  // As each message of a later epoch does.
  for (let at = 0; at < 25_000; at += 100) world.clock.at(at, () => world.sync.catchUp(toHeight(30)));
  world.run(20_000);
  const asked = world.asked.filter(({ peer }) => peer === 'silent').map(({ at }) => at);
  const late = asked.filter((at) => at > 5_000);
  assert.ok(asked[0] === 0 && late.length > 0 && late[0]! >= 15_000, `${asked}: from 5,000 to 15,000 ms it rests`);
  world.run(25_000);
  assert.deepEqual(
    world.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['silent', 'disconnect']],
    'silent once more, it is dropped',
  );
  const once = new World();
  once.join('silent', silent);
  once.sync.catchUp(toHeight(30));
  once.run(5_000);
  once.sync.catchUp(toHeight(30));
  once.run(14_999);
  assert.equal(once.asked.length, 1);
  once.run(15_000);
  assert.equal(once.asked.length, 2, 'the hint is not forgotten');
});

test('where the second is silent too, a third is asked after as long again, and nobody twice', () => {
  const world = new World();
  join(
    world,
    [
      ['a', silent],
      ['b', silent],
      ['c', honest(40)],
    ],
    40,
  );
  world.run(3_400);
  assert.equal(world.final, 40);
  assert.deepEqual(
    world.asked.map(({ at, peer }) => [Math.round(at), peer]),
    [
      [0, 'a'],
      [1_667, 'b'],
      [3_333, 'c'],
    ],
  );
});

test('answers that come late are no offence, whatever they hold, and are not executed again', () => {
  const forged: Behaviour = ({ count }) => pageOf(chain, 500, count);
  for (const late of [honest(40), forged]) {
    const world = new World({ isOld: () => false });
    join(
      world,
      [
        ['late', late, 2_500],
        ['quick', honest(40)],
      ],
      40,
    );
    world.run(20_000);
    assert.deepEqual([world.final, whole(world), world.blamed, world.asked.length], [40, 40, [], 2]);
    assert.deepEqual(world.sync.progress(), { state: 'idle', targetIndex: 40, sources: 0 });
  }
});

test('the first answer counts, also where the first asked gives it, and each peer is told nothing of the other', () => {
  const world = new World();
  join(
    world,
    [
      ['first', honest(40), 2_000],
      ['second', honest(40), 2_000],
    ],
    40,
  );
  world.run(2_100);
  assert.equal(world.final, 40);
  world.run(20_000);
  assert.deepEqual([whole(world), world.blamed], [40, []]);
});

test('a second one that lies is banned, and the blocks come from others', () => {
  const world = new World();
  const liar: Behaviour = ({ from_index, count }) => {
    const page = pageOf(chain, from_index, count);
    return { ...page, blocks: page.blocks.map((block) => ({ ...block, tx_root: hashOf(5), hash: hashOf(5) })) };
  };
  join(
    world,
    [
      ['slow', honest(40), 4_000],
      ['liar', liar],
    ],
    40,
  );
  world.run(20_000);
  assert.equal(world.final, 40);
  assert.deepEqual(
    world.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['liar', 'ban']],
  );
});

test('the silent peer rests when its time is over, and is dropped when it is silent again', () => {
  const world = new World();
  join(
    world,
    [
      ['silent', silent],
      ['honest', honest(1_000, 1), 500],
    ],
    1_000,
  );
  world.run();
  assert.equal(world.final, 1_000);
  const asked = world.asked.filter(({ peer }) => peer === 'silent').map(({ at }) => at);
  const rests = asked.findIndex((at) => at >= 5_000);
  assert.ok(rests > 1 && asked[rests]! >= 15_000, `${asked}: from 5,000 to 15,000 ms it rests`);
  assert.deepEqual(
    world.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['silent', 'disconnect']],
  );
});

test('while bytes of an answer come in nobody else is asked; when they stand still, somebody is', () => {
  const world = new World();
  join(
    world,
    [
      ['slow', silent],
      ['other', honest(40)],
    ],
    40,
  );
  for (const [at, bytes] of [
    [1_000, 5_000],
    [3_000, 9_000],
  ] as const)
    world.clock.at(at, () => world.incoming.set('slow', bytes));
  world.run(4_900);
  assert.deepEqual(
    world.asked.map(({ peer }) => peer),
    ['slow'],
  );
  const stuck = new World();
  join(
    stuck,
    [
      ['slow', silent],
      ['other', honest(40)],
    ],
    40,
  );
  stuck.incoming.set('slow', 5_000);
  stuck.run(3_400);
  assert.equal(stuck.final, 40, 'half a line that has stood for a third of the time is silence');
});

test('where answers take longer than a third of the time, no more than one page in such a third is asked for twice', () => {
  const world = new World();
  join(
    world,
    [
      ['a', honest(600, 10), 1_750],
      ['b', honest(600, 10), 4_000],
      ['c', honest(600, 10), 3_000],
    ],
    600,
  );
  world.run();
  assert.deepEqual([world.final, whole(world), world.blamed], [600, 600, []]);
  const seen = new Set<number>();
  const twice = world.asked.filter(({ from }) => seen.has(from) || !seen.add(from));
  assert.ok(twice.length > 0);
  for (const [position, { at }] of twice.entries()) {
    const before = twice[position - 1];
    assert.ok(before === undefined || at - before.at >= 1_666, `asked twice at ${before?.at} and ${at} ms`);
  }
});

test('a certificate that a run is followed by counts as an answer', () => {
  const world = new World();
  const run: Behaviour = () => ({ blocks: [], finality: pageOf(chain, 40, 1).finality });
  join(
    world,
    [
      ['silent', silent],
      ['honest', run],
      ['other', run],
    ],
    40,
  );
  world.run(4_900);
  assert.deepEqual([world.final, world.followed.length, world.asked.length], [40, 1, 2]);
});

test('what has become final by other means is not asked of another, and keeps nobody from asking for what follows', () => {
  const world = new World();
  join(
    world,
    [
      ['silent', silent],
      ['honest', honest(60)],
    ],
    40,
  );
  world.run(100);
  world.final = 40;
  world.sync.onFinalAdvanced();
  assert.equal(world.sync.progress().state, 'idle');
  world.run(2_000);
  world.sync.onHead('honest', headAt(60));
  world.run(2_100);
  assert.equal(world.final, 60);
  assert.deepEqual(
    world.asked.map(({ peer, from }) => [peer, from]),
    [
      ['silent', 1],
      ['honest', 41],
    ],
  );
});
