/** What the log says of a chain that stands still. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import { createStallLog } from '../../../server/node-runtime/stall-log.js';

test('a chain that stands still is said after ten seconds, again after ten minutes, and when it is over', () => {
  let now = 0;
  const lines: unknown[] = [];
  const line = (...words: unknown[]) => void lines.push([now, ...words]);
  const stalls = createStallLog({ warn: line, info: line } as Parameters<typeof createStallLog>[0], () => now);
  const look = (at: number, notFinalBecause?: string, fault = '', state: 'idle' | 'syncing' = 'idle') => {
    now = at;
    const [clockSuspect, onlyGaps] = [fault === 'clock', fault === 'gaps'];
    const sync = { state, targetIndex: toHeight(0), sources: 1 };
    stalls.look({ pending: 2, sync, clockSuspect, onlyGaps, ...(notFinalBecause ? { notFinalBecause } : {}) });
  };
  look(0);
  look(1_000, 'the clock', 'clock');
  look(12_000, 'the clock', 'clock');
  look(12_500, 'earlier nonces', 'gaps');
  look(13_000, 'fetching', '', 'syncing');
  look(24_000, 'fetching', '', 'syncing');
  look(25_000, 'earlier nonces', 'gaps');
  look(29_999, 'earlier nonces', 'gaps');
  look(30_000, 'a leader is down');
  look(39_999, 'a leader is down');
  look(40_000);
  assert.deepEqual(lines, []);
  look(50_000, 'two are missing');
  look(60_000, 'one is missing');
  look(659_999, 'one is missing');
  look(660_000, 'one is missing');
  look(661_000);
  look(662_000);
  assert.deepEqual(lines, [
    [60_000, { pending: 2 }, 'one is missing'],
    [660_000, { pending: 2 }, 'one is missing'],
    [661_000, 'what waited becomes final, or waits no longer'],
  ]);
});
