/** Four validators in a line, A–B–C–D, that tell each other no addresses: messages pass through those between. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { hangGuardMs } from '../hang-guard.js';
import { within } from './node-process.js';
import { startNetwork } from './process-network.js';

test('a line of four reaches finality, though its ends never had a connection', async (t) => {
  const network = await startNetwork(t, {
    stakes: [1000, 1000, 1000, 1000],
    slotDurationMs: 500,
    links: (i, ports) => (i === 0 ? [] : [ports[i - 1]!]),
    args: ['--no-peer-exchange'],
  });
  const ids = await Promise.all(network.nodes.map(async ({ client }) => (await client.status()).node_id));
  const neighbours = async (i: number): Promise<readonly number[]> =>
    (await network.nodes[i]!.client.peers()).map(({ node_id }) => ids.indexOf(node_id)).sort();
  await within(hangGuardMs, 'the line stands', async () => {
    const all = await Promise.all([0, 1, 2, 3].map(neighbours));
    return JSON.stringify(all) === '[[1],[0,2],[1,3],[2]]';
  });
  const tookMs = [await network.pay(0), await network.pay(3), await network.pay(1)];
  await network.agree(3);
  assert.deepEqual(await neighbours(0), [1]);
  assert.deepEqual(await neighbours(3), [2]);
  t.diagnostic(`final along the line after ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
});

test('anyone can ask a node for blocks with nothing but a line of JSON', async (t) => {
  const network = await startNetwork(t, { stakes: [1000] });
  await network.pay(0);
  await network.pay(0);
  const question = '{"type":"get_blocks","from_index":0,"count":2}';
  const port = network.nodes[0]!.p2pPort;
  const ask = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo '${question}' >&3; head -n 1 <&3`;
  const { stdout } = await promisify(execFile)('bash', ['-c', ask], { timeout: hangGuardMs });
  const answer = JSON.parse(stdout) as {
    readonly type: string;
    readonly blocks: readonly { readonly index: number; readonly hash: string; readonly transactions: unknown[] }[];
  };
  assert.equal(answer.type, 'blocks', stdout);
  const first = await network.nodes[0]!.client.block(1);
  const full = answer.blocks.find(({ index }) => index === 1);
  assert.equal(full?.hash, first.block.hash);
  assert.deepEqual(full?.transactions, first.block.transactions);
});
