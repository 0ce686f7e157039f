/** `server status`, `health` and `peers` find the node of a home, whatever port it was started on. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

test('the node of a home is found on another port; a node that the environment names counts unless a home is named', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  for (const command of ['status', 'health', 'peers']) {
    const outcome = await run('server', user, [command, '--home', home]);
    assert.equal(outcome.code, 0, outcome.stderr);
  }
  const env = { SLOTLEDGER_NODE: node.url };
  const told = await run('server', user, ['status'], { env });
  assert.ok(told.stdout.includes(` at ${node.url}, `), told.stdout);
  const elsewhere = await run('server', user, ['status', '--home', join(user, 'other')], { env });
  assert.notEqual(elsewhere.stdout.includes(node.url), true);
  node.process.kill('SIGTERM');
  await node.ended();
  const stopped = await run('server', user, ['status', '--home', home]);
  assert.equal(stopped.stdout.includes(node.url), false);
});
