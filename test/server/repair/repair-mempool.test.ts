/** What can be read of a damaged mempool.db is taken over; the damaged file is kept. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { transactionId } from '../../../ledger/values/identity.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { repairMempool } from '../../../server/repair/repair-mempool.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { TestChain } from '../../ledger/test-chain.js';

const open = (path: string) =>
  createMempoolStore({
    path,
    idOf: (one: Transaction) => transactionId(standInCrypto, one),
    onFailure(error) {
      throw error;
    },
  });

test('a waiting transaction that is no longer readable is said to be damage, and costs the others nothing', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-repair-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'mempool.db');
  const chain = new TestChain();
  const all = Array.from({ length: 100 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  const store = open(path);
  await new Promise<void>((resolve) => store.add(all, resolve));
  await store.close();
  assert.equal(repairMempool(path), undefined);
  const bytes = readFileSync(path);
  bytes.write('x', bytes.indexOf('"nonce":40'), 'latin1');
  writeFileSync(path, bytes);
  assert.throws(() => open(path), /^Error: Cannot open .*mempool\.db: the file is damaged; stop the node and run/);
  const done = repairMempool(path);
  assert.equal(done?.kept, 99);
  assert.ok(existsSync(done.movedTo));
  const again = open(path);
  assert.deepEqual(again.all(), [...all.slice(0, 40), ...all.slice(41)]);
  await again.close();
});
