import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import {
  CHECKING_MS_BURST,
  CHECKING_MS_PER_SECOND,
  HELP_PAGES_BURST,
  HELP_PAGES_PER_SLOT,
  INPUT_MESSAGES_BURST,
  INPUT_MESSAGES_PER_SECOND,
  MAX_VIOLATIONS,
} from '../../../server/p2p/limits.js';
import { createTokenBucket } from '../../../server/p2p/token-bucket.js';
import { until } from '../../hang-guard.js';
import {
  at,
  blocksUpTo,
  connected,
  handClock,
  hashOf,
  keyOf,
  pageOf,
  rules,
  startNode,
  stopAll,
  voteOf,
  votesAt,
} from './fixture.js';
import { destroyRawPeers, type RawPeer, raw } from './raw-peer.js';

async function proved(port: number, seed: number): Promise<RawPeer> {
  const peer = raw(port);
  await peer.prove(keyOf(seed));
  return peer;
}

afterEach(async () => {
  destroyRawPeers();
  await stopAll();
});

for (const [what, bytes] of [
  ['a line of a megabyte', `{"type":"vote","x":"${'x'.repeat(1_048_576)}"}\n`],
  ['a line null', 'null\n'],
  ['bad UTF-8', Buffer.from([0x7b, 0xff, 0x7d, 0x0a])],
  ['half a line and an end', '{"type":'],
] as const) {
  test(`a proved peer that sends ${what} is told, dropped and counted, and the others stay`, async () => {
    const node = await startNode(1);
    const other = await startNode(2, { bootstrap: [at(node)] });
    await until('other', () => connected(node, other));
    const peer = await proved(node.port, 3);
    peer.write(bytes);
    if (what.startsWith('half')) peer.endWriting();
    assert.equal((await peer.next('error')).code, 'bad_line');
    await peer.untilClosed();
    assert.equal(node.network.stats().violations, 1);
    assert.ok(connected(node, other));
  });
}

test('a message with an unknown member, or of an unknown type, is told what is wrong', async () => {
  const node = await startNode(1);
  for (const [line, told] of [
    [{ type: 'get_peers', id: 1, more: true }, /"more"/],
    [{ type: 'gimme' }, /gimme/],
    [{ type: 'vote', vote: { ...voteOf(1), view: -1 } }, /vote\.view/],
    [{ type: 'vote', vote: { ...voteOf(1), chain: `other-${'0'.repeat(32)}` } }, /another chain/],
  ] as const) {
    const peer = await proved(node.port, 3);
    peer.send(line);
    const error = await peer.next('error');
    assert.equal(error.code, 'bad_message');
    assert.match(String(error.detail), told);
    await peer.untilClosed();
  }
});

test('answers to no question are tolerated a few times, then the peer is dropped', async () => {
  const node = await startNode(1);
  const peer = await proved(node.port, 3);
  for (let i = 0; i <= MAX_VIOLATIONS; i += 1) peer.send({ type: 'block', id: 900 + i, block: null });
  assert.match(String((await peer.next('error')).detail), /answers nothing that was asked/);
  await peer.untilClosed();
  assert.ok(!node.received.some(({ message }) => message.type === 'block'));
});

/** Resolves when `count` has been the same for twenty looks. */
async function settled(count: () => number): Promise<number> {
  let last = count();
  for (let same = 0; same < 20; same += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (count() !== last) same = 0;
    last = count();
  }
  return last;
}

test('of a peer that sends as fast as it can, one chunk is read in a turn of the event loop: the others are heard between', async () => {
  const node = await startNode(1);
  const peer = await proved(node.port, 3);
  let most = 0;
  let last = node.network.stats().bytesReceived;
  const look = (): void => {
    const now = node.network.stats().bytesReceived;
    most = Math.max(most, now - last);
    last = now;
    looking = setImmediate(look);
  };
  let looking = setImmediate(look);
  const line = `${JSON.stringify({ type: 'pong', id: 999_999, head: { final_index: 0, final_hash: hashOf(1), epoch: 0, view: 0 }, clock: 0 })}\n`;
  peer.write(line.repeat(Math.ceil(8_388_608 / line.length)));
  await until('all of it was read', () => last > 8_388_608);
  clearImmediate(looking);
  assert.ok(most <= 2 * 65_536, `${most} bytes in one turn`);
});

