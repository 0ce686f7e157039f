/** `server start --low-memory`: the same node with shorter queues, in less memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { hangGuardMs } from '../hang-guard.js';
import { within } from '../network/node-process.js';
import { run, temporaryHome } from './programs.js';
import { type RunningNode, startNode } from './running-node.js';

async function pay(home: string, nodeHome: string, { url }: RunningNode): Promise<void> {
  const paid = await run('wallet', home, ['send', 'treasury', 'shop', '1', '-y', '--home', nodeHome, '--node', url]);
  assert.equal(paid.code, 0, paid.stderr);
}

const mayWait = async ({ url }: RunningNode) => (await createClient({ url }).limits()).mempool.max_transactions;

/** What V8 has taken for new objects: as much as it likes, unless it was told to keep it small. */
async function newSpaceBytes({ url }: RunningNode): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^slotledger_nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(metrics)?.[1]);
}

test('it makes payments final with less memory, and says how little may wait', async (t) => {
  const home = temporaryHome(t);
  const [usual, low] = await Promise.all([
    startNode(t, home, { args: ['--home', 'usual', '--log-level', 'debug'] }),
    startNode(t, home, { args: ['--home', 'low', '--low-memory', '--log-level', 'debug'] }),
  ]);
  await pay(home, 'usual', usual);
  await pay(home, 'low', low);
  assert.deepEqual([await mayWait(usual), await mayWait(low)], [100_000, 10_000]);
  await within(hangGuardMs, 'the usual one has read its ledger', () =>
    usual.output().includes('the ledger was read ahead'),
  );
  assert.ok(!low.output().includes('read ahead'));
  const ofLow = await newSpaceBytes(low);
  const ofUsual = async () => (await newSpaceBytes(usual)) >= 2 * ofLow;
  await within(hangGuardMs, `the usual one has room for twice as much as ${ofLow} bytes of new objects`, ofUsual);
});
