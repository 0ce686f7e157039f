/** Whatever is changed in a genuine proof, nobody is led to believe anything else by it, and nothing is thrown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFromSecret, signTransaction } from '../../client/account.js';
import type { AccountProofAnswer, EpochLink, TransactionProofAnswer } from '../../client/api-types.js';
import { type ClientCrypto, clientCrypto } from '../../client/crypto.js';
import { verifyAccountProof } from '../../client/light/account-proof.js';
import { followEpochs } from '../../client/light/follow-epochs.js';
import { verifyTransactionProof } from '../../client/light/transaction-proof.js';
import { accountKey } from '../../ledger/state-keys.js';
import { proveEntry } from '../../ledger/state-tree/entry-proof.js';
import { updateTree } from '../../ledger/state-tree/update-tree.js';
import { transactionsRoot } from '../../ledger/values/identity.js';
import { merkleProof } from '../../ledger/values/merkle.js';
import { toAmount, toHeight, toNonce } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import { transactionJson } from '../../ledger/values/signing.js';
import type { AccountEntry } from '../../ledger/values/state.js';
import { certificateFor, chain, epochOf, headerOf } from './light-chain.js';

const owners = Array.from({ length: 40 }, (_, seed) => accountFromSecret(new Uint8Array(32).fill(seed + 1), 'sl'));
const [payer, shop, stranger] = [owners[0]!, owners[1]!, owners[39]!];
const set = epochOf(2, [1, 2, 3, 4]);
const next = epochOf(3, [2, 3, 4, 5]);

/** All but the last one have an account. */
const entries = new Map(
  owners
    .slice(0, -1)
    .map(({ address }, at): [string, AccountEntry] => [
      accountKey(address),
      { kind: 'account', balance: toAmount(at), nonces: { '0': toNonce(1), '7': toNonce(2) } },
    ]),
);
const tree = updateTree(clientCrypto, { node: () => undefined }, entries);
const reader = { node: (path: string) => tree.nodes.get(path) ?? undefined };
const payments = Array.from({ length: 5 }, (_, nonce) =>
  signTransaction(
    {
      ...{ chain, type: 'transfer' as const, from: payer.address, lane: 1, nonce: toNonce(nonce), fee: toAmount(1) },
      ...{ memo: 'for tea', outputs: [{ to: shop.address, amount: toAmount(7) }] },
    },
    payer.signer,
  ),
);
const header = headerOf(set, { state_root: tree.root, tx_root: transactionsRoot(clientCrypto, payments) });
const later = headerOf(set, { index: toHeight(header.index + 1), prev_hash: header.hash });

const accountProof = (of: typeof payer): AccountProofAnswer => ({
  entry: entries.get(accountKey(of.address)) ?? null,
  proof: proveEntry(clientCrypto, reader, accountKey(of.address)),
  header,
  certificate: certificateFor(header, set, 3),
});
const transactionProof = (position: number): TransactionProofAnswer => ({
  transaction: payments[position]!,
  proof: merkleProof(clientCrypto, payments.map(transactionJson), position),
  header,
  descendants: [later],
  certificate: certificateFor(later, set, 3),
});
const { number, validators_hash, nonce } = next.entry;
const closing = headerOf(set, { next_epoch: { number, validators_hash, nonce } });
const link: EpochLink = {
  header: closing,
  certificate: certificateFor(closing, set, 3),
  validators: next.entry.validators,
};

/** The same signatures are asked for again and again. */
const verdicts = new Map<string, boolean>();
const crypto: ClientCrypto = {
  ...clientCrypto,
  verify(publicKey, message, signature) {
    const asked = `${publicKey} ${signature} ${message}`;
    const verdict = verdicts.get(asked) ?? clientCrypto.verify(publicKey, message, signature);
    verdicts.set(asked, verdict);
    return verdict;
  },
};

type Judge = (given: unknown) => Result<unknown, string>;
const judgeAccount =
  (of: typeof payer): Judge =>
  (given) =>
    verifyAccountProof(crypto, chain, set.entry, of.address, given as AccountProofAnswer);
const judgeTransaction: Judge = (given) =>
  verifyTransactionProof(crypto, chain, set.entry, given as TransactionProofAnswer);
const judgeLink: Judge = (given) => followEpochs(crypto, chain, set.entry, [given as EpochLink]);

const genuine: readonly (readonly [what: string, answer: unknown, other: unknown, judge: Judge])[] = [
  ['an account', accountProof(payer), accountProof(shop), judgeAccount(payer)],
  ['an account never seen', accountProof(stranger), accountProof(shop), judgeAccount(stranger)],
  ['a payment', transactionProof(2), transactionProof(3), judgeTransaction],
  ['an epoch link', link, { ...accountProof(shop), validators: set.entry.validators }, judgeLink],
];

/** What JSON can say and no honest node does. */
const odd: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 2 ** 53, 1e300, '', 'x', '\ud800', '\u0000', [], [null], {}, { length: 1 }],
  JSON.parse('{"toString": 1, "valueOf": 1}'),
  JSON.parse('{"__proto__": {"kind": "account"}}'),
  { '\ud800': 1 },
  [[[[[[]]]]]],
];

/** Every value that differs from `value` in one place; `other` is a genuine one of the same kind. */
function* changes(value: unknown, other: unknown): Generator<unknown> {
  yield* odd;
  if (other !== undefined) yield other;
  if (typeof value === 'number') yield* [value + 1, value - 1, -value, String(value), [value]];
  if (typeof value === 'string') yield* changedTexts(value);
  if (Array.isArray(value)) {
    yield* [value.toReversed(), [...value, value.at(-1)], [value[0], ...value], value.slice(1), value.slice(0, -1)];
    for (const [at, item] of value.entries()) {
      for (const changed of changes(item, (other as unknown[] | undefined)?.[at])) yield value.with(at, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const strange of odd.slice(0, 9)) yield { ...value, extra: strange };
    for (const [name, member] of Object.entries(value)) {
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      const others = (other as Record<string, unknown> | null | undefined)?.[name];
      for (const changed of changes(member, others)) yield { ...value, [name]: changed };
    }
  }
}

function* changedTexts(text: string): Generator<string> {
  yield* [text.slice(1), text.slice(0, -1), `${text}0`, ` ${text}`, `${text}\n`, text.toUpperCase(), text + text];
  // Texts of the state tree have thousands of characters: each of its lines is changed somewhere.
  const step = text.length > 200 ? 61 : text.length > 100 ? 7 : 1;
  for (let at = 0; at < text.length; at += step) {
    yield `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
  }
}

for (const [what, answer, other, judge] of genuine) {
  test(`${what}: no change in one place leads to another belief`, () => {
    const believed = judge(answer);
    assert.ok(believed.ok);
    let refused = 0;
    for (const changed of changes(answer, other)) {
      if (changed === other) continue;
      const judged = judge(changed);
      if (judged.ok) assert.deepEqual(judged, believed, JSON.stringify(changed));
      else {
        refused += 1;
        assert.match(judged.problem, /^[A-Z].*\.$/s, JSON.stringify(changed));
      }
    }
    assert.ok(refused > 1_000, `${refused} refused`);
  });
}
