/** What is kept of later epochs, whose sets are not known yet: anybody can send as much of it as it likes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEpoch, toSlot, toView } from '../../../ledger/values/numbers.js';
import type { Hash, Signature } from '../../../ledger/values/text.js';
import type { Vote } from '../../../ledger/values/vote.js';
import { createReceiver, type ReceiverOptions } from '../../../server/replica/receive.js';
import { maxHeldBytes, maxHeldMessages } from '../../../server/replica/replica-limits.js';
import type { Checked } from '../../../server/replica/verify-message.js';
import { cluster } from '../replica-cluster.js';
import { chainOfOne, pay } from './chain-of-one.js';

const { blocks, finality, proposalOf } = chainOfOne();
const hashOf = (number: number): Hash => `0x${number.toString(16).padStart(64, '0')}`;

/** @param bytes the block's hash takes so many, as no decoder would let pass */
function voteOf(view: number, bytes = 64): Vote {
  const { chain, validator, signature } = proposalOf(blocks[0]!, finality[0]!).proposal;
  const block = hashOf(view).padEnd(bytes, '0') as Hash;
  const own = `${signature.slice(0, -8)}${view.toString(16).padStart(8, '0')}` as Signature;
  return {
    ...{ chain, validator, block, epoch: toEpoch(1), view: toView(view), phase: 'prepare', justify_view: toView(0) },
    signature: own,
  };
}

/** A receiver that knows the epochs up to `known`, and the views of the votes that reached the core. */
function receiver() {
  const world = { known: 0, fed: [] as number[] };
  const checked = ({ epoch }: { epoch: number }): Checked => (epoch > world.known ? 'later' : 'good');
  const options = {
    parameters: { slot_duration_ms: 1_000, rounds_per_slot: 1, max_term_slots: 1 },
    checks: { vote: checked },
    tree: { finalIndex: 0 },
    sync: { catchUp() {} },
    currentSlot: () => toSlot(1_000_000),
    head: () => ({ epoch: toEpoch(world.known) }),
    now: () => 0,
    feed: (input: { type: string; vote?: Vote }) => world.fed.push(input.vote!.view),
  };
  const { receive, onNewEpoch } = createReceiver(options as unknown as ReceiverOptions);
  return {
    world,
    hold: (vote: Vote) => assert.deepEqual(receive('peer', { type: 'vote', vote }), { relay: false, peer: 'fine' }),
    come(epoch: number) {
      world.known = epoch;
      onNewEpoch();
      return world.fed.splice(0);
    },
  };
}

test('[6-catch-up] what was kept for an epoch is taken up once, when it comes, and is gone then', () => {
  const { hold, come } = receiver();
  hold(voteOf(1));
  hold({ ...voteOf(2), epoch: toEpoch(2) });
  assert.deepEqual(come(1), [1]);
  assert.deepEqual(come(2), [2], 'of a later epoch still, so it was kept on; the first was not taken up again');
  assert.deepEqual(come(3), []);
});

test('[6-catch-up] of what is kept the newest stay: so many messages, and so many bytes of them', () => {
  const { hold, come } = receiver();
  for (let view = 1; view <= maxHeldMessages + 10; view += 1) hold(voteOf(view));
  const views = come(1);
  assert.deepEqual([views.length, views[0]], [maxHeldMessages, 11]);
  const { hold: holdLong, come: comeLong } = receiver();
  for (let view = 1; view <= 20; view += 1) holdLong(voteOf(view, maxHeldBytes / 10));
  assert.deepEqual(comeLong(1), [12, 13, 14, 15, 16, 17, 18, 19, 20], 'nine, with what each has besides');
});

test('[6-catch-up] a flood that pushes out what is kept keeps nobody from catching up', () => {
  const nodes = cluster(['v1', 'v2', 'v3', 'v4']);
  const { time, context } = nodes;
  const [first, , , late] = nodes.members;
  late!.stopped = true;
  for (const [nonce, slot] of [2, 12, 14].entries()) {
    time.runUntil(slot * 1_000 + 100);
    pay(nodes, nonce);
  }
  time.runUntil(20_000);
  assert.equal(first!.replica.head().epoch, 1);
  assert.equal(late!.replica.head().final_index, 0);
  late!.stopped = false;
  // More than is kept, again and again: of what honest nodes say little is there when its epoch comes.
  let flooded = 0;
  const flood = (): void => {
    for (let i = 0; i < maxHeldMessages; i += 1) {
      flooded += 1;
      const vote = { ...voteOf(flooded), chain: context.chain, epoch: toEpoch(9) };
      assert.equal(late!.replica.receive('stranger', { type: 'vote', vote }).peer, 'fine');
    }
    time.at(time.now() + 250, flood);
  };
  flood();
  pay(nodes, 3);
  time.runUntil(24_000);
  assert.ok(flooded > 10 * maxHeldMessages);
  assert.equal(first!.replica.head().final_index, 4);
  assert.deepEqual(late!.replica.head(), first!.replica.head());
});
