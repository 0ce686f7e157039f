/** Whom a sync asks for what, and whom it drops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '../../../ledger/values/block.js';
import { toHeight } from '../../../ledger/values/numbers.js';
import { hashOf, pageOf } from '../p2p/fixture.js';
import { type Behaviour, chain, headAt, honest, World } from './world.js';

test('a node that is behind gets every block, in order, from several peers at once', () => {
  const world = new World({ isOld: () => false });
  world.join('a', honest(950));
  world.join('b', honest(1_000));
  world.join('c', honest(1_000), 25);
  for (const [peer, tip] of [
    ['a', 950],
    ['b', 1_000],
    ['c', 1_000],
  ] as const)
    world.sync.onHead(peer, headAt(tip));
  assert.deepEqual(world.sync.progress(), { state: 'syncing', targetIndex: 1_000, sources: 3 });
  world.run();
  assert.equal(world.final, 1_000);
  assert.deepEqual(world.blamed, []);
  assert.deepEqual(new Set(world.asked.map(({ peer }) => peer)), new Set(['a', 'b', 'c']));
  assert.ok(world.openMost > 1 && world.openMost <= 12, `${world.openMost} requests at once`);
  assert.deepEqual(world.sync.progress(), { state: 'idle', targetIndex: 1_000, sources: 0 });
});

test('pages that are cut short by bytes are asked for again from where they ended', () => {
  const world = new World();
  world.join('a', honest(1_000, 33));
  world.sync.onHead('a', headAt(1_000));
  world.run();
  assert.equal(world.final, 1_000);
  assert.deepEqual(world.blamed, []);
});

test('where a page holds one block, the next ones are asked for before it came, each about once', () => {
  const world: World = new World({ prepare: (_, then) => world.clock.at(50 * Math.ceil((world.now + 1) / 50), then) });
  world.join('a', honest(1_000, 1), 100);
  world.sync.onHead('a', headAt(1_000));
  world.run();
  assert.equal(world.final, 1_000);
  assert.ok(world.asked.length <= 1_050, `${world.asked.length} requests for 1,000 pages`);
  assert.ok(world.openMost > 8 && world.openMost <= 12, `${world.openMost} requests at once`);
  assert.ok(world.now <= 20_000, `${world.now} ms, where one page at a time would take 100,000`);
  assert.ok(
    world.applied.some(({ blocks }) => blocks > 1) && world.applied.every(({ blocks }) => blocks <= 8),
    'small pages are applied some together',
  );
});

test('pages that hold few blocks after many, or many after few, leave no gap and no request waits for ever', () => {
  const world = new World();
  const holds = [1, 100, 3, 40, 2, 100];
  let at = 0;
  world.join('a', (request) => {
    at += 1;
    return honest(1_000, holds[Math.floor(at / 7) % holds.length])(request);
  });
  world.join('b', honest(1_000, 100), 30);
  for (const peer of ['a', 'b']) world.sync.onHead(peer, headAt(1_000));
  world.run();
  assert.equal(world.final, 1_000);
  assert.deepEqual(world.blamed, []);
  assert.ok(world.asked.length <= 300, `${world.asked.length} requests`);
});

test('pages that turn out small leave no place taken by pages that are far ahead', () => {
  const world = new World();
  let answers = 0;
  world.join(
    'a',
    (request) => {
      answers += 1;
      return honest(1_000, answers === 1 ? 100 : 1)(request);
    },
    100,
  );
  world.sync.onHead('a', headAt(1_000));
  world.run();
  assert.equal(world.final, 1_000);
  assert.ok(world.now <= 15_000, `${world.now} ms, where one block at a time would take 90,000`);
});

/** Blocks from `first` on hang together in threes; nothing but the certificate of the third is told of them. */
const inRuns =
  (tip: number, first: number, length = 3): Behaviour =>
  ({ from_index, count }) => {
    const end = from_index + length - 1 - ((from_index - first) % length);
    if (from_index < first) return honest(tip)({ type: 'get_blocks', id: 0, from_index, count: first - from_index });
    if (from_index === end) return honest(tip, 1)({ type: 'get_blocks', id: 0, from_index, count });
    return { blocks: [], finality: pageOf(chain, Math.min(end, tip), 1).finality };
  };

test('runs that are too long for a page, one after the other, are followed by their certificates', () => {
  const world = new World();
  for (const peer of ['a', 'b']) {
    world.join(peer, inRuns(120, 31));
    world.sync.onHead(peer, headAt(120));
  }
  world.run();
  assert.equal(world.final, 120);
  assert.deepEqual(world.blamed, []);
  assert.deepEqual(
    world.followed.map(({ from, to }) => [from, to]),
    Array.from({ length: 30 }, (_, at) => [31 + 3 * at, 33 + 3 * at]),
    'each once, in order, and none before the blocks before it are final',
  );
  assert.ok(world.now <= 10_000, `${world.now} ms: no request waits to be given up`);
});

test('a run of hundreds of blocks is followed, and asked for again from another peer where it does not come', () => {
  const world: World = new World({
    follow: () => {
      world.followed.push({ at: world.now, from: world.final + 1, to: 900 });
      if (world.followed.length < 2) return undefined;
      world.final = 900;
      world.sync.onFinalAdvanced();
      return undefined;
    },
  });
  for (const peer of ['a', 'b']) {
    world.join(peer, inRuns(1_000, 1, 900));
    world.sync.onHead(peer, headAt(900));
  }
  world.run();
  assert.equal(world.final, 900);
  assert.deepEqual([world.followed.length, world.asked.map(({ peer }) => peer), world.blamed], [2, ['a', 'b'], []]);
});

