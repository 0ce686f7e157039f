/** What a node passes on: what may still count. Anybody can say again what was signed long ago. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newViewSigningText } from '../../../consensus/new-view.js';
import { blockHash } from '../../../ledger/values/identity.js';
import { toEpoch, toHeight, toSlot } from '../../../ledger/values/numbers.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../../server/replica/ports.js';
import { genesisCertificate } from '../../../server/replica/recover.js';
import { maxSlotsAhead } from '../../../server/replica/replica-limits.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { person } from '../../ledger/test-chain.js';
import { chainOfOne, newcomer } from './chain-of-one.js';

const { blocks, finality, certificateOf, proposalOf, nodes } = chainOfOne();
const { max_term_slots } = nodes.context.genesis.parameters;
const genesis = genesisCertificate(nodes.context.genesisHash);

const voteIn = ({ phase, epoch, view, block, justify_view, signatures }: Certificate): ReplicaMessage => {
  const validator = person('v1').validator.publicKey;
  const vote = { chain: nodes.context.chain, phase, epoch, view, block, justify_view, validator };
  return { type: 'vote', vote: { ...vote, signature: signatures[0]! } };
};

function newViewOf(slot: number, epoch: number): ReplicaMessage {
  const { validator } = person('v1');
  const body = {
    chain: nodes.context.chain,
    epoch: toEpoch(epoch),
    slot: toSlot(slot),
    lock: genesis,
    final_index: toHeight(0),
  };
  const signature = validator.sign(newViewSigningText(body));
  return { type: 'new_view', new_view: { ...body, validator: validator.publicKey, signature } };
}

/** Of a node that knows so many final blocks, in this slot: whether it passes a message on. It keeps the peer anyway. */
function relays(slot: number, known: number, message: ReplicaMessage): boolean {
  const { receive } = newcomer(slot);
  if (known > 0) receive({ type: 'blocks', id: 0, blocks: blocks.slice(0, known), finality: finality.slice(0, known) });
  const { relay, peer } = receive(message);
  assert.equal(peer, 'fine');
  return relay;
}

for (const [name, message] of [
  ['proposal', proposalOf(blocks[0]!, genesis)],
  ['vote', voteIn(certificateOf(blocks[0]!, 'prepare'))],
  ['new-view', newViewOf(blocks[0]!.slot, 0)],
] as const) {
  test(`[7-timely] a ${name} is passed on for twice the longest term`, () => {
    const last = blocks[0]!.slot + 2 * max_term_slots;
    assert.equal(relays(last, 0, message), true);
    assert.equal(relays(last + 1, 0, message), false);
  });

  test(`[7-timely] a ${name} of an epoch that is over is not passed on`, () => {
    const slot = blocks[1]!.slot + 1;
    assert.equal(relays(slot, 1, message), true);
    assert.equal(relays(slot, 2, message), false);
  });
}

test('what is signed for slots far ahead is not passed on', () => {
  const inSlot = (slot: number) => {
    const { hash: _, ...header } = { ...blocks[0]!, slot: toSlot(slot) };
    const block = { ...header, hash: blockHash(standInCrypto, header) };
    return [proposalOf(block, genesis), voteIn(certificateOf(block, 'prepare')), newViewOf(slot, 0)];
  };
  const passedOn = (slot: number): readonly boolean[] => inSlot(slot).map((message) => relays(3, 0, message));
  assert.deepEqual(passedOn(3 + maxSlotsAhead), [true, true, true]);
  assert.deepEqual(passedOn(4 + maxSlotsAhead), [false, false, false]);
});

test('[7-news] of the certificates of one thing one is passed on in a slot, and again in the next', () => {
  const { receive, nodes: own } = newcomer(3);
  const told = (certificate: Certificate): boolean => receive({ type: 'certificate', certificate }).relay;
  const one = certificateOf(blocks[1]!, 'prepare');
  assert.deepEqual([told(one), told(one)], [true, false]);
  assert.equal(told(certificateOf(blocks[1]!, 'commit')), true, 'of another phase');
  own.time.runUntil(4_000);
  assert.deepEqual([told(one), told(one)], [true, false]);
});

test('[7-news] no certificate of what is final is passed on', () => {
  const { receive, nodes: own } = newcomer(3);
  receive({ type: 'blocks', id: 0, blocks: blocks.slice(0, 1), finality: finality.slice(0, 1) });
  own.time.runUntil(3_500);
  assert.equal(receive({ type: 'certificate', certificate: certificateOf(blocks[0]!, 'prepare') }).relay, false);
});

test('[7-news] nor of an epoch that is over', () => {
  const sibling = { ...blocks[0]!, hash: blocks[3]!.hash };
  const certificate = certificateOf(sibling, 'prepare');
  const toldAfter = (known: number): boolean => relays(20, known, { type: 'certificate', certificate });
  assert.deepEqual([toldAfter(1), toldAfter(2)], [true, false]);
});
