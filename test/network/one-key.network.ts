/** One validator key, as it should not be used: by two processes, without its vote state, with a vote state of before. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Amount } from '../../ledger/values/numbers.js';
import { hangGuardMs, longHangGuardMs } from '../hang-guard.js';
import { createNodeProcess, type NodeProcess, within } from './node-process.js';
import { dialling, startNetwork } from './process-network.js';

const equal = [1_000_000, 1_000_000, 1_000_000, 1_000_000];
const journal = 'keys/vote-state.journal';

test('two processes with one key: at least one of them notices and signs nothing any more', {
  timeout: longHangGuardMs,
}, async (t) => {
  const network = await startNetwork(t, { stakes: equal });
  await network.pay(0);
  const [first] = network.nodes;
  await first!.stop();
  const copy = `${first!.home}-copy`;
  cpSync(first!.home, copy, { recursive: true });
  // Another node key, as of another machine: the same one would replace the first one's connections.
  rmSync(join(copy, 'keys/node-key.json'));
  const ports = network.nodes.map(({ p2pPort }) => p2pPort);
  const second = await createNodeProcess({ home: copy, args: dialling(ports) });
  t.after(() => second.stop());
  await first!.start();
  await second.start();
  const notices = async (node: typeof second): Promise<boolean> =>
    (await node.client.ready()).checks.clock?.detail?.startsWith('Another process signs') === true;
  await within(hangGuardMs, 'one of the two notices the other', async () => {
    await network.pay(1);
    return (await notices(first!)) || (await notices(second));
  });
  await network.pay(2);
});

for (const what of ['absent', 'of before'] as const) {
  test(`a validator whose vote state is ${what} signs nothing, though nobody else can`, {
    timeout: longHangGuardMs,
  }, async (t) => {
    const network = await startNetwork(t, { stakes: [1_000_000] });
    const [node] = network.nodes;
    const path = join(node!.home, journal);
    const before = readFileSync(path);
    for (let payments = 0; payments < 3; payments++) await network.pay(0);
    await node!.kill();
    if (what === 'absent') rmSync(path);
    else writeFileSync(path, before);
    await node!.start();
    const { index } = (await node!.client.status()).final;
    const outputs = [{ to: network.homes.shop.address, amount: 1 as Amount }];
    await node!.client.submit(await network.treasuryAt(0).prepare({ type: 'transfer', outputs }, { lane: 0 }));
    await within(hangGuardMs, 'the node says why it waits', async () => {
      const { not_final_because: because } = await node!.client.status();
      return because?.includes('lost its vote state') === true;
    });
    assert.equal((await node!.client.status()).final.index, index);
  });

  test(`a validator whose vote state is ${what} votes again once the others have gone on`, {
    timeout: longHangGuardMs,
  }, async (t) => {
    const network = await startNetwork(t, { stakes: equal });
    const [node] = network.nodes;
    const path = join(node!.home, journal);
    const before = readFileSync(path);
    for (let payments = 0; payments < 3; payments++) await network.pay(0);
    const key = (await node!.client.status()).validator!;
    await node!.kill();
    if (what === 'absent') rmSync(path);
    else writeFileSync(path, before);
    await node!.start();
    await within(hangGuardMs, 'its vote is in the last certificate', async () => {
      await network.pay(1);
      return (await signers(node!)).includes(key);
    });
  });
}

/** Keys whose votes made the last block final. */
async function signers({ client }: NodeProcess): Promise<readonly string[]> {
  const { certificate } = await client.block('latest');
  const { validators } = await client.epoch(certificate.epoch);
  return certificate.signers.map((index) => validators[index]!.key);
}
