/** A validator that waits for the others: what it says of them, and that it does not blame its clock. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePortRun } from '../free-ports.js';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

test('a validator alone says that its bootstrap peer is on another chain, and not that its clock is wrong', async (t) => {
  const user = temporaryHome(t);
  const basePort = await freePortRun(2);
  const made = await run('server', user, [
    'testnet',
    '--validators',
    '2',
    '--output',
    'net',
    '--base-port',
    `${basePort}`,
  ]);
  assert.equal(made.code, 0, made.stderr);
  const elsewhere = await startNode(t, user, { args: ['--home', join(user, 'elsewhere')] });
  const home = join(user, 'net/node1');
  const bootstrap = `127.0.0.1:${elsewhere.p2pPort}`;
  const node = await startNode(t, user, { args: ['--home', home, '--bootstrap', bootstrap] });
  await until(() => node.output().includes('a bootstrap address leads to no peer'), 'the log says so');
  const health = await run('server', user, ['health', '--home', home]);
  assert.equal(health.code, 1);
  assert.match(
    health.stdout,
    /peers: No peer is connected\. Bootstrap addresses, .*: it is on another chain: compare /,
  );
  assert.ok(!health.stdout.includes(bootstrap), health.stdout);
  assert.ok(node.output().includes(bootstrap));
  await until(() => node.output().includes('the node runs'), 'it runs');
  assert.doesNotMatch(node.output(), /differs too much/);
});
