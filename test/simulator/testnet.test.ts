/** `slotledger/testing` as its users see it; the example of a shop runs along. */
import '../../examples/test_a_shop/shop.test.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerLost, createTestnet, TestnetError } from 'slotledger/testing';

test('a payment becomes final and balances follow', async () => {
  const net = await createTestnet({ validators: 4, seed: 7 });
  const id = net.pay('treasury', 'shop', 5);
  assert.equal(net.isFinal(id), false);
  const { height } = await net.final(id);
  assert.equal(height, 1);
  assert.equal(net.height(), 1);
  assert.equal(net.balance('shop'), 5);
  assert.equal(net.balance('treasury'), 1_000_000_000 - 5 - 10, 'the fee is 10 units');
});

test('the same seed and the same calls give the same run', async () => {
  const run = async (seed: number): Promise<readonly string[]> => {
    const lines: string[] = [];
    const net = await createTestnet({ seed, trace: (line) => lines.push(line) });
    net.crash(1);
    await net.final(net.pay('treasury', 'shop', 5));
    return lines;
  };
  const first = await run(7);
  assert.ok(first.length > 2);
  assert.deepEqual(await run(7), first);
  assert.notDeepEqual(await run(8), first);
});

test('nothing is final in a half of the network, and all of it is after healing', async () => {
  const net = await createTestnet({ seed: 3 });
  net.partition([0, 1], [2, 3]);
  const id = net.pay('treasury', 'shop', 5);
  await assert.rejects(net.final(id, 20), (error) => error instanceof TestnetError && /20 slots/.test(error.message));
  net.heal();
  await net.final(id);
  net.advance({ slots: 5 });
  assert.deepEqual(new Set(net.state().nodes.map((node) => node.height)).size, 1);
});

test('one of four nodes may be down, two may not; a restarted node has forgotten nothing final', async () => {
  const net = await createTestnet({ seed: 4 });
  net.crash(2);
  await net.final(net.pay('treasury', 'shop', 5));
  net.crash(3);
  const id = net.pay('treasury', 'shop', 6);
  await assert.rejects(net.final(id, 10), /2 of 4 nodes are up; more than 2\/3 must be up/);
  net.restart(2);
  net.restart(3);
  await net.final(id);
  assert.equal(net.balance('shop'), 11);
});

test('a lost answer names the payment, and sending it again never pays twice', async () => {
  const net = await createTestnet({ seed: 5 });
  net.loseAnswers(1_000_000);
  const payment = net.sign('treasury', 'shop', 5);
  assert.throws(
    () => net.send(payment),
    (error) => error instanceof AnswerLost && error.payment === payment,
  );
  net.loseAnswers(0);
  for (let again = 0; again < 3; again++) {
    assert.equal(net.send(payment), payment.id);
    await net.final(payment.id);
  }
  assert.equal(net.balance('shop'), 5);
});

test('mistakes are told in one sentence', async () => {
  await assert.rejects(createTestnet({ validators: 0 }), /validators: a whole number from 1 to 31/);
  await assert.rejects(
    createTestnet({ validator: 7 } as object),
    /knows no option validator; it knows validators, seed, accounts, trace/,
  );
  const net = await createTestnet();
  assert.throws(() => net.crash(4), /nodes are 0 to 3/);
  assert.throws(() => net.restart(1), /node 1 is up already/);
  assert.throws(() => net.partition([0, 1], [1, 2]), /one group only/);
  assert.throws(() => net.pay('treasury', 'shop', 1.5), /positive whole number/);
  assert.throws(() => net.pay('nobody', 'shop', 1), /payment refused: /);
});

test('a payment that was refused leaves its nonce to the next one', async () => {
  const net = await createTestnet({ accounts: { ann: 100 } });
  assert.throws(() => net.pay('ann', 'shop', 500), /payment refused: The balance does not cover/);
  net.crash(1);
  assert.throws(() => net.pay('ann', 'shop', 5, { node: 1 }), /node 1 is down/);
  await net.final(net.pay('ann', 'shop', 5));
  assert.equal(net.balance('shop'), 5);
  // One whose answer was lost may have been taken: it keeps its nonce, and the next one waits for it.
  net.loseAnswers(1_000_000);
  let lost: AnswerLost | undefined;
  assert.throws(
    () => net.pay('ann', 'shop', 6),
    (error) => {
      lost = error as AnswerLost;
      return error instanceof AnswerLost;
    },
  );
  net.loseAnswers(0);
  const next = net.pay('ann', 'shop', 7);
  net.send(lost!.payment);
  await net.final(next);
  assert.equal(net.balance('shop'), 18);
});

test('what can never end or never fit is refused in a sentence', async () => {
  const net = await createTestnet();
  const id = net.pay('treasury', 'shop', 5);
  await assert.rejects(net.final(id, Number.NaN), {
    name: 'TestnetError',
    message: /^final: NaN is no number of slots/,
  });
  const misspelt = { nod: 2 } as { node?: number };
  assert.throws(
    () => net.pay('treasury', 'shop', 5, misspelt),
    /^TestnetError: send knows no option nod; it knows node$/,
  );
  const rich = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`rich${at}`, 1e15]));
  await assert.rejects(createTestnet({ accounts: rich }), { name: 'TestnetError', message: /1e16|10000000000000000/ });
});
