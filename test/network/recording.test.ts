/** Real nodes that record their consensus core, one of them killed and one stopped in between: all replay the same. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryHome } from '../cli/programs.js';
import { startNetwork } from './process-network.js';

const equal = [1_000_000, 1_000_000, 1_000_000, 1_000_000];
const recordingOf = (home: string): string => join(home, 'core.jsonl');

interface Report {
  readonly runs: number;
  readonly inputs: number;
  readonly effects: number;
  readonly end?: string;
  readonly difference?: object;
}

test('what four validators recorded replays byte for byte, restarts included', async (t) => {
  const argsOf = (home: string): string[] => ['--record', recordingOf(home)];
  // In shorter slots a pause of a busy machine is soon taken for a clock that is off, and who doubts its clock signs nothing.
  const network = await startNetwork(t, { stakes: equal, slotDurationMs: 1000, argsOf });
  const { nodes } = network;
  await network.pay(0);
  await nodes[1]!.kill();
  for (const i of [0, 2, 3]) await network.pay(i);
  await nodes[1]!.start();
  await nodes[2]!.stop();
  for (const i of [0, 3]) await network.pay(i);
  await nodes[2]!.start();
  await network.pay(1);
  const { index } = await network.agree(5);
  for (const node of nodes) assert.equal(await node.stop(), 0);

  const home = temporaryHome(t);
  const counts: string[] = [];
  for (const [i, node] of nodes.entries()) {
    const file = recordingOf(node.home);
    const replayed = await run('server', home, ['replay', file, '--output', 'json']);
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
    const report = JSON.parse(replayed.stdout) as Report;
    assert.equal(report.difference, undefined);
    assert.equal(report.runs, i === 1 || i === 2 ? 2 : 1);
    assert.equal(report.end, 'stopped');
    assert.ok(report.inputs > 5 * index && report.effects > 3 * index, JSON.stringify(report));
    counts.push(`${report.inputs} inputs, ${report.effects} effects`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assertNoSecrets(file, node.home);
  }
  t.diagnostic(counts.join('; '));

  await t.test('as text it says how many, and --trace shows each step', async () => {
    const traces: string[] = [];
    for (const { home: recorded } of nodes) {
      const { stdout } = await run('server', home, ['replay', recordingOf(recorded), '--trace']);
      assert.match(stdout, /^[\d,]+ inputs, [\d,]+ effects, same$/m);
      assert.match(stdout, /^ +\d+ \d\d:\d\d:\d\d\.\d{3} commit vote \d+ 0x[0-9a-f]{8} of 0x[0-9a-f]{8}/m);
      assert.match(stdout, /→ FINAL 0x/);
      traces.push(stdout);
    }
    // Not each of them leads a slot in which there is something to propose.
    assert.match(traces.join('\n'), /→ persist \d+ prepare, lock .*; to all: proposal /);
  });

  await t.test('a changed byte ends it with exit code 3 and names the line', async () => {
    const file = join(home, 'changed.jsonl');
    const lines = readFileSync(recordingOf(nodes[3]!.home), 'utf8').split('\n');
    writeFileSync(file, lines.with(20, lines[20]!.replace('"now":1', '"now":2')).join('\n'));
    const replayed = await run('server', home, ['replay', file]);
    assert.equal(replayed.code, 3);
    assert.match(replayed.stdout, /inputs, [\d,]+ effects, same up to line 21\n/);
    assert.match(replayed.stderr, /line 21: It was changed since it was written/);
  });
});

/** Neither the seeds of the node's keys nor those of its accounts, in hex or base64. */
function assertNoSecrets(file: string, home: string): void {
  const text = readFileSync(file, 'utf8');
  const seeds = ['node-key.json', 'validator-key.json', 'vrf-key.json'].map((name) => {
    const found = /[0-9a-f]{64}/.exec(readFileSync(join(home, 'keys', name), 'utf8'));
    assert.ok(found, `${name} holds a seed`);
    return found[0];
  });
  for (const seed of seeds) {
    assert.ok(!text.includes(seed), 'no seed in hex');
    assert.ok(!text.includes(Buffer.from(seed, 'hex').toString('base64').slice(0, 40)), 'no seed in base64');
  }
}
