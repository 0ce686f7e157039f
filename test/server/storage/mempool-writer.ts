/** A process that keeps transactions as fast as it can and says each id when it is durable, until it is killed or fails. */
import { writeSync } from 'node:fs';
import { transactionId } from '../../../ledger/values/identity.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine, TestChain } from '../../ledger/test-chain.js';

// A write past the limit on file sizes then fails instead of ending the process.
process.on('SIGXFSZ', () => {});
const idOf = (one: Transaction) => transactionId(standInCrypto, one);
const store = createMempoolStore({
  path: process.argv[2]!,
  idOf,
  readLine: readTestLine,
  onFailure(error) {
    console.error(error.message);
    process.exit();
  },
});
const chain = new TestChain();
let nonce = store.all().length;

function next(): void {
  const batch = Array.from({ length: 1 + (nonce % 5) }, () => chain.pay('ann', 'bob', 1, { nonce: nonce++ }));
  store.add(batch, () => {
    for (const one of batch) writeSync(1, `${idOf(one)}\n`);
    next();
  });
}
next();
