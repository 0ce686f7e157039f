import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFromSecret, signTransaction } from '../../../client/account.js';
import { toAmount, toNonce, toSlot } from '../../../ledger/values/numbers.js';
import { Server } from '../../../server/server.js';
import { until } from '../../hang-guard.js';

test('of a transaction that expires the checked signature is forgotten with it', async (t) => {
  const server = new Server({ http: false });
  await server.start();
  t.after(() => server.stop());
  const api = server.api!;
  const { address, signer } = accountFromSecret(Buffer.alloc(32, 7), api.genesis.address_prefix);
  const paid = await api.faucet!(address, 100_000_000);
  assert.ok(paid.kind === 'accepted');
  await api.waitUntilFinal(paid.status.id, 60_000);
  // Without nonce 0 no block can take them.
  const waiting = [1, 2, 3].map((nonce) =>
    signTransaction(
      {
        type: 'transfer',
        chain: api.chain,
        from: address,
        nonce: toNonce(nonce),
        fee: toAmount(10_000),
        expires_slot: toSlot(api.status().slot + 4),
        outputs: [{ to: address, amount: toAmount(1) }],
      },
      signer,
    ),
  );
  const outcomes = await api.submit(waiting);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['accepted', 'accepted', 'accepted'],
  );
  await until('they expired', () => api.mempool().count === 0);
  assert.equal(api.knownSignatures!(), 0);
});
