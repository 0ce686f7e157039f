/** `server simulate` draws the same run for the same seed, and shows what the faults did. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, temporaryHome } from './programs.js';

const args = [
  'simulate',
  '--validators',
  '4',
  '--partition',
  '0,1/2,3',
  '--crash',
  '1',
  '--slots',
  '30',
  '--seed',
  '9',
];

test('the picture shows crash, partition and recovery, and a seed shows it again', async (t) => {
  const home = temporaryHome(t);
  const first = await run('server', home, args);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^node 1 {3}[#lo.]{10}x{10}[#lo.]{10}$/m);
  assert.match(first.stdout, /^finality .{9,10} {8,11}.*[1-4]$/m);
  assert.match(first.stdout, /\d+ blocks final; \d+ payments/);
  assert.equal((await run('server', home, args)).stdout, first.stdout);
});

test('a node that does not exist is refused in one sentence', async (t) => {
  const outcome = await run('server', temporaryHome(t), ['simulate', '--crash', '7']);
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /--crash 7 is not a whole number from 0 to 3/);
});
