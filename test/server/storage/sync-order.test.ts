/** What is written is synced before anyone goes on: the calls to the file system, in their order. */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { VoteState } from '../../../consensus/vote-state.js';
import { toView } from '../../../ledger/values/numbers.js';
import { initialVoteState } from '../../../server/replica/recover.js';
import { createVoteStateStore, initVoteState } from '../../../server/storage/vote-state-file.js';

const watched = ['writeSync', 'fdatasyncSync', 'fsyncSync', 'renameSync'] as const;

/** The names of the calls made while `during` runs; each call goes through. */
function callsOf(t: TestContext, during: () => void): readonly string[] {
  const calls: string[] = [];
  const mocks = watched.map((name) => {
    const original = fs[name] as (...args: unknown[]) => unknown;
    return t.mock.method(fs, name, (...args: unknown[]) => {
      calls.push(name);
      return original(...args);
    });
  });
  syncBuiltinESMExports();
  try {
    during();
  } finally {
    for (const mock of mocks) mock.mock.restore();
    syncBuiltinESMExports();
  }
  return calls;
}

const names = { key: `0x${'4'.repeat(64)}`, genesis: `0x${'5'.repeat(64)}` } as const;
const first = initialVoteState(names.genesis);
const later = (view: number): VoteState => ({ ...first, watermark: { view: toView(view), step: 'prepare' } });

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'slotledger-sync-order-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('[5-persist-first] a new vote state is synced before it gets its name, and its directory afterwards', (t) => {
  const path = directory(t);
  const calls = callsOf(t, () => initVoteState(path, names, first));
  assert.deepEqual(calls, ['writeSync', 'fsyncSync', 'renameSync', 'fsyncSync']);
});

test('[5-persist-first] each write of the vote state is synced before it returns', (t) => {
  const path = directory(t);
  initVoteState(path, names, first);
  const store = createVoteStateStore(path, names);
  t.after(() => store.close());
  store.read();
  for (const view of [1, 2]) {
    const calls = callsOf(t, () => store.write(later(view), [], []));
    assert.deepEqual(calls, ['writeSync', 'fdatasyncSync']);
  }
});

test('after a sync that failed no later write is believed until the file is opened anew', (t) => {
  const path = directory(t);
  initVoteState(path, names, first);
  const store = createVoteStateStore(path, names);
  t.after(() => store.close());
  store.read();
  const failing = t.mock.method(fs, 'fdatasyncSync', () => {
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  syncBuiltinESMExports();
  assert.throws(() => store.write(later(1), [], []));
  failing.mock.restore();
  syncBuiltinESMExports();
  assert.throws(() => store.write(later(2), [], []), /An earlier write/);
});
