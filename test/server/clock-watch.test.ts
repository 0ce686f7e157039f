/** The watch over the machine's clock, on clocks that the test sets. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SetMember } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { type ClockPeer, createClockWatch } from '../../server/node-runtime/clock-watch.js';
import { machineTime } from '../../server/node-runtime/system-clock.js';

const keyOf = (name: string): PublicKey => `0x${name.repeat(64)}`;
const start = 1_700_000_000_000;
const hourMs = 3_600_000;

function watched(t: TestContext, stakes: readonly number[]) {
  const validators = stakes.map((stake, i) => ({ key: keyOf(`${i}`), stake })) as unknown as readonly SetMember[];
  const time = { steady: start, offset: 0 };
  const state = { suspect: undefined as boolean | undefined, forgotten: 0, peers: [] as ClockPeer[] };
  const log: string[] = [];
  const watch = createClockWatch({
    maxOffsetMs: 50,
    slotMs: 1_000,
    ownKey: keyOf('0'),
    validators: () => validators,
    peers: () => state.peers,
    forgetOffsets() {
      state.forgotten += 1;
      state.peers = state.peers.map(({ validator }) => (validator === undefined ? {} : { validator }));
    },
    onSuspect: (suspect) => {
      state.suspect = suspect;
    },
    warn: (sentence) => void log.push(sentence),
    inform: (sentence) => void log.push(sentence),
    sources: { ...machineTime, wall: () => time.steady + time.offset, steady: () => time.steady },
  });
  t.after(() => watch.stop());
  /** Others that have measured what our clock is against the right time. */
  const measure = () => {
    state.peers = validators.slice(1).map(({ key }) => ({ validator: key, clockOffsetMs: -time.offset }));
  };
  return { watch, time, state, measure, log };
}

test('a validator that starts signs nothing before it knows the clocks of a third of the stake, or for 2 s', (t) => {
  const { watch, time, state, measure } = watched(t, [1, 1, 1, 1]);
  watch.start();
  assert.equal(state.suspect, true);
  assert.equal(watch.fault(), undefined);
  measure();
  watch.check();
  assert.equal(state.suspect, false);
  const other = watched(t, [1, 1, 1, 1]);
  other.watch.start();
  other.time.steady += 2_001;
  other.watch.check();
  assert.equal(other.state.suspect, false);
  assert.ok(time.steady > 0);
});

test('a jump of the clock is not followed while other validators contradict it, and heals when it is taken back', (t) => {
  for (const jump of [hourMs, -hourMs]) {
    const { watch, time, state, measure } = watched(t, [1, 1, 1, 1]);
    measure();
    watch.start();
    assert.equal(state.suspect, false);
    time.steady += 1_000;
    time.offset = jump;
    assert.equal(watch.clock.now(), time.steady, 'time runs on');
    watch.check();
    assert.equal(state.suspect, true);
    assert.equal(state.forgotten, 1);
    assert.match(watch.fault() ?? '', /was set by/);
    measure();
    time.steady += 60_000;
    watch.check();
    assert.match(watch.fault() ?? '', jump > 0 ? /ahead of/ : /behind/);
    assert.equal(watch.clock.now(), time.steady);
    time.offset = 0;
    watch.check();
    measure();
    watch.check();
    assert.equal(watch.fault(), undefined);
    assert.equal(state.suspect, false);
    assert.equal(watch.clock.now(), time.steady);
  }
});

test('a wrong clock that is put right is believed as soon as the others confirm it', (t) => {
  const { watch, time, state, measure } = watched(t, [1, 1, 1, 1]);
  time.offset = 0;
  const wrong = 10_000;
  time.offset = wrong;
  const late = watched(t, [1, 1, 1, 1]);
  assert.ok(late.watch.clock.now() > 0);
  watch.check();
  measure();
  watch.start();
  assert.equal(state.suspect, true);
  time.offset = 0;
  watch.check();
  measure();
  watch.check();
  assert.equal(state.suspect, false);
  assert.equal(watch.clock.now(), time.steady);
});

test('a single validator has nobody to ask and follows its clock', (t) => {
  const { watch, time, state } = watched(t, [1]);
  watch.start();
  assert.equal(state.suspect, false);
  time.offset = 5_000;
  watch.check();
  assert.equal(state.suspect, false);
  assert.equal(watch.clock.now(), time.steady + 5_000);
});

test('small corrections are followed at once, however many there are', (t) => {
  const { watch, time, state, measure } = watched(t, [1, 1, 1, 1]);
  measure();
  watch.start();
  for (let i = 0; i < 100; i++) {
    time.steady += 10;
    time.offset += 20;
    assert.equal(watch.clock.now(), time.steady + time.offset);
  }
  assert.equal(state.suspect, false);
});

test('one validator that never answers does not keep a clock in doubt that the others confirm', (t) => {
  const { watch, time, state, measure } = watched(t, [1, 1, 1, 1]);
  measure();
  watch.start();
  time.offset = 60;
  watch.check();
  // They measure what is right now.
  state.peers = [1, 2, 3].map((i) => ({ validator: keyOf(`${i}`), ...(i < 3 ? { clockOffsetMs: 0 } : {}) }));
  watch.check();
  assert.equal(state.suspect, true, 'there is time to ask the last one');
  time.steady += 30_001;
  watch.check();
  assert.equal(state.suspect, false);
  assert.equal(watch.clock.now(), time.steady + 60);
});

test('the log tells of a clock that is off when that lasts, and when it is over; who was only held up is not told of', (t) => {
  const { watch, time, state, measure, log } = watched(t, [1, 1, 1, 1]);
  const pass = (ms: number): void => {
    time.steady += ms;
    watch.check();
  };
  const measureWrong = (): void => {
    state.peers = [1, 2, 3].map((i) => ({ validator: keyOf(`${i}`), clockOffsetMs: -80 }));
  };
  measureWrong();
  watch.start();
  assert.match(watch.fault() ?? '', /more than 50 ms ahead of/);
  pass(4_900);
  measure();
  pass(100);
  assert.deepEqual([watch.fault(), log], [undefined, []]);

  measureWrong();
  watch.check();
  pass(5_000);
  pass(5_000);
  assert.equal(log.length, 1);
  assert.match(log[0] ?? '', /ahead of/);
  // Nobody is there who could say.
  state.peers = [];
  pass(1_000);
  assert.equal(log.length, 1);
  measure();
  pass(1_000);
  assert.deepEqual(log.slice(1), ['The clock of this machine agrees with those of the other validators again.']);
});
