/** A whole node whose mempool is flooded over HTTP with what can never become final. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signTransaction } from '../../client/account.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { defaultMempoolLimits } from '../../server/mempool/limits.js';
import { post } from './http/listening.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

test('while one account floods the mempool, payments with normal fees become final, and a higher fee replaces', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home, slotDurationMs: 250 });
  const [treasury, shop] = [accountIn(home, 'treasury'), accountIn(home, 'shop')];
  const url = `http://127.0.0.1:${server.httpPort}/v1/transactions`;
  const { chain } = server.api!;
  const inLane = (nonce: number, fee = 1_000) =>
    signTransaction(
      {
        type: 'transfer',
        chain,
        from: treasury.address,
        lane: 9,
        nonce: toNonce(nonce),
        fee: toAmount(fee),
        outputs: [{ to: shop.address, amount: toAmount(1) }],
      },
      treasury.signer,
    );
  const funded = await post(`${url}?wait=final`, payment(server, treasury, shop.address, 100_000, 0));
  assert.equal(funded.body.status, 'final', JSON.stringify(funded.body));

  // Nonce 0 of the lane is missing, so none of these can ever be taken into a block; their fees are a hundred times higher.
  const flood = (async () => {
    for (let batch = 0; batch < 8; batch += 1) {
      const answer = await post(
        url,
        Array.from({ length: 250 }, (_, i) => inLane(1 + batch * 250 + i)),
      );
      assert.equal(answer.status, 200);
    }
  })();
  const tookMs: number[] = [];
  for (let nonce = 0; nonce < 8; nonce += 1) {
    const began = performance.now();
    const paid = await post(`${url}?wait=final&timeout_ms=60000`, payment(server, shop, treasury.address, 1, nonce));
    assert.equal(paid.body.status, 'final', JSON.stringify(paid.body));
    tookMs.push(performance.now() - began);
  }
  await flood;
  t.diagnostic(`final under flood after ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  assert.equal(server.getPendingTransactionCount(), 2_000);

  const tooFar = await post(url, inLane(defaultMempoolLimits.maxNonceGap + 1));
  assert.deepEqual([tooFar.status, tooFar.body.code], [422, 'nonce_too_high']);
  const first = await post(url, inLane(5));
  assert.equal((await post(url, inLane(5, 1_050))).body.code, 'nonce_taken');
  assert.equal((await post(url, inLane(5, 1_100))).status, 202);
  const replaced = server.api!.transactionStatus(first.body.id);
  assert.ok(replaced?.status === 'rejected' && replaced.reason.includes('pays a higher fee'), JSON.stringify(replaced));
});