test('a certificate that proves nothing bans who sent it', () => {
  const world = new World();
  world.join('liar', ({ from_index }) => ({
    blocks: [],
    finality: [{ ...pageOf(chain, from_index, 1).finality[0]!, block: hashOf(5_000) }],
  }));
  world.join('honest', honest(200));
  for (const peer of ['liar', 'honest']) world.sync.onHead(peer, headAt(200));
  world.run();
  assert.equal(world.final, 200);
  assert.deepEqual(
    world.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['liar', 'ban']],
  );
});

test('nothing is asked while nobody is ahead', () => {
  const world = new World();
  world.final = 1_000;
  world.join('a', honest(1_000));
  world.sync.onHead('a', headAt(1_000));
  world.sync.onFinalAdvanced();
  world.run();
  assert.deepEqual(world.asked, []);
});

test('a peer that claims a height and sends nothing is dropped, and the others suffice', () => {
  const world = new World({ isOld: () => false });
  world.join('liar', ({ from_index, count }) => pageOf(chain.slice(0, 201), from_index, count));
  world.join('honest', honest(200));
  world.sync.onHead('liar', headAt(1_000_000));
  world.sync.onHead('honest', headAt(200));
  world.run();
  assert.equal(world.final, 200);
  assert.deepEqual(
    world.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['liar', 'disconnect']],
  );
  assert.match(world.blamed[0]?.reason ?? '', /claims block 1000000, but did not send block 201/);
  assert.deepEqual(world.sync.progress(), { state: 'idle', targetIndex: 200, sources: 0 });
});

const lies: readonly (readonly [what: string, page: Behaviour, reason: RegExp])[] = [
  [
    'blocks of another chain',
    ({ from_index, count }) => {
      const forged: Block[] = chain.map((block) => ({
        ...block,
        hash: hashOf(9_000 + block.index),
        prev_hash: hashOf(8_999 + block.index),
      }));
      return pageOf(forged, from_index, count);
    },
    /is not final/,
  ],
  ['the wrong blocks', ({ count }) => pageOf(chain, 500, count), /where block/],
  ['more than was asked for', ({ from_index, count }) => pageOf(chain, from_index, count + 1), /were asked for/],
  [
    'blocks that do not link',
    ({ from_index, count }) => {
      const page = pageOf(chain, from_index, count);
      return { ...page, blocks: page.blocks.map((block, i) => (i === 3 ? { ...block, prev_hash: hashOf(5) } : block)) };
    },
    /without a link/,
  ],
  [
    'no certificate',
    ({ from_index, count }) => ({ ...pageOf(chain, from_index, count), finality: [] }),
    /no finality certificate/,
  ],
];

for (const [what, lie, reason] of lies) {
  test(`a peer that sends ${what} is banned, and the sync ends with the blocks of others`, () => {
    const world = new World();
    world.join('liar', lie, 1);
    world.join('honest', honest(1_000));
    world.sync.onHead('liar', headAt(1_000));
    world.sync.onHead('honest', headAt(1_000));
    world.run();
    assert.equal(world.final, 1_000);
    assert.deepEqual(
      world.blamed.map(({ peer, verdict }) => [peer, verdict]),
      [['liar', 'ban']],
    );
    assert.match(world.blamed[0]?.reason ?? '', reason);
  });
}

test('a peer that is late once rests, late again it is dropped; its part comes from others', () => {
  const world = new World();
  world.join('silent', () => undefined);
  world.sync.onHead('silent', headAt(300));
  world.run(5_001);
  assert.deepEqual(world.blamed, []);
  world.join('honest', honest(300));
  world.sync.onHead('honest', headAt(300));
  world.run(10_000);
  assert.equal(world.final, 300);
  const alone = new World();
  alone.join('silent', () => undefined);
  alone.sync.onHead('silent', headAt(300));
  alone.run();
  assert.deepEqual(
    alone.blamed.map(({ peer, verdict }) => [peer, verdict]),
    [['silent', 'disconnect']],
  );
});

test('a peer that leaves in the middle is replaced', () => {
  const world = new World();
  world.join('leaver', honest(1_000), 50);
  world.join('stayer', honest(1_000), 50);
  world.sync.onHead('leaver', headAt(1_000));
  world.sync.onHead('stayer', headAt(1_000));
  world.run(60);
  world.sync.onPeerGone('leaver');
  world.run();
  assert.equal(world.final, 1_000);
});

test('a hint makes it ask peers whose heads say nothing, without blame for an empty answer', () => {
  const world = new World();
  world.join('behind', honest(0));
  world.join('ahead', honest(40));
  world.sync.catchUp(toHeight(30));
  world.run();
  assert.equal(world.final, 40);
  assert.deepEqual(world.blamed, []);
});

test('what is held ahead of its turn is bounded', () => {
  const world = new World();
  let waiting = 0;
  let most = 0;
  world.join('slow', honest(1_000), 1_600);
  world.join('fast', (request) => {
    waiting += 1;
    most = Math.max(most, waiting);
    return honest(1_000)(request);
  });
  world.sync.onHead('slow', headAt(1_000));
  world.sync.onHead('fast', headAt(1_000));
  world.run(1_599);
  assert.equal(world.final, 0, 'the first page is with the slow one');
  assert.ok(world.asked.length <= 13 && most <= 12);
  world.run();
  assert.equal(world.final, 1_000);
});

test('of a peer behind a slow line every page is used, however many were asked for at once', () => {
  const world = new World();
  world.join('a', honest(200, 2), 10, 1_500);
  world.sync.onHead('a', headAt(200));
  world.run();
  assert.equal(world.final, 200);
  assert.deepEqual(world.blamed, []);
  assert.equal(world.asked.length, 100);
  assert.ok(world.openMost * 1_500 > 5_000, 'the last of those asked for together comes after more than a timeout');
});
