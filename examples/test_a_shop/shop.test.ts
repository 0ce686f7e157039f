/**
 * The shop under fifty different networks: answers get lost, a node crashes, the network splits. Virtual time: seconds of
 * yours are hours of theirs.
 *
 *   node --test dist/examples/test_a_shop/shop.test.js
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestnet } from 'slotledger/testing';
import { runShop } from './shop.js';

const orders = [
  { customer: 'ann', price: 5 },
  { customer: 'ben', price: 7 },
  { customer: 'ann', price: 11 },
];

test('every order is paid exactly once, whatever the network does', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const net = await createTestnet({ validators: 4, seed, accounts: { ann: 1_000, ben: 1_000 } });
    net.loseAnswers(300_000);
    net.crash(seed % 4);
    net.advance({ slots: 2 });
    const shipped = await runShop(net, orders);
    net.restart(seed % 4);
    net.partition([0, 1], [2, 3]);
    net.advance({ slots: 3 });
    net.heal();
    const last = net.sign('ben', 'shop', 1);
    net.loseAnswers(0);
    net.send(last);
    await net.final(last.id);
    assert.equal(shipped.length, orders.length, `seed ${seed}`);
    assert.equal(net.balance('shop'), 24, `seed ${seed}`);
  }
});
