/** An epoch that moves much of the stake while payments wait: no live leader afterwards lets its slot pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walletOf } from '../../client/wallet.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { hangGuardMs } from '../hang-guard.js';
import { watchFinal } from './final-everywhere.js';
import { sized } from './long-form.js';
import { within } from './node-process.js';
import { startNetwork } from './process-network.js';

test('after an epoch change that moves 30 % of the stake, every slot of a live leader has a block', async (t) => {
  const stake = 1_000_000;
  const network = await startNetwork(t, {
    stakes: [stake, stake, stake, stake],
    slotDurationMs: 500,
    slotsPerEpoch: 8,
  });
  const { nodes, homes } = network;
  const watch = await watchFinal(t, nodes);
  let paying = true;
  const payers = nodes.map(async (_, i) => {
    while (paying) await network.pay(i);
  });
  t.after(() => {
    paying = false;
  });
  Promise.all(payers).catch(() => undefined);
  // v1 takes 1.2 of 4 parts on top of its own; an account of genesis owns it.
  const owner = homes.owner('v1');
  const more = Math.floor(1.2 * stake);
  await network
    .treasuryAt(0)
    .send({ type: 'transfer', outputs: [{ to: owner.address, amount: (more + 1000) as Amount }] }, { lane: 9 });
  await walletOf(nodes[0]!.client, owner).send({ type: 'stake', amount: more as Amount });
  const moved = async (): Promise<boolean> => {
    const { validators } = await nodes[1]!.client.epoch('current');
    return validators.some((validator) => validator.stake === stake + more);
  };
  await within(hangGuardMs, 'the moved stake counts', moved);
  const { number } = await nodes[1]!.client.epoch('current');
  const since = Math.max(...watch.blocks.map(({ slot }) => slot));
  const slots = sized(12, 60);
  await within(slots * 500 + hangGuardMs, 'the slots have passed', () =>
    watch.blocks.some(({ slot }) => slot >= since + slots),
  );
  paying = false;
  await Promise.all(payers);
  const withBlock = new Set(watch.blocks.map(({ slot }) => slot));
  const blocks = await Promise.all(
    [...new Set(watch.blocks.map(({ index }) => index))].map((index) => nodes[0]!.client.block(index)),
  );
  // The opening block of an epoch comes in a later slot than its closing block (PROTOCOL section 6).
  const empty: number[] = [];
  for (let slot = since + 1; slot <= since + slots; slot += 1) if (!withBlock.has(slot)) empty.push(slot);
  t.diagnostic(`epoch ${number} moved the stake before slot ${since}; ${slots} slots later, without a block: ${empty}`);
  assert.ok(blocks.length > slots);
  assert.deepEqual(empty, []);
});
