/** The gate before the core: nothing passes it that is not signed by a member, for this chain, in its own name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newViewSigningText } from '../../../consensus/new-view.js';
import { toView } from '../../../ledger/values/numbers.js';
import { proposalSigningText, voteSigningText } from '../../../ledger/values/signing.js';
import type { ChainId } from '../../../ledger/values/text.js';
import type { Evidence, Proposal, Vote } from '../../../ledger/values/vote.js';
import { createMessageChecks } from '../../../server/replica/verify-message.js';
import { chain, epochEntry, genesis, genesisCertificate, keyOf, LoneCore, viewOf } from '../../consensus/lone-core.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { person } from '../../ledger/test-chain.js';

function gate() {
  const lone = new LoneCore();
  const block = lone.child(genesis, 1);
  const checks = createMessageChecks({
    crypto: standInCrypto,
    chain,
    genesisHash: genesis.hash,
    epoch: (number) => (number === 0 ? epochEntry() : undefined),
    currentEpoch: () => epochEntry().number,
  });
  return { lone, block, checks };
}

const isBad = (checked: unknown): boolean => typeof checked === 'object';
const forged = `0x${'1'.repeat(128)}` as const;

test('[5-certificate] a certificate is believed for its signatures, and not for those of another one', () => {
  const { lone, block, checks } = gate();
  const good = lone.certificate(block, viewOf(1));
  assert.equal(checks.certificate(good), 'good');
  assert.ok(isBad(checks.certificate({ ...good, signatures: good.signatures.map(() => forged) })), 'after a good one');
  assert.ok(isBad(checks.certificate({ ...good, phase: 'commit' })));
  assert.equal(checks.certificate(good), 'good');
});

test('[5-certificate] genesis is certified by (0, 0) without signatures and by nothing else', () => {
  const { checks } = gate();
  assert.equal(checks.certificate(genesisCertificate), 'good');
  assert.ok(isBad(checks.certificate({ ...genesisCertificate, view: toView(5) })));
});

test('[5-member] a vote is of a member, signed by it, for this chain', () => {
  const { lone, block, checks } = gate();
  const good = lone.vote('v2', block, viewOf(1));
  assert.equal(checks.vote(good), 'good');
  assert.ok(isBad(checks.vote({ ...good, signature: forged })));
  assert.ok(isBad(checks.vote({ ...good, view: toView(good.view + 1) })), 'the signature of another vote');
  assert.ok(isBad(checks.vote({ ...good, validator: keyOf('v3') })), 'the signature of another member for the same');
  assert.ok(isBad(checks.vote(lone.vote('stranger', block, viewOf(1)))));
  assert.ok(isBad(checks.vote({ ...good, chain: 'other-00000000' as ChainId })));
});

test('what the same key signed for another chain does not pass', () => {
  const { lone, block, checks } = gate();
  const { validator } = person('v2');
  const at = <Message>(message: Message, chainId: ChainId, text: (message: Message) => string): Message => {
    const there = { ...message, chain: chainId };
    return { ...there, signature: validator.sign(text(there)) };
  };
  const proposal = lone.proposal(block, genesisCertificate, viewOf(1), 'v2');
  const checked = (chainId: ChainId) => [
    checks.vote(at(lone.vote('v2', block, viewOf(1)), chainId, voteSigningText)),
    checks.proposal(at(proposal, chainId, proposalSigningText)),
    checks.newView(at(lone.newView('v2', 2, genesisCertificate), chainId, newViewSigningText)),
  ];
  assert.deepEqual(checked(chain), ['good', 'good', 'good']);
  assert.deepEqual(checked('other-00000000' as ChainId).map(isBad), [true, true, true]);
});

test('[3-evidence-signed] evidence passes if it shows something and both signatures hold', () => {
  const { lone, block, checks } = gate();
  const [one, two] = [block, lone.child(genesis, 1, 1)];
  const votes = [one, two].map((voted) => lone.vote('v2', voted, viewOf(1))) as [Vote, Vote];
  const proposals = [one, two].map((proposed) => lone.proposal(proposed, genesisCertificate, viewOf(1), 'v2')) as [
    Proposal,
    Proposal,
  ];
  const forge = <Message>(message: Message): Message => ({ ...message, signature: forged });
  const kinds = [
    ['double_vote', votes],
    ['double_proposal', proposals],
  ] as const;
  for (const [kind, [first, second]] of kinds) {
    const checked = (left: Vote | Proposal, right: Vote | Proposal) =>
      checks.evidence({ kind, first: left, second: right } as Evidence);
    assert.equal(checked(first, second), 'good');
    assert.ok(isBad(checked(first, first)), 'it shows nothing');
    assert.ok(isBad(checked(forge(first), second)));
    assert.ok(isBad(checked(first, forge(second))));
  }
});

test('[5-assemble] a new-view carries the vote of its sender, not of someone else', () => {
  const { lone, block, checks } = gate();
  const withVoteOf = (name: string) =>
    lone.newView('v2', 2, genesisCertificate, { last_prepare: lone.vote(name, block, viewOf(1)) });
  assert.equal(checks.newView(withVoteOf('v2')), 'good');
  assert.ok(isBad(checks.newView(withVoteOf('v3'))));
});

test('[6-catch-up] what is of a later epoch can be checked later, what is of a forgotten one never', () => {
  const { lone, block, checks } = gate();
  lone.epoch = epochEntry(3);
  assert.equal(checks.vote(lone.vote('v2', block, viewOf(1))), 'later');
  assert.equal(checks.certificate(lone.certificate(block, viewOf(1))), 'later');
});
