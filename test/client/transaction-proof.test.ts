/** A payment is believed when transaction, tree, headers, certificate and set fit together, and not when one does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFromSecret, signTransaction } from '../../client/account.js';
import type { TransactionProofAnswer } from '../../client/api-types.js';
import { clientCrypto } from '../../client/crypto.js';
import { verifyTransactionProof } from '../../client/light/transaction-proof.js';
import type { BlockHeader, HashedHeader } from '../../ledger/values/block.js';
import { transactionsRoot } from '../../ledger/values/identity.js';
import { merkleProof } from '../../ledger/values/merkle.js';
import { toAmount, toHeight, toNonce } from '../../ledger/values/numbers.js';
import { transactionJson } from '../../ledger/values/signing.js';
import { certificateFor, chain, epochOf, hash, headerOf } from './light-chain.js';

const [payer, shop] = [1, 2].map((seed) => accountFromSecret(new Uint8Array(32).fill(seed), 'sl')) as [
  ReturnType<typeof accountFromSecret>,
  ReturnType<typeof accountFromSecret>,
];
const payments = Array.from({ length: 5 }, (_, nonce) =>
  signTransaction(
    {
      ...{ chain, type: 'transfer' as const, from: payer.address, nonce: toNonce(nonce), fee: toAmount(1) },
      outputs: [{ to: shop.address, amount: toAmount(7) }],
    },
    payer.signer,
  ),
);
const set = epochOf(2, [1, 2, 3, 4]);
const header = headerOf(set, { tx_root: transactionsRoot(clientCrypto, payments) });
const texts = payments.map(transactionJson);

const answerFor = (position: number): TransactionProofAnswer => ({
  transaction: payments[position]!,
  proof: merkleProof(clientCrypto, texts, position),
  header,
  descendants: [],
  certificate: certificateFor(header, set, 3),
});

const verify = (answer: unknown) =>
  verifyTransactionProof(clientCrypto, chain, set.entry, answer as TransactionProofAnswer);

const after = (before: HashedHeader, fields: Partial<BlockHeader> = {}): HashedHeader =>
  headerOf(set, { index: toHeight(before.index + 1), prev_hash: before.hash, ...fields });

/** The block itself has no certificate, the second one after it has. */
function late(): TransactionProofAnswer {
  const first = after(header);
  const second = after(first);
  return { ...answerFor(3), descendants: [first, second], certificate: certificateFor(second, set, 3) };
}

test('every transaction of a final block is proved', () => {
  for (const [position, transaction] of payments.entries()) {
    assert.deepEqual(verify(answerFor(position)), { ok: true, value: { transaction, header } });
  }
});

test('another payment, an invented one and one of another place are not believed', () => {
  const good = answerFor(2);
  const more = { ...good.transaction, outputs: [{ to: shop.address, amount: 8 }] };
  assert.equal(verify({ ...good, transaction: more }).ok, false);
  assert.equal(verify({ ...good, transaction: payments[1] }).ok, false);
  assert.equal(verify({ ...good, transaction: { ...good.transaction, signature: payments[1]!.signature } }).ok, false);
  assert.equal(verify({ ...good, proof: answerFor(1).proof }).ok, false);
});

test('a header without a quorum, or with another root, is not believed', () => {
  const good = answerFor(2);
  assert.equal(verify({ ...good, certificate: certificateFor(header, set, 2) }).ok, false);
  assert.equal(verify({ ...good, certificate: certificateFor(header, set, 4, 'prepare') }).ok, false);
  const other = headerOf(set, { tx_root: hash('9') });
  assert.equal(verify({ ...good, header: other, certificate: certificateFor(other, set, 4) }).ok, false);
  assert.equal(verify({ ...good, header: { ...header, hash: other.hash } }).ok, false);
  const strangers = epochOf(2, [5, 6, 7, 8]);
  assert.equal(verify({ ...good, certificate: certificateFor(header, strangers, 4) }).ok, false);
});

test('the certificate of a later block proves it over all headers in between, and over no gap', () => {
  const good = late();
  assert.deepEqual(verify(good), { ok: true, value: { transaction: payments[3], header } });
  const [first, second] = good.descendants as [HashedHeader, HashedHeader];
  const stranger = after(headerOf(set));
  const wrong: readonly Partial<TransactionProofAnswer>[] = [
    { descendants: [] },
    { descendants: [first] },
    { descendants: [second] },
    { descendants: [second, first] },
    { descendants: [stranger, second] },
    { descendants: [{ ...stranger, hash: first.hash }, second] },
    // The final block follows the one whose hash is written on an invented one.
    { header: { ...headerOf(set, { tx_root: header.tx_root, slot: 1 as never }), hash: header.hash } },
  ];
  for (const change of wrong) assert.equal(verify({ ...good, ...change }).ok, false, JSON.stringify(change));
});

test('what has the wrong form is refused in a sentence', () => {
  const good = late();
  const { path } = good.proof;
  for (const [change, said] of [
    [{ transaction: undefined }, /^At transaction: /],
    [{ transaction: { ...good.transaction, extra: 1 } }, /^At transaction: /],
    [{ transaction: { ...good.transaction, from: 7 } }, /^At transaction\.from: /],
    [{ proof: [] }, /^At proof: /],
    [{ proof: { ...good.proof, path: [1] } }, /^At proof\.path/],
    [{ proof: { ...good.proof, path: Array(54).fill(path[0]) } }, /^At proof\.path/],
    [{ proof: { ...good.proof, index: 5 } }, /does not show this transaction/],
    [{ proof: { ...good.proof, size: 1e9 } }, /does not show this transaction/],
    [{ descendants: undefined }, /^At descendants: /],
    [{ descendants: Array(4_097).fill(good.descendants[0]) }, /^At descendants: A list of at most 4096 /],
    [{ descendants: [null] }, /^At descendants\[0\]: /],
    [{ descendants: [{ ...header, work: 'x' }] }, /^At descendants\[0\]\.work: /],
    [{ header: null }, /^There is no header\./],
    [{ certificate: 1 }, /^At certificate: /],
  ] as const) {
    const judged = verify({ ...good, ...change });
    assert.ok(!judged.ok);
    assert.match(judged.problem, said);
  }
  for (const nothing of [undefined, null, 1, 'x', []]) assert.equal(verify(nothing).ok, false);
});
