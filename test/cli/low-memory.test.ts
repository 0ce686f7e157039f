/** `server start --low-memory`: the same node with shorter queues, in less memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { hangGuardMs } from '../hang-guard.js';
import { within } from '../network/node-process.js';
import { run, temporaryHome } from './programs.js';
import { type RunningNode, startNode } from './running-node.js';

async function payAndLook(home: string, nodeHome: string, { url }: RunningNode) {
  const paid = await run('wallet', home, ['send', 'treasury', 'shop', '1', '-y', '--home', nodeHome, '--node', url]);
  const client = createClient({ url });
  const [{ memory_bytes }, { mempool }] = await Promise.all([client.status(), client.limits()]);
  return { paid, memory: memory_bytes, most: mempool.max_transactions };
}

test('it makes payments final with less memory, and says how little may wait', async (t) => {
  const home = temporaryHome(t);
  const [usual, low] = await Promise.all([
    startNode(t, home, { args: ['--home', 'usual', '--log-level', 'debug'] }),
    startNode(t, home, { args: ['--home', 'low', '--low-memory', '--log-level', 'debug'] }),
  ]);
  const [ofUsual, ofLow] = [await payAndLook(home, 'usual', usual), await payAndLook(home, 'low', low)];
  for (const { paid } of [ofUsual, ofLow]) assert.equal(paid.code, 0, paid.stderr);
  assert.deepEqual([ofUsual.most, ofLow.most], [100_000, 10_000]);
  await within(hangGuardMs, 'the usual one has read its ledger', () =>
    usual.output().includes('the ledger was read ahead'),
  );
  assert.ok(!low.output().includes('read ahead'));
  assert.ok(ofLow.memory < ofUsual.memory, `${ofLow.memory} bytes are less than ${ofUsual.memory}`);
});
