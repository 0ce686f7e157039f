import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import { FIRST_PINGS, HEAD_NEWS_INTERVAL_MS, MAX_MISSED_PONGS, PING_INTERVAL_MS } from '../../../server/p2p/limits.js';
import { createPingState } from '../../../server/p2p/pings.js';
import { until } from '../../hang-guard.js';
import { at, clock, hashOf, startNode, stopAll, voteOf, votesAt } from './fixture.js';

afterEach(stopAll);

const head = { final_index: toHeight(3), final_hash: hashOf(1_003), epoch: 0, view: 4 };

/** A peer whose clock is 7 ms ahead, asked by a node whose time the test sets. */
function makeWorld() {
  let now = 1_000;
  let lastId = 0;
  const pings = createPingState(
    { now: () => now, at: () => () => {} },
    () => ++lastId,
    () => now + 500,
  );
  return {
    pings,
    pass(ms: number): void {
      now += ms;
    },
    /** @param there ms until the peer reads the ping @param back ms until its pong is read */
    ask(there: number, back: number): boolean {
      const ping = pings.next(head);
      assert.ok(ping !== 'lost');
      now += there;
      const clockThere = now + 500 + 7;
      now += back;
      return pings.onPong(ping.id, clockThere);
    },
  };
}

test('of the first answers, asked for at once, the fastest tells the clock', () => {
  const { pings, ask } = makeWorld();
  assert.equal(ask(1, 199), true, 'one answer that was read late says little');
  assert.equal(pings.clockOffsetMs(), 7 - 99);
  for (let i = 2; i < FIRST_PINGS; i += 1) assert.equal(ask(1, 1), true);
  assert.equal(ask(2, 2), false);
  assert.equal(pings.clockOffsetMs(), 7);
  assert.equal(pings.rttMs(), 2);
});

test('what was measured before the clock was set is forgotten, also a ping that is under way', () => {
  const { pings, ask } = makeWorld();
  for (let i = 0; i < FIRST_PINGS; i += 1) ask(1, 1);
  const underWay = pings.next(head);
  assert.ok(underWay !== 'lost');
  pings.forgetOffset();
  assert.equal(pings.onPong(underWay.id, 0), false);
  assert.equal(pings.clockOffsetMs(), undefined);
  assert.equal(ask(1, 1), true);
  assert.equal(pings.clockOffsetMs(), 7);
});

test('an answer to nothing that was asked brings no further ping', () => {
  const { pings } = makeWorld();
  assert.equal(pings.onPong(99, 0), false);
});

test('a peer that answers no ping is lost', () => {
  const { pings, pass } = makeWorld();
  for (let i = 0; i < MAX_MISSED_PONGS; i += 1) {
    assert.notEqual(pings.next(head), 'lost');
    pass(PING_INTERVAL_MS);
  }
  assert.equal(pings.next(head), 'lost');
});

test('a peer that is held up while head follows head is not lost for that', () => {
  const { pings, pass } = makeWorld();
  for (let ms = 0; ms < MAX_MISSED_PONGS * PING_INTERVAL_MS; ms += HEAD_NEWS_INTERVAL_MS) {
    assert.notEqual(pings.next(head), 'lost', `after ${ms} ms`);
    pass(HEAD_NEWS_INTERVAL_MS);
  }
  assert.equal(pings.next(head), 'lost');
});

test('a node that slept itself does not take its peers for lost', () => {
  const { pings, pass } = makeWorld();
  assert.notEqual(pings.next(head), 'lost');
  pass(3_600_000);
  assert.notEqual(pings.next(head), 'lost');
});

test('a new peer is pinged several times in a row until its clock is known', async () => {
  const withoutIntervals = (ms: number, call: () => void) =>
    ms - clock.now() < PING_INTERVAL_MS / 2 ? clock.at(ms, call) : () => {};
  const asker = await startNode(1, { clock: { now: clock.now, at: withoutIntervals } });
  const answerer = await startNode(2, { bootstrap: [at(asker)] });
  const pongs = (): number => asker.received.filter(({ message }) => message.type === 'pong').length;
  await until('its clock is known', () => pongs() === FIRST_PINGS);
  asker.network.broadcast({ type: 'vote', vote: voteOf(1) });
  await until('what was sent after the last ping', () => votesAt(answerer, 1) === 1);
  const pings = answerer.received.filter(({ message }) => message.type === 'ping').length;
  assert.equal(pings, FIRST_PINGS, 'none but those in a row');
});
