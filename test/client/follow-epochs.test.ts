/** A light client follows validator sets by their predecessors' certificates, and by nothing less. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochLink } from '../../client/api-types.js';
import { clientCrypto } from '../../client/crypto.js';
import { followEpochs } from '../../client/light/follow-epochs.js';
import { toEpoch, toHeight } from '../../ledger/values/numbers.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { Phase } from '../../ledger/values/vote.js';
import { certificateFor, chain, epochOf, hash, headerOf, type TestEpoch } from './light-chain.js';

function link(from: TestEpoch, to: TestEpoch, signers: number, phase: Phase = 'commit'): EpochLink {
  const { number, validators_hash, nonce } = to.entry;
  const header = headerOf(from, { next_epoch: { number, validators_hash, nonce } });
  return { header, certificate: certificateFor(header, from, signers, phase), validators: to.entry.validators };
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
  [
    'a final block that closes nothing',
    () => {
      const header = headerOf(first);
      return [{ ...link(first, second, 3), header, certificate: certificateFor(header, first, 3) }];
    },
    /^Block 7 closes no epoch\.$/,
  ],
  [
    'votes for genesis, whose hash no header has',
    () => {
      const header = headerOf(first, { ...link(first, second, 3).header, index: toHeight(0) });
      return [{ ...link(first, second, 3), header, certificate: certificateFor(header, first, 3) }];
    },
    /^Block 0 is genesis/,
  ],
  [
    'a header that names another set of its epoch',
    () => {
      const good = link(first, second, 3);
      const header = headerOf(first, { ...good.header, validators_hash: hash('9') });
      return [{ ...good, header, certificate: certificateFor(header, first, 4) }];
    },
    /^Block 7 is by another set of validators\.$/,
  ],
  [
    'votes for the same block in another epoch',
    () => {
      const good = link(first, second, 3);
      return [{ ...good, certificate: certificateFor({ ...good.header, epoch: toEpoch(1) }, first, 4) }];
    },
    /the certificate is of epoch 1, the set of epoch 0/,
  ],
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

test('refused: a header of another chain, though its votes would hold', () => {
  const good = link(first, second, 3);
  const header = headerOf(first, { chain: `light-${'1'.repeat(32)}` as ChainId, next_epoch: good.header.next_epoch! });
  const followed = follow([{ ...good, header, certificate: certificateFor(header, first, 3) }]);
  assert.ok(!followed.ok);
  assert.match(followed.problem, /another chain/);
});

test('refused: whatever has not the form of a link, without an exception', () => {
  const good = link(first, second, 3);
  for (const wrong of [undefined, null, 0, 'x', [], {}, { length: 3 }, [null]]) {
    assert.equal(follow([wrong as never]).ok, false);
    for (const member of ['header', 'certificate', 'validators']) {
      assert.equal(follow([{ ...good, [member]: wrong }]).ok, false, `${member} ${JSON.stringify(wrong)}`);
    }
    assert.equal(follow([{ ...good, header: { ...good.header, next_epoch: wrong as never } }]).ok, false);
    assert.equal(follow([{ ...good, certificate: { ...good.certificate, signers: wrong as never } }]).ok, false);
  }
});

for (const [what, links, expected] of broken) {
  test(`refused: ${what}`, () => {
    const followed = follow(links());
    assert.ok(!followed.ok);
    assert.match(followed.problem, expected);
  });
}
