/** A node whose pool is full of what blocks can take has more wait at its door, until that is final. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeystore } from '../../../client/keystore/keystore.js';
import { toAmount, toNonce } from '../../../ledger/values/numbers.js';
import { transactionSigningText } from '../../../ledger/values/signing.js';
import type { Transaction, TransactionBody } from '../../../ledger/values/transaction.js';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import type { SubmitOutcome } from '../../../server/http/node-api.js';
import { startServer, temporaryDirectory } from '../nodes.js';

test('who hands in lists beside thousands that are ready waits, and is taken in when they are final', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home, http: false });
  const api = server.api!;
  const treasury = createKeystore(home).read('treasury');
  assert.ok(treasury.ok && 'secret' in treasury.value.file);
  const signer = createSigner(Buffer.from(String(treasury.value.file.secret), 'hex'));
  const from = server.addressOf('treasury');
  const pay = (lane: number, nonce: number): Transaction => {
    const body: TransactionBody = {
      chain: api.chain,
      type: 'transfer',
      from,
      lane,
      nonce: toNonce(nonce),
      fee: toAmount(1),
      outputs: [{ to: from, amount: toAmount(1) }],
    };
    return { ...body, signature: signer.sign(transactionSigningText(body)) };
  };
  const lanes = Array.from({ length: 60 }, (_, n) => n + 1);
  const areAccepted = (outcomes: readonly { readonly kind: string }[]): void =>
    assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['accepted']));

  // All but the first of each lane wait behind a gap; with those, all are ready at once.
  for (const lane of lanes) areAccepted(await api.submit(Array.from({ length: 60 }, (_, n) => pay(lane, n + 1))));
  assert.deepEqual([api.mempool().count, api.mempool().ready, api.held!()], [3600, 0, 0]);
  const lists = new Promise<readonly Promise<readonly SubmitOutcome[]>[]>((resolve) => {
    server.once('final', () =>
      resolve([101, 102, 103].map((lane) => api.submit(Array.from({ length: 100 }, (_, n) => pay(lane, n))))),
    );
  });
  const held = lists.then(() => api.held!());
  areAccepted(await api.submit(lanes.map((lane) => pay(lane, 0))));
  assert.ok((await held) >= 100, `${await held} are held`);
  for (const list of await lists) areAccepted(await list);
  assert.equal(api.held!(), 0);
});