test('a flood of messages is read no faster than the budget, and nothing is lost', async () => {
  const clock = handClock();
  const node = await startNode(1, { clock });
  let votes = 0;
  node.verdict = ({ type }) => {
    if (type === 'vote') votes += 1;
    return { relay: false, peer: 'fine' };
  };
  const peer = await proved(node.port, 3);
  const flood = INPUT_MESSAGES_BURST + 10_000;
  const line = (view: number): string => `${JSON.stringify({ type: 'vote', vote: voteOf(view) })}\n`;
  for (let view = 1; view <= flood; view += 100) {
    peer.write(Array.from({ length: 100 }, (_, i) => line(view + i)).join(''));
  }
  const inTime = (ms: number): number => INPUT_MESSAGES_BURST + (INPUT_MESSAGES_PER_SECOND * ms) / 1_000;
  for (const ms of [0, 400]) {
    clock.pass(ms);
    await until(`what ${ms} ms allow is read`, () => votes >= inTime(ms));
    // One chunk of a socket, some 150 lines, may be read into debt.
    const read = await settled(() => votes);
    assert.ok(read < inTime(ms) + 500, `${read} in ${ms} ms`);
  }
  clock.pass(200);
  await until('all read', () => votes === flood);
});

test('who makes a node check signatures for longer than its share is read no faster, and the others are not kept waiting', async () => {
  let checked = 0;
  const clock = handClock();
  const node = await startNode(1, { clock, checkingMs: () => checked });
  node.verdict = () => {
    checked += CHECKING_MS_PER_SECOND / 4;
    return { relay: false, peer: 'fine' };
  };
  const [busy, quiet] = [await proved(node.port, 3), await proved(node.port, 4)];
  const line = (view: number): string => `${JSON.stringify({ type: 'vote', vote: voteOf(view) })}\n`;
  const inBurst = Math.floor((4 * CHECKING_MS_BURST) / CHECKING_MS_PER_SECOND);
  busy.write(Array.from({ length: inBurst + 8 }, (_, i) => line(i + 1)).join(''));
  // The first above the burst makes a debt of a quarter of a second, and so does each that follows.
  await until('the burst is read, and one more', () => votesAt(node, inBurst + 1) === 1);
  quiet.write(line(1_000));
  await until('the other is read', () => votesAt(node, 1_000) === 1);
  for (let more = 2; more <= 8; more += 1) {
    clock.pass(249);
    assert.equal(await settled(() => votesAt(node, inBurst + more)), 0, 'the debt is not paid yet');
    clock.pass(1);
    await until(`${more} above the burst are read`, () => votesAt(node, inBurst + more) === 1);
  }
});

test('budgets refill with time and are not filled by a clock that goes back', () => {
  let now = 0;
  const bucket = createTokenBucket({ now: () => now, at: () => () => {} }, 10, 20);
  assert.equal(bucket.take(20), 0);
  assert.equal(bucket.take(5), 500);
  now = 500;
  assert.equal(bucket.take(0), 0);
  assert.equal(bucket.tryTake(1), false);
  now = 0;
  assert.equal(bucket.tryTake(1), false);
  now = 1_000;
  assert.deepEqual([bucket.has(10), bucket.has(11)], [true, false]);
  assert.equal(bucket.tryTake(10), true);
  now = 100_000;
  assert.equal(bucket.take(20), 0);
  assert.equal(bucket.tryTake(1), false);
});

