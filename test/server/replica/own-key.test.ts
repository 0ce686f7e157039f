/** What a peer says under a node's own key: its own words, however old, and those of another process with that key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceTo } from '../../../consensus/certificate.js';
import { newViewSigningText } from '../../../consensus/new-view.js';
import { readCertifyingSet } from '../../../ledger/state-keys.js';
import type { Block } from '../../../ledger/values/block.js';
import { toHeight, toSlot, toView } from '../../../ledger/values/numbers.js';
import { voteSigningText } from '../../../ledger/values/signing.js';
import type { Certificate, Vote } from '../../../ledger/values/vote.js';
import { createOwnSignatures } from '../../../server/replica/own-signatures.js';
import type { ReplicaMessage } from '../../../server/replica/ports.js';
import { genesisCertificate, initialVoteState } from '../../../server/replica/recover.js';
import { person } from '../../ledger/test-chain.js';
import { type ClusterOptions, cluster, type Member } from '../replica-cluster.js';
import { chainOfOne, newcomer, pay } from './chain-of-one.js';

const { nodes: made, blocks, finality, certificateOf, proposalOf } = chainOfOne();
const { genesisHash, chain } = made.context;
const [first] = blocks;
const opening = genesisCertificate(genesisHash);
const names = ['v1', 'v2', 'v3', 'v4'];

const alarms = ({ events }: Pick<Member, 'events'>): number =>
  events.filter(({ type }) => type === 'second_signer').length;

/** The votes that a certificate is made of, as if each had been sent alone. */
function votesOf(
  member: Member,
  { phase, epoch, view, block, justify_view, signers, signatures }: Certificate,
): Vote[] {
  const { validators } = readCertifyingSet(member.state, epoch)!;
  const body = { chain, epoch, view, block, phase, justify_view };
  return signers.map((index, at) => ({ ...body, validator: validators[index]!.key, signature: signatures[at]! }));
}

/** The node starts with a vote state that ends at this view. */
const signedUpTo = (view: number): ClusterOptions => ({
  foundVoteState: () => ({
    voteState: { ...initialVoteState(genesisHash), watermark: { view: toView(view), step: 'commit' } },
    bodies: [],
  }),
});

const lastView = finality.at(-1)!.view;

/** In all forms in which a peer can show what the validator of the chain signed about its first block. */
function forms(): readonly (readonly [form: string, message: ReplicaMessage])[] {
  const { validator } = person('v1');
  const prepare = certificateOf(first!, 'prepare');
  const { epoch, view, block, justify_view } = prepare;
  const body = { chain, epoch, view, block, phase: 'prepare', justify_view } as const;
  const vote = { ...body, validator: validator.publicKey, signature: validator.sign(voteSigningText(body)) };
  const slot = toSlot(first!.slot + 1);
  const said = { chain, epoch, slot, lock: referenceTo(opening), last_prepare: vote, final_index: toHeight(0) };
  const sign = (text: string) => ({ validator: validator.publicKey, signature: validator.sign(text) });
  const { last_prepare: _, ...without } = { ...said, lock: referenceTo(prepare) };
  const told = { ...without, ...sign(newViewSigningText(without)) };
  return [
    ['a proposal', proposalOf(first!, opening)],
    ['a vote', { type: 'vote', vote }],
    ['a certificate', { type: 'certificate', certificate: prepare }],
    ['an answer', { type: 'certificate_answer', id: 0, certificate: prepare }],
    ['the lock of a new-view', { type: 'new_view', new_view: told, lock: prepare }],
    ['the last vote of a new-view', { type: 'new_view', new_view: { ...said, ...sign(newViewSigningText(said)) } }],
    ['final blocks', { type: 'blocks', id: 0, blocks: [first!], finality: finality.slice(0, 1) }],
  ];
}

for (const [form, message] of forms()) {
  test(`[5-two-processes] what another process signed with this key is noticed in ${form}, and nothing is signed then`, () => {
    const { nodes, member, replica, receive } = newcomer(first!.slot);
    assert.notEqual(receive(message).peer, 'ban');
    assert.equal(alarms(member), 1);
    pay(nodes, 0);
    nodes.time.runUntil(30_000);
    assert.deepEqual(replica.status().consensus.watermark, { view: 0, step: 'commit' });
    assert.equal(alarms(member), 1, 'it is said once');
  });

  test(`[5-two-processes] what this key signed before the start does no harm in ${form}`, () => {
    const { view } = finality[0]!;
    for (const options of [signedUpTo(view), { foundVoteState: () => undefined }]) {
      const { member, receive } = newcomer(first!.slot, options);
      assert.notEqual(receive(message).peer, 'ban');
      assert.equal(alarms(member), 0);
    }
  });
}

