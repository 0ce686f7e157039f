import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../../ledger/values/canonical.js';
import { decodeBlock, decodeHeader, hasStatedHash } from '../../../ledger/values/decode-block.js';
import { decodeTransaction, decodeTransactions } from '../../../ledger/values/decode-transaction.js';
import { decodeCertificate, decodeEvidence, decodeProposal, decodeVote } from '../../../ledger/values/decode-vote.js';
import { blockBytes, blockHash } from '../../../ledger/values/identity.js';
import { minTransactionBytes } from '../../../ledger/values/limits.js';
import type { DecodeProblem, Result } from '../../../ledger/values/result.js';
import { transactionJson, transactionSigningText, voteSigningText } from '../../../ledger/values/signing.js';
import { parseStrictJson } from '../../../ledger/values/strict-json.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';
import {
  blocks,
  certificates,
  chain,
  evidence,
  headers,
  maxValidators,
  proposals,
  rules,
  transactions,
  votes,
} from './arbitrary-values.js';
import { addressOf } from './sample-genesis.js';

type Decode = (value: unknown) => Result<unknown, DecodeProblem>;
const kinds: readonly (readonly [string, fc.Arbitrary<unknown>, Decode])[] = [
  ['transaction', transactions, (value) => decodeTransaction(value, rules)],
  ['header', headers, (value) => decodeHeader(value, rules)],
  ['block', blocks, (value) => decodeBlock(value, rules)],
  ['vote', votes, (value) => decodeVote(value, chain)],
  ['proposal', proposals, (value) => decodeProposal(value, chain)],
  ['certificate', certificates, (value) => decodeCertificate(value, maxValidators)],
  ['piece of evidence', evidence, (value) => decodeEvidence(value, chain)],
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, member]) =>
    pathsOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

/** A copy in which the value at one path is changed by `put`. */
function withChange(
  value: unknown,
  path: Path,
  put: (place: Record<string | number, unknown>, key: string | number) => void,
) {
  const copy = { root: JSON.parse(JSON.stringify(value)) };
  let place = copy as unknown as Record<string | number, unknown>;
  let key: string | number = 'root';
  for (const step of path) {
    place = place[key] as Record<string | number, unknown>;
    key = step;
  }
  put(place, key);
  return copy.root as unknown;
}

const odd = fc.oneof(
  fc.jsonValue(),
  fc.maxSafeInteger(),
  fc.constantFrom(null, undefined, [], {}, -0, -1, 0, 0.5, 2 ** 53, Number.NaN, '', '0x', '\ud800', 1n, Symbol('s')),
  fc.constantFrom('A'.repeat(64), `0x${'A'.repeat(64)}`, `0x${'a'.repeat(64)}`, `0x${'a'.repeat(128)}`),
);

for (const [kind, values, decode] of kinds) {
  test(`a good ${kind} is read as it was written, in any order of its members`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalJson(value);
        const parsed = parseStrictJson(new TextEncoder().encode(text));
        assert.ok(parsed.ok);
        const decoded = decode(parsed.value);
        assert.ok(decoded.ok, JSON.stringify(decoded));
        assert.equal(canonicalJson(decoded.value), text);
        const reversed = decode(Object.fromEntries(Object.entries(value as object).reverse()));
        assert.ok(reversed.ok);
        assert.deepEqual(Object.keys(reversed.value as object), Object.keys(decoded.value as object));
        assert.notEqual(decoded.value, parsed.value, 'the sender’s object is not kept');
      }),
      { numRuns: 100 },
    );
  });

  test(`a ${kind} with a part replaced, removed or added is refused, or means exactly what it says`, () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.constantFrom('put', 'drop', 'add'), odd, (value, at, change, replacement) => {
        const paths = pathsOf(value);
        const path = paths[at % paths.length]!;
        const wrong = withChange(value, path, (place, key) => {
          const member = place[key];
          if (change === 'put') place[key] = replacement;
          else if (change === 'drop') delete place[key];
          else if (Array.isArray(member)) member.push(null);
          else if (typeof member === 'object' && member !== null) Object.assign(member, { extra: 1 });
          else if (Array.isArray(place)) place.push(null);
          else place[`${key}s`] = member;
        });
        const decoded = decode(wrong);
        if (decoded.ok) {
          assert.notEqual(change, 'add', JSON.stringify(wrong));
          assert.equal(canonicalJson(decoded.value), canonicalJson(wrong));
        } else {
          assert.match(decoded.problem.detail, /\.$/);
          assert.ok(decoded.problem.detail.length < 300);
        }
      }),
      { numRuns: 400 },
    );
  });

  test(`anything at all that claims to be a ${kind} ends in a value or a problem`, () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (value) => {
        assert.equal(decode(value).ok, false);
      }),
    );
  });
}