test('a peer that does not read loses bulk first, and is dropped when even votes pile up', async () => {
  const node = await startNode(1);
  const peer = await proved(node.port, 3);
  peer.pauseReading();
  const [id = ''] = node.network.peers();
  const block = { type: 'genesis', id: 1, genesis: { filler: 'x'.repeat(200_000) } };
  let sent = 0;
  while (node.network.stats().droppedMessages === 0 && sent < 1_000) {
    sent += 1;
    node.network.send(id, block as never);
  }
  assert.ok(node.network.stats().droppedMessages === 1, `after ${sent} pages`);
  assert.equal(node.network.peers().length, 1, 'bulk was let go, the peer stays');
  for (let view = 1; view < 40_000 && node.network.peers().length === 1; view += 1) {
    node.network.broadcast({ type: 'vote', vote: voteOf(view) });
    if (view % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until('dropped', () => node.network.peers().length === 0);
});

test('votes overtake pages that wait for a slow peer', async () => {
  const node = await startNode(1);
  const peer = await proved(node.port, 3);
  peer.pauseReading();
  const [id = ''] = node.network.peers();
  const page = (number: number) => ({ type: 'genesis', id: number, genesis: { filler: 'x'.repeat(200_000) } }) as never;
  let pages = 0;
  while (node.network.stats().droppedMessages === 0) {
    pages += 1;
    node.network.send(id, page(pages));
  }
  node.network.broadcast({ type: 'vote', vote: voteOf(1) });
  peer.resumeReading();
  await peer.next('vote');
  const before = peer.lines.findIndex((line) => line.type === 'vote');
  const pagesBefore = peer.lines.slice(0, before).filter((line) => line.type === 'genesis').length;
  await until('all pages', () => peer.lines.filter((line) => line.type === 'genesis').length === pages - 1);
  assert.ok(pagesBefore < pages - 10, `${pagesBefore} of ${pages} pages came before the vote`);
});

test('questions about blocks are answered no faster than the budget', async () => {
  const node = await startNode(1);
  node.verdict = (message, peer) => {
    if (message.type === 'get_block') node.network.send(peer, { type: 'block', id: message.id, block: null });
    return { relay: false, peer: 'fine' };
  };
  const peer = await proved(node.port, 3);
  const started = performance.now();
  for (let id = 1; id <= 120; id += 1) peer.send({ type: 'get_block', id, hash: hashOf(id) });
  for (let id = 1; id <= 120; id += 1) assert.equal((await peer.next('block')).id, id);
  assert.ok(performance.now() - started >= 300, 'twenty above the burst take 0.4 s');
});

/** Longer than the pause: a timer that is due again within the phase of timers runs in it. */
function keepBusy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
  setTimeout(() => {}, 0);
}

for (const question of ['get_blocks', 'get_block'] as const) {
  test(`every ${question} that a peer asks in one breath has a turn of the event loop of its own`, async () => {
    const server = await startNode(1);
    const asker = await startNode(2, { bootstrap: [at(server)] });
    await until('connected', () => connected(server, asker) && connected(asker, server));
    let turn = 0;
    let counting = true;
    const count = (): void => {
      turn += 1;
      if (counting) setImmediate(count);
    };
    count();
    const turns: number[] = [];
    server.verdict = (message) => {
      if (message.type === question) {
        turns.push(turn);
        process.nextTick(keepBusy, 3);
      }
      return { relay: false, peer: 'fine' };
    };
    const [peer] = asker.network.peers();
    for (let id = 1; id <= 20; id += 1) {
      asker.network.send(
        peer!,
        question === 'get_block'
          ? { type: question, id, hash: hashOf(id) }
          : { type: question, id, from_index: toHeight(1), count: 1 },
      );
    }
    await until('all were heard', () => turns.length === 20);
    counting = false;
    assert.equal(new Set(turns).size, 20);
  });
}

test('[6-help] final blocks sent to a validator that is behind reach it, and cost the helper nothing', async () => {
  const behind = keyOf(21);
  const helper = await startNode(1);
  const node = await startNode(2, { bootstrap: [at(helper)], validatorSigner: behind });
  await until('connected', () => connected(helper, node) && connected(node, helper));
  const page = pageOf(blocksUpTo(5), 1, 3);
  for (let i = 0; i <= MAX_VIOLATIONS; i += 1) {
    helper.network.sendToValidator(behind.publicKey, { type: 'blocks', id: 0, ...page });
  }
  const helped = () => node.received.filter(({ message }) => message.type === 'blocks').length;
  await until('helped', () => helped() > MAX_VIOLATIONS || node.network.peers().length === 0);
  assert.equal(helped(), MAX_VIOLATIONS + 1);
  assert.equal(node.network.stats().violations, 0);
});

test('[6-help] who floods with blocks that nobody asked for is heard a few times a slot, then dropped', async () => {
  const clock = handClock();
  const node = await startNode(1, { clock });
  const helped = () => node.received.filter(({ message }) => message.type === 'blocks').length;
  const peer = await proved(node.port, 3);
  const line = `${JSON.stringify({ type: 'blocks', id: 0, ...pageOf(blocksUpTo(5), 1, 3) })}\n`;
  peer.write(line.repeat(HELP_PAGES_BURST + MAX_VIOLATIONS));
  await until('all are read', () => node.network.stats().violations === MAX_VIOLATIONS);
  assert.equal(helped(), HELP_PAGES_BURST);
  clock.pass(rules.parameters.slot_duration_ms);
  peer.write(line.repeat(HELP_PAGES_PER_SLOT + 1));
  assert.match(String((await peer.next('error')).detail), /more blocks that nobody asked for/);
  await peer.untilClosed();
  assert.equal(helped(), HELP_PAGES_BURST + HELP_PAGES_PER_SLOT);
  assert.equal(node.network.stats().bannedPeers, 0);
});

test('[6-help] checking blocks that nobody asked for counts as checking what they sent does', async () => {
  let checked = 0;
  const clock = handClock();
  const node = await startNode(1, { clock, checkingMs: () => checked });
  node.verdict = ({ type }) => {
    if (type === 'blocks') checked += CHECKING_MS_BURST + CHECKING_MS_PER_SECOND;
    return { relay: false, peer: 'fine' };
  };
  const peer = await proved(node.port, 3);
  const page = { type: 'blocks', id: 0, ...pageOf(blocksUpTo(5), 1, 3) };
  peer.write(`${JSON.stringify(page)}\n${JSON.stringify({ type: 'vote', vote: voteOf(1) })}\n`);
  await until('the page is read', () => checked > 0);
  clock.pass(999);
  assert.equal(await settled(() => votesAt(node, 1)), 0, 'a second of its share is owed');
  clock.pass(1);
  await until('it is heard again', () => votesAt(node, 1) === 1);
});
