import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { until } from '../../cli/running-node.js';
import { dial, introduce } from '../../fuzz/peer-link.js';

// A validator that is alone follows its clock. Whoever reads it takes the function once, so it is changed before.
const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;
const { hex, startChainNode } = await import('./chain-node.js');
const { call, listening } = await import('./listening.js');

test('who claims blocks that nobody has, and comes again, keeps no node from being ready for longer than a minute', async (t: TestContext) => {
  const node = await startChainNode(t);
  await node.pay(1);
  const { url } = await listening(t, node.api);
  const readiness = async () => (await call(`${url}/readyz`)).body;
  async function liar(name: string): Promise<void> {
    const link = await dial(node.p2pPort, () => undefined);
    const { genesisHash } = node.api;
    const who = { chain: node.chain, genesisHash, node: createSigner(Buffer.from(hex(name).slice(2), 'hex')) };
    const head = { final_index: Number.MAX_SAFE_INTEGER, final_hash: hex(name), epoch: 0, view: 0 };
    assert.ok(link !== undefined && (await introduce(link, { ...who, challenge: hex('drawn'), head })));
    t.after(() => link.cut());
  }
  const claims = () => node.api.peers().filter(({ final_index }) => final_index === Number.MAX_SAFE_INTEGER).length;
  assert.equal((await readiness()).ready, true);
  await liar('first');
  await until(async () => (await readiness()).ready === false, 'it is believed at first');
  assert.match((await readiness()).checks.sync.detail, /fetches final blocks/);
  assert.equal(node.api.status().sync.state, 'syncing');
  aheadMs = 60_000;
  await until(async () => (await readiness()).ready, 'a minute later it is not');
  assert.equal(claims(), 1, 'it is there, and claims');
  assert.equal(node.api.status().sync.state, 'synced');
  await liar('second');
  await until(() => claims() > 0, 'the second is heard');
  await until(async () => (await readiness()).ready, 'nor is who comes after it');
  assert.ok(claims() > 0);
});
