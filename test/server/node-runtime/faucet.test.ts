import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { createFaucet } from '../../../server/node-runtime/faucet.js';
import { person, testContext } from '../../ledger/test-chain.js';

test('who asks while an earlier payment waits to be admitted is paid as well', async () => {
  const { genesis, genesisHash, chain } = testContext({ stakes: { v1: 1000 } });
  const nonces: number[] = [];
  const pay = createFaucet({
    chain: { genesis, hash: genesisHash, chain },
    treasury: createSigner(Buffer.alloc(32, 1)),
    nextNonce: () => nonces.length,
    async submit([transaction]) {
      // As where its signature is checked on a thread.
      await turn();
      nonces.push(transaction!.nonce);
      return [{ kind: 'full', detail: '', retry_after_s: 1 }];
    },
  });
  await Promise.all([1, 2, 3].map(() => pay(person('ann').address, 5)));
  assert.deepEqual(nonces, [0, 1, 2]);
});
