import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { afterEach, test } from 'node:test';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { hangGuardMs, until } from '../../hang-guard.js';
import { at, clock, connected, hashOf, keyOf, paymentOf, startNode, stopAll, voteOf, votesAt } from './fixture.js';

afterEach(stopAll);

test('two nodes prove who they are and exchange messages both ways', async () => {
  const a = await startNode(1);
  const b = await startNode(2, { bootstrap: [at(a)], validatorSigner: keyOf(12) });
  await until('both connected', () => connected(a, b) && connected(b, a));
  assert.equal(a.network.peerViews()[0]?.validator, keyOf(12).publicKey);
  assert.equal(b.network.peerViews()[0]?.validator, undefined);
  assert.equal(a.network.peerViews()[0]?.address, at(b));

  a.network.broadcast({ type: 'vote', vote: voteOf(5) });
  b.network.broadcast({ type: 'vote', vote: voteOf(6) });
  await until('votes arrive', () => votesAt(b, 5) === 1 && votesAt(a, 6) === 1);
  assert.deepEqual(b.received.find(({ message }) => message.type === 'vote')?.message, {
    type: 'vote',
    vote: voteOf(5),
  });
});

test('a question reaches one peer and its answer comes back', async () => {
  const a = await startNode(1);
  const b = await startNode(2, { bootstrap: [at(a)] });
  a.verdict = (message, peer) => {
    if (message.type === 'get_block') a.network.send(peer, { type: 'block', id: message.id, block: null });
    return { relay: false, peer: 'fine' };
  };
  await until('connected', () => connected(b, a));
  const [peer = ''] = b.network.peers();
  b.network.send(peer, { type: 'get_block', id: 77, hash: hashOf(5) });
  await until('answer', () => b.received.some(({ message }) => message.type === 'block' && message.id === 77));
});

test('a message for a validator goes to its node alone when that node is a peer', async () => {
  const a = await startNode(1, { validatorSigner: keyOf(11) });
  const b = await startNode(2, { bootstrap: [at(a)] });
  const c = await startNode(3, { bootstrap: [at(b)] });
  await until('connected', () => connected(b, a, c));
  b.network.sendToValidator(keyOf(11).publicKey, { type: 'vote', vote: voteOf(5) });
  b.network.sendToValidator(keyOf(99).publicKey, { type: 'vote', vote: voteOf(6) });
  await until('votes arrive', () => votesAt(a, 5) === 1 && votesAt(a, 6) === 1 && votesAt(c, 6) === 1);
  assert.equal(votesAt(c, 5), 0);
});

test('a list of transactions of any length arrives whole and in order, in lines within their limit', async () => {
  const a = await startNode(1);
  const b = await startNode(2, { bootstrap: [at(a)] });
  await until('both connected', () => connected(a, b) && connected(b, a));
  const all = Array.from({ length: 1_200 }, (_, nonce) => paymentOf(nonce));
  // In one turn, as two requests may bring them.
  a.network.broadcast({ type: 'transactions', transactions: all.slice(0, 2) });
  a.network.broadcast({ type: 'transactions', transactions: all.slice(2) });
  const lists = (): readonly (readonly Transaction[])[] =>
    b.received.flatMap(({ message }) => (message.type === 'transactions' ? [message.transactions] : []));
  await until('all arrive', () => lists().flat().length === all.length);
  assert.deepEqual(lists().flat(), all);
  assert.ok(lists()[0]!.length > 2);
  assert.equal(a.network.stats().droppedMessages, 0);
});

test('a ping tells head and clock, and the offset between two clocks is measured', async () => {
  const aheadMs = 5_000;
  const a = await startNode(1, { wallNow: () => clock.now() + aheadMs });
  const b = await startNode(2, { bootstrap: [at(a)] });
  await until('measured', () => b.network.peerViews()[0]?.clockOffsetMs !== undefined);
  const { clockOffsetMs, rttMs } = b.network.peerViews()[0]!;
  assert.ok(Math.abs(clockOffsetMs! - aheadMs) <= rttMs! / 2 + 1, `${clockOffsetMs} ms, there and back in ${rttMs} ms`);
  a.tip = 9;
  a.network.announceHead();
  await until('news of the head', () => b.network.peerViews()[0]?.head.final_index === 9);
});

test('nodes that dial each other at once keep one connection', async () => {
  const first = await startNode(1);
  const second = await startNode(2, { bootstrap: [at(first)] });
  first.network.connect(at(second));
  await until('connected', () => connected(first, second) && connected(second, first));
  await until('settled', () => [first, second].every((node) => node.network.peers().length === 1));
  const opener = first.key < second.key ? first : second;
  await until('lower key opened', () => opener.network.peerViews()[0]?.direction === 'outbound');
});

test('an exception while a message is handled is a bug: it stops the process, not the connection', async () => {
  const program = `
    const { at, startNode } = await import(${JSON.stringify(new URL('./fixture.js', import.meta.url).href)});
    const a = await startNode(1);
    a.verdict = () => { throw new Error('this is a bug'); };
    await startNode(2, { bootstrap: [at(a)] });
    setTimeout(() => process.exit(0), ${hangGuardMs});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 1);
  assert.match(printed, /this is a bug/);
});
