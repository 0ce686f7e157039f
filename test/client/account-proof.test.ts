/** A balance is believed when entry, tree, header, certificate and set fit together, and not when one does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFromSecret } from '../../client/account.js';
import type { AccountProofAnswer } from '../../client/api-types.js';
import { clientCrypto } from '../../client/crypto.js';
import { verifyAccountProof } from '../../client/light/account-proof.js';
import { accountKey } from '../../ledger/state-keys.js';
import { proveEntry } from '../../ledger/state-tree/entry-proof.js';
import { updateTree } from '../../ledger/state-tree/update-tree.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import type { AccountEntry } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import { certificateFor, chain, epochOf, hash, headerOf } from './light-chain.js';

const addresses = Array.from(
  { length: 40 },
  (_, seed) => accountFromSecret(new Uint8Array(32).fill(seed + 1), 'sl').address,
);
const [alice, stranger] = [addresses[7]!, addresses[39]!];
const entryOf = (balance: number): AccountEntry => ({
  kind: 'account',
  balance: toAmount(balance),
  nonces: { '0': toNonce(1) },
});

/** All but the last address hold their number. */
const entries = new Map(addresses.slice(0, -1).map((address, at) => [accountKey(address), entryOf(at)]));
const tree = updateTree(clientCrypto, { node: () => undefined }, entries);
const reader = { node: (path: string) => tree.nodes.get(path) ?? undefined };
const set = epochOf(2, [1, 2, 3, 4]);
const header = headerOf(set, { state_root: tree.root });

function answerFor(address: Address, entry: AccountEntry | null): AccountProofAnswer {
  const proof = proveEntry(clientCrypto, reader, accountKey(address));
  return { entry, proof, header, certificate: certificateFor(header, set, 3) };
}

const verify = (address: Address, answer: AccountProofAnswer) =>
  verifyAccountProof(clientCrypto, chain, set.entry, address, answer);

test('a proved balance is believed, and so is that an account was never seen', () => {
  assert.deepEqual(verify(alice, answerFor(alice, entryOf(7))), { ok: true, value: entryOf(7) });
  assert.deepEqual(verify(stranger, answerFor(stranger, null)), { ok: true, value: null });
});

test('another balance, a hidden account and an invented one are not believed', () => {
  assert.equal(verify(alice, answerFor(alice, entryOf(8))).ok, false);
  assert.equal(verify(alice, answerFor(alice, null)).ok, false);
  assert.equal(verify(stranger, answerFor(stranger, entryOf(0))).ok, false);
});

test('the proof of another account is not believed', () => {
  const proof = proveEntry(clientCrypto, reader, accountKey(addresses[8]!));
  assert.equal(verify(alice, { ...answerFor(alice, entryOf(8)), proof }).ok, false);
});

test('a header without a quorum, or with another root, is not believed', () => {
  const good = answerFor(alice, entryOf(7));
  assert.equal(verify(alice, { ...good, certificate: certificateFor(header, set, 2) }).ok, false);
  const other = headerOf(set, { state_root: hash('9') });
  assert.equal(verify(alice, { ...good, header: other }).ok, false);
  assert.equal(verify(alice, { ...good, header: other, certificate: certificateFor(other, set, 4) }).ok, false);
});

test('a proof of the wrong form is refused', () => {
  for (const proof of [undefined, null, [], [1], 'x', {}]) {
    assert.equal(verify(alice, { ...answerFor(alice, entryOf(7)), proof }).ok, false);
  }
});
