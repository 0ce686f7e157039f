import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeTransaction } from '../../../ledger/values/decode-transaction.js';
import { transactionId } from '../../../ledger/values/identity.js';
import { toAmount } from '../../../ledger/values/numbers.js';
import { transactionBytes, transactionJson } from '../../../ledger/values/signing.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';
import { rules, transactions } from './arbitrary-values.js';

const crypto = createCrypto();
const otherHasher = { ...crypto, sha256Hex: (text: string) => crypto.sha256Hex(`other ${text}`) };
const facts = (one: Transaction) => [transactionId(crypto, one), transactionJson(one), transactionBytes(one)];

function decoded(value: unknown): Transaction {
  const result = decodeTransaction(value, rules);
  assert.ok(result.ok);
  return result.value;
}

test('what is kept with a decoded transaction is what a fresh object gives', () => {
  fc.assert(
    fc.property(transactions, (value) => {
      const kept = decoded(value);
      const first = facts(kept);
      assert.deepEqual(facts(kept), first);
      assert.deepEqual(facts(structuredClone(value) as Transaction), first);
    }),
  );
});

test('a changed copy of a decoded transaction has texts of its own', () => {
  fc.assert(
    fc.property(transactions, (value) => {
      const kept = decoded(value);
      const before = facts(kept);
      const copy = { ...kept, fee: toAmount(kept.fee === 0 ? 1 : kept.fee - 1) };
      assert.notDeepEqual(facts(copy), before);
      assert.deepEqual(facts(copy), facts(JSON.parse(JSON.stringify(copy))));
      assert.deepEqual(facts(kept), before);
    }),
  );
});

test('an id that one hasher made does not answer for another', () => {
  fc.assert(
    fc.property(transactions, (value) => {
      const kept = decoded(value);
      const real = transactionId(crypto, kept);
      const other = transactionId(otherHasher, kept);
      assert.notEqual(other, real);
      assert.equal(transactionId(crypto, kept), real);
    }),
  );
});
