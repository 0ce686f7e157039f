/** A light client follows validator sets by their predecessors' certificates, and by nothing less. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFromSecret } from '../../client/account.js';
import { clientCrypto } from '../../client/crypto.js';
import { type EpochLink, followEpochs } from '../../client/light/follow-epochs.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import { blockHash, validatorsHash } from '../../ledger/values/identity.js';
import { toAmount, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import { voteSigningText } from '../../ledger/values/signing.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';

const chain = `light-${'0'.repeat(32)}` as ChainId;
const hash = (digit: string): Hash => `0x${digit.repeat(64)}`;

/** Validators by number; the same number is the same key in every set. */
function epochOf(number: number, validators: readonly number[]) {
  const keys = validators
    .map((seed) => accountFromSecret(new Uint8Array(32).fill(seed), 'sl'))
    .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const members = keys.map(({ publicKey, address }) => ({
    key: publicKey,
    vrf_key: publicKey,
    owner: address,
    stake: toAmount(10),
  }));
  const entry: EpochEntry = {
    kind: 'epoch',
    number: toEpoch(number),
    nonce: hash('1'),
    validators: members,
    validators_hash: validatorsHash(clientCrypto, members),
  };
  return { entry, keys };
}

type TestEpoch = ReturnType<typeof epochOf>;

function link(from: TestEpoch, to: TestEpoch, signers: number, phase: 'prepare' | 'commit' = 'commit'): EpochLink {
  const header = {
    version: 1,
    chain,
    index: toHeight(from.entry.number + 7),
    epoch: from.entry.number,
    slot: toSlot(40),
    round: 0,
    prev_hash: hash('2'),
    justify_view: toView(3),
    proposer: from.entry.validators[0]!.key,
    tx_root: hash('3'),
    evidence_root: hash('4'),
    state_root: hash('5'),
    validators_hash: from.entry.validators_hash,
    next_epoch: { number: to.entry.number, validators_hash: to.entry.validators_hash, nonce: to.entry.nonce },
  } as const;
  const hashed: HashedHeader = { ...header, hash: blockHash(clientCrypto, header) };
  const body = { epoch: header.epoch, view: toView(9), block: hashed.hash, phase, justify_view: toView(3) };
  const text = voteSigningText({ chain, ...body });
  const chosen = from.keys.slice(0, signers);
  const certificate: Certificate = {
    ...body,
    signers: chosen.map((_, at) => at),
    signatures: chosen.map((key) => key.signer.sign(text)),
  };
  return { header: hashed, certificate, validators: to.entry.validators };
}

const [first, second, third] = [epochOf(0, [1, 2, 3, 4]), epochOf(1, [2, 3, 4, 5]), epochOf(3, [4, 5, 6])];
const follow = (links: readonly EpochLink[]) => followEpochs(clientCrypto, chain, first.entry, links);

test('sets are followed from closing block to closing block, also over skipped epochs', () => {
  assert.deepEqual(follow([link(first, second, 3), link(second, third, 4)]), { ok: true, value: third.entry });
  assert.deepEqual(follow([]), { ok: true, value: first.entry });
});

const broken: readonly (readonly [what: string, links: () => readonly EpochLink[], expected: RegExp])[] = [
  ['two thirds of the stake or less', () => [link(first, second, 2)], /is not final/],
  ['prepare votes', () => [link(first, second, 3, 'prepare')], /prepare votes/],
  [
    'a set that nobody vouched for',
    () => [{ ...link(first, second, 3), validators: third.entry.validators }],
    /another set/,
  ],
  ['a link left out', () => [link(second, third, 4)], /is of epoch 1, not of 0/],
  ['a way back', () => [link(first, second, 3), link(second, first, 4)], /leads back/],
  [
    'a changed header',
    () => [{ ...link(first, second, 3), header: { ...link(first, second, 3).header, state_root: hash('9') } }],
    /does not have the hash/,
  ],
  [
    'the certificate of another block',
    () => [{ ...link(first, second, 3), certificate: link(first, third, 3).certificate }],
    /another block/,
  ],
  [
    'a signature by someone else',
    () => {
      const good = link(first, second, 3);
      const [a, , c] = good.certificate.signatures;
      return [{ ...good, certificate: { ...good.certificate, signatures: [a!, a!, c!] } }];
    },
    /is not final/,
  ],
];

for (const [what, links, expected] of broken) {
  test(`refused: ${what}`, () => {
    const followed = follow(links());
    assert.ok(!followed.ok);
    assert.match(followed.problem, expected);
  });
}