test('texts to sign and leaves of tx_root are a tag and the canonical JSON, though written by hand', () => {
  fc.assert(
    fc.property(transactions, votes, (transaction, vote) => {
      const { signature: _, ...body } = transaction;
      assert.equal(transactionSigningText(transaction), `slotledger/1/transaction\n${canonicalJson(body)}`);
      assert.equal(transactionSigningText(body), transactionSigningText(transaction));
      assert.equal(transactionJson(transaction), canonicalJson(transaction));
      const { validator: __, signature: ___, ...voted } = vote;
      assert.equal(voteSigningText(vote), `slotledger/1/vote\n${canonicalJson(voted)}`);
    }),
    { numRuns: 300 },
  );
});

test('the bytes of a block are those of its canonical JSON', () => {
  fc.assert(
    fc.property(blocks, (block) => {
      assert.equal(blockBytes(block), new TextEncoder().encode(canonicalJson(block)).length);
    }),
  );
});

test('a block is known by the hash of its header alone', () => {
  const crypto = createCrypto();
  fc.assert(
    fc.property(blocks, headers, (block, other) => {
      const hash = blockHash(crypto, block);
      assert.equal(hash, `0x${crypto.sha256Hex(`slotledger/1/block\n${headerJson(block)}`)}`);
      assert.equal(hasStatedHash(crypto, { ...block, hash }), block.index > 0);
      assert.equal(hasStatedHash(crypto, { ...other, hash }), false);
    }),
  );
});

function headerJson(block: object): string {
  const header: Record<string, unknown> = { ...block };
  for (const member of ['hash', 'transactions', 'evidence']) delete header[member];
  return canonicalJson(header);
}

test('no transaction is shorter than the bound that counts how many a block can hold', () => {
  const shortest = {
    amount: 1,
    chain: `a-${'0'.repeat(32)}`,
    fee: 0,
    from: addressOf(1).replace('sl1', 'a1'),
    nonce: 0,
    signature: `0x${'0'.repeat(128)}`,
    type: 'stake',
  } as unknown as Transaction;
  assert.ok(transactionJson(shortest).length >= minTransactionBytes, `${transactionJson(shortest).length}`);
});

test('at most as many transactions as fit into a block are looked at', () => {
  const found = decodeTransactions(new Array(100_000).fill(null), rules);
  assert.ok(!found.ok && /At most 768 items/.test(found.problem.detail));
});

test('the refusals that only values can show', () => {
  const base = {
    chain,
    from: addressOf(1),
    nonce: 0,
    fee: 1,
    type: 'transfer',
    outputs: [{ to: addressOf(2), amount: 1 }],
    signature: `0x${'0'.repeat(128)}`,
  };
  const refusals: readonly (readonly [string, object])[] = [
    ['lane', { lane: 0 }],
    ['lane', { lane: 256 }],
    ['memo', { memo: '' }],
    ['memo', { memo: '\ud800' }],
    ['memo', { memo: 'é'.repeat(129) }],
    ['outputs', { outputs: [] }],
    ['outputs[0].amount', { outputs: [{ to: addressOf(2), amount: 0 }] }],
    ['outputs', { outputs: new Array(5).fill(base.outputs[0]) }],
    ['', { fee: Number.MAX_SAFE_INTEGER }],
    ['', { outputs: new Array(4).fill({ to: addressOf(2), amount: 2 ** 52 }) }],
    ['chain', { chain: `other-${'0'.repeat(32)}` }],
    ['type', { type: 'mint' }],
    ['type', { type: 'constructor' }],
    ['', { type: 'unstake' }],
  ];
  assert.ok(decodeTransaction(base, rules).ok);
  for (const [path, change] of refusals) {
    const found = decodeTransaction({ ...base, ...change }, rules);
    assert.ok(!found.ok, JSON.stringify(change));
    if (path !== '') assert.equal(found.problem.path, path);
  }
});
