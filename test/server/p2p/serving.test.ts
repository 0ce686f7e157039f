/** What questions may cost the node that answers them. Its clock goes on by what an answer takes, and where the test says so. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import {
  ANSWERING_MS_BEFORE_HELLO_BURST,
  ANSWERING_MS_BEFORE_HELLO_PER_SECOND,
  MAX_REQUESTS_BEFORE_HELLO,
} from '../../../server/p2p/limits.js';
import type { Clock, PeerId } from '../../../server/replica/ports.js';
import { until } from '../../hang-guard.js';
import { blocksUpTo, handClock, hashOf, keyOf, pageOf, startNode, stopAll } from './fixture.js';
import { destroyRawPeers, raw } from './raw-peer.js';

afterEach(async () => {
  destroyRawPeers();
  await stopAll();
});

const answerMs = 40;
const blocks = blocksUpTo(3);

/** A node to which each page of blocks takes `answerMs`, and whose timers go off when the test lets time pass. */
async function startSlow() {
  const hand = handClock();
  let worked = 0;
  const clock: Clock = { now: () => hand.now() + worked, at: (at, call) => hand.at(at - worked, call) };
  const answered: PeerId[] = [];
  const page = (from: number) => {
    worked += answerMs;
    return pageOf(blocks, from, 1);
  };
  const node = await startNode(1, {
    clock,
    answers: {
      head: () => ({ final_index: toHeight(3), final_hash: hashOf(1_003), epoch: 0, view: 4 }),
      genesis: () => assert.fail(),
      page: (from) => page(from),
      blockByHash: () => undefined,
    },
    receive(peer, message) {
      if (message.type !== 'get_blocks') return { relay: false, peer: 'fine' };
      answered.push(peer);
      node.network.send(peer, { type: 'blocks', id: message.id, ...page(message.from_index) });
      return { relay: false, peer: 'fine' };
    },
  });
  /** In steps, so that what was read meanwhile is heard between. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1) {
      hand.pass(1);
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { node, answered, pass };
}

const question = (id: number) => ({ type: 'get_blocks', from_index: 1, count: 1, id });

test('after an answer the node rests as long as it took, and answers one question of each peer in turn', async () => {
  const { node, answered, pass } = await startSlow();
  const greedy = raw(node.port);
  await greedy.prove(keyOf(3));
  const modest = raw(node.port);
  await modest.prove(keyOf(4));
  for (let id = 1; id <= 20; id += 1) greedy.send(question(id));
  await until('the first is answered', () => answered.length === 1);
  await pass(answerMs / 2);
  assert.equal(answered.length, 1, 'it rests');
  modest.send(question(1));
  await pass(3 * answerMs);
  const [first, second, third] = answered;
  assert.deepEqual([second, third === first], [first, false], 'the modest one had its turn');
  assert.ok(answered.length <= 5, `${answered.length} answers in the time of four rests`);
  await until('all are answered', () => {
    void pass(answerMs);
    return answered.length === 21;
  });
});

test('what waits for a peer that has gone is not answered', async () => {
  const { node, answered, pass } = await startSlow();
  const greedy = raw(node.port);
  await greedy.prove(keyOf(3));
  for (let id = 1; id <= 5; id += 1) greedy.send(question(id));
  await until('the first is answered', () => answered.length === 1);
  await pass(10);
  greedy.destroy();
  await until('it has gone', () => node.network.peers().length === 0);
  await pass(10 * answerMs);
  assert.equal(answered.length, 1);
});

test('strangers together get a small part of the time of a node, and are told to come back', async () => {
  const { node, pass } = await startSlow();
  const stranger = raw(node.port);
  for (let id = 1; id <= MAX_REQUESTS_BEFORE_HELLO; id += 1) stranger.send(question(id));
  assert.equal((await stranger.next('error')).code, 'busy');
  const given = stranger.lines.filter(({ type }) => type === 'blocks').length;
  const debtOfOne = answerMs * (1 - ANSWERING_MS_BEFORE_HELLO_PER_SECOND / 1_000);
  assert.equal(given, Math.floor(ANSWERING_MS_BEFORE_HELLO_BURST / debtOfOne) + 1);
  await pass(1_000);
  const later = raw(node.port);
  later.send(question(1));
  await later.next('blocks');
});
