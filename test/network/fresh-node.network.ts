/** A fresh node that knows one address fetches a long chain, beside a liar too, then takes part in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { proveValidatorKeys } from '../../client/keystore/validator-home.js';
import { walletOf } from '../../client/wallet.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { homePaths } from '../../server/home/home.js';
import { makeValidatorKeys } from '../../server/home/make-validator.js';
import { hangGuardMs, longHangGuardMs } from '../hang-guard.js';
import { makeHomes } from './homes.js';
import { slotsOf, writeLongChain } from './long-chain.js';
import { sized } from './long-form.js';
import { createNodeProcess, within } from './node-process.js';
import { dialling, temporaryPlace } from './process-network.js';
import { createTamperingProxy } from './tampering-proxy.js';
import { createTcpProxy } from './tcp-proxy.js';

const plan = { blocks: sized(400, 10_000), paymentsPerBlock: sized(5, 10), blocksPerSlot: 50 };
const slotDurationMs = 250;

test('a fresh node with one address fetches the whole chain though a liar helps, then stakes and leads', async (t) => {
  const place = temporaryPlace();
  const genesisTime = Date.now() - (slotsOf(plan) + 4 * 60) * slotDurationMs;
  const homes = makeHomes(place, { stakes: [1_000_000], slotDurationMs, slotsPerEpoch: 30, genesisTime });
  const started = performance.now();
  await writeLongChain(homes, plan);
  t.diagnostic(`${plan.blocks} blocks written in ${((performance.now() - started) / 1000).toFixed(1)} s`);

  const first = await createNodeProcess({ home: homes.homes[0]! });
  const second = await createNodeProcess({ home: homes.emptyHome('second'), args: dialling([first.p2pPort]) });
  const nodes = [first, second];
  t.after(() => Promise.all(nodes.map((node) => node.stop())));
  await first.start();
  assert.equal((await first.client.status()).final.index, plan.blocks);
  await second.start();
  const has = async (node: typeof first): Promise<boolean> => (await node.client.status()).stored_index >= plan.blocks;
  const alone = await within(longHangGuardMs, 'the second node has the chain', () => has(second));
  t.diagnostic(
    `fetched from one peer in ${(alone / 1000).toFixed(1)} s (${Math.round((plan.blocks / alone) * 1000)} blocks/s)`,
  );

  // Whatever the third hears of the second passes a liar, who changes the amounts in blocks; honest answers come once
  // it has lied.
  const liar = await createTamperingProxy(second.p2pPort, '"amount":1,', '"amount":2,');
  const honest = await createTcpProxy(first.p2pPort, Math.random);
  t.after(() => Promise.all([liar.close(), honest.close()]));
  honest.cut();
  const home = homes.emptyHome('third');
  makeValidatorKeys(homePaths(home), homes.genesisHash);
  const third = await createNodeProcess({
    home,
    args: ['--no-peer-exchange', ...dialling([liar.port, honest.port])],
  });
  nodes.push(third);
  await third.start();
  await within(hangGuardMs, 'the liar has lied', () => liar.lies() > 0);
  assert.equal((await third.client.status()).stored_index, 0);
  honest.mend();
  const besideLiar = await within(longHangGuardMs, 'the third node has the chain', () => has(third));
  t.diagnostic(`fetched beside a liar in ${(besideLiar / 1000).toFixed(1)} s; it lied ${liar.lies()} times`);
  const [told, real] = await Promise.all([third, first].map(({ client }) => client.block(plan.blocks)));
  assert.deepEqual(told!.block, real!.block);

  // The third takes part: it has to be paid, stakes, and leads.
  const stake = 400_000 as Amount;
  const { client } = first;
  const owner = homes.shop;
  const pay = { type: 'transfer' as const, outputs: [{ to: owner.address, amount: (stake + 1000) as Amount }] };
  await walletOf(client, homes.treasury).send(pay);
  const keys = await proveValidatorKeys(home, (await client.status()).chain, owner.address);
  assert.ok(keys.ok, JSON.stringify(keys));
  await walletOf(client, owner).send({ type: 'stake', amount: stake, validator: keys.value });
  const own = keys.value.key;
  await within(hangGuardMs, 'the third node leads a slot with a block', async () => {
    await walletOf(client, homes.treasury)
      .send({ type: 'transfer', outputs: [{ to: owner.address, amount: 1 as Amount }] })
      .catch(() => pause(50));
    const { items } = await client.blocks({ limit: 5 });
    return items.some(({ proposer }) => proposer === own);
  });
});