test('[5-two-processes] a home from an old copy, ledger and vote state, is noticed while it fetches what came after', () => {
  const { member, replica, receive } = newcomer(20, signedUpTo(finality[2]!.view));
  receive({ type: 'blocks', id: 0, blocks: blocks.slice(0, 3), finality: finality.slice(0, 3) });
  assert.deepEqual([replica.head().final_index, alarms(member)], [3, 0], 'up to the vote state');
  receive({ type: 'blocks', id: 0, blocks: blocks.slice(3), finality: finality.slice(3) });
  assert.deepEqual([replica.head().final_index, alarms(member)], [4, 1]);
});

test('[5-two-processes] a ledger from an old copy beside the vote state of today, or none, is no sign of another process', () => {
  for (const options of [signedUpTo(lastView), { foundVoteState: () => undefined }]) {
    const { member, replica, receive } = newcomer(20, options);
    receive({ type: 'blocks', id: 0, blocks, finality });
    assert.deepEqual([replica.head().final_index, alarms(member)], [4, 0]);
  }
});

for (const vote_routing of ['everyone', 'leader'] as const) {
  test(`[5-two-processes] its own votes and proposals are harmless for ever, votes to ${vote_routing}`, () => {
    const nodes = cluster(names, { parameters: { vote_routing }, ownSignaturesKept: 6 });
    const said: ReplicaMessage[] = [];
    for (let slot = 1; slot <= 24; slot += 1) {
      nodes.time.runUntil(slot * 1000 + 50);
      pay(nodes, slot - 1);
      nodes.time.runUntil(slot * 1000 + 900);
      const best = nodes.members.reduce((a, b) => (a.blocks.length >= b.blocks.length ? a : b));
      const block: Block = best.blocks.at(-1)!;
      const certificate = best.certificates.get(block.hash);
      if (certificate !== undefined) for (const vote of votesOf(best, certificate)) said.push({ type: 'vote', vote });
      // All of it to all, so each to its author as well: the latest, and the first of the chain.
      for (const message of said) {
        for (const { replica } of nodes.members) assert.equal(replica.receive('stranger', message).peer, 'fine');
      }
    }
    assert.ok(said.length > 40, `${said.length} votes`);
    assert.deepEqual(nodes.members.map(alarms), [0, 0, 0, 0]);
    assert.ok(nodes.members.every(({ blocks: had }) => had.length > 15));
  });
}

test('[5-two-processes] its own proposals of long ago are harmless', () => {
  const nodes = cluster(['v1'], { ownSignaturesKept: 3 });
  const [member] = nodes.members;
  for (let slot = 1; slot <= 8; slot += 1) {
    nodes.time.runUntil(slot * 1000 + 100);
    pay(nodes, slot - 1);
  }
  nodes.time.runUntil(9_000);
  const had = member!.blocks;
  assert.ok(had.length > 6);
  const proposal = proposalOf(had[1]!, opening);
  assert.equal(member!.replica.receive('stranger', proposal).peer, 'fine');
  assert.equal(alarms(member!), 0);
});

test('[5-two-processes] what is forgotten for want of room raises the view up to which all counts as its own', () => {
  const own = createOwnSignatures(toView(10), 2);
  const [a, b, c, other] = (['1', '2', '3', '4'] as const).map((digit) => `0x${digit}` as const);
  own.note(toView(11), a!);
  own.note(toView(12), b!);
  assert.ok(own.isForeign(toView(11), other!));
  assert.ok(!own.isForeign(toView(10), other!), 'the key may have signed it before the start');
  own.note(toView(13), c!);
  assert.ok(!own.isForeign(toView(11), a!));
  assert.ok(!own.isForeign(toView(11), other!), 'cannot be told from the forgotten one');
  assert.ok(own.isForeign(toView(12), other!));
  assert.ok(!own.isForeign(toView(12), b!) && !own.isForeign(toView(13), c!));
});
