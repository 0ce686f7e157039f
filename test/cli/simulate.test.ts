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

test('those who break the rules are named, and the others make blocks final in spite of them', async (t) => {
  const home = temporaryHome(t);
  const byzantine = ['simulate', '--validators', '7', '--byzantine', '2', '--slots', '30'];
  const shown = new Set<string>();
  for (const seed of ['1', '2', '3']) {
    const { code, stdout, stderr } = await run('server', home, [...byzantine, '--seed', seed]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^node 4 {3}[#lo.]{30}$/m);
    assert.match(stdout, /^node 5! {2}[#lox.]{30}$/m);
    for (const [, role] of stdout.matchAll(/^! breaks the rules: node [56], (.+)$/gm)) shown.add(role!);
    assert.ok(Number(/(\d+) blocks final/.exec(stdout)![1]) >= 15, stdout);
  }
  assert.ok(shown.size >= 3, [...shown].join());
  const honest = await run('server', home, ['simulate', '--validators', '7', '--slots', '30', '--output', 'json']);
  const json = await run('server', home, [...byzantine, '--output', 'json']);
  assert.deepEqual(JSON.parse(honest.stdout).byzantine, []);
  assert.equal(JSON.parse(json.stdout).byzantine.length, 2);
  assert.notDeepEqual(JSON.parse(json.stdout).slots, JSON.parse(honest.stdout).slots);
});

test('a third of the stake or more is refused with what to write instead', async (t) => {
  const outcome = await run('server', temporaryHome(t), ['simulate', '--byzantine', '2']);
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /2 of 4 hold a third of the stake or more/);
  assert.match(outcome.stderr, /--byzantine 1/);
});
