/** What an operator hears of bootstrap addresses that lead to no peer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, type TestContext, test } from 'node:test';
import type { ChainId } from '../../../ledger/values/text.js';
import { until } from '../../hang-guard.js';
import { at, connected, rules, startNode, stopAll, type TestNode } from './fixture.js';

afterEach(stopAll);

const otherChain = { ...rules, chain: `other-${'0'.repeat(32)}` as ChainId };

const told = (node: TestNode): readonly string[] =>
  node.log
    .filter(({ level, text }) => level === 'warn' && text === 'a bootstrap address leads to no peer')
    .map(({ fields }) => (fields as { readonly reason: string }).reason);

async function says(node: TestNode, address: string, reason: RegExp): Promise<void> {
  await until(`it says ${reason}`, () => told(node).some((one) => reason.test(one)));
  assert.ok(node.log.some(({ level, fields }) => level === 'warn' && (fields as { at?: string }).at === address));
  assert.match(node.network.bootstrapTrouble().join(), reason);
}

/** A program that is no node. @param answer what it says to whoever comes */
async function listening(t: TestContext, answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as { readonly port: number }).port;
}

test('one of another chain, or that does not talk to this node, is told of at once', async () => {
  const here = await startNode(1);
  const elsewhere = await startNode(2, { rules: otherChain, bootstrap: [at(here)] });
  await says(elsewhere, at(here), /it is on another chain: compare what `server genesis show` says/);
  const choosy = await startNode(3, { allow: [] });
  const refused = await startNode(4, { bootstrap: [at(choosy)] });
  await says(refused, at(choosy), /it does not talk to this node: by its --allow or --deny/);
  const wary = await startNode(5, { deny: [here.key], bootstrap: [at(here)] });
  await says(wary, at(here), /this node does not talk to it: by its own --allow or --deny/);
});

test('one that speaks another version of the protocol is told of at once', async (t) => {
  const detail = 'x'.repeat(400);
  const answer = `{"type":"error","code":"wrong_protocol","detail":"${detail}"}\n`;
  const port = await listening(t, answer);
  const node = await startNode(1, { bootstrap: [`127.0.0.1:${port}`] });
  await says(node, `127.0.0.1:${port}`, /it speaks another version of the protocol/);
  assert.ok(!JSON.stringify(node.log.filter(({ level }) => level === 'warn')).includes(detail));
});

test('one that cannot be reached, or is no node, is told of after four attempts in a row, once', async (t) => {
  const http = await listening(t, 'HTTP/1.1 400 Bad Request\r\n\r\n');
  const free = await startNode(1);
  const address = at(free);
  await free.network.stop();
  const node = await startNode(2, { bootstrap: [`127.0.0.1:${http}`, address] });
  await until('both are told of', () => told(node).length === 2);
  assert.ok(node.log.some(({ fields }) => /ECONNREFUSED/.test((fields as { detail?: string }).detail ?? '')));
  assert.deepEqual([...node.network.bootstrapTrouble()].sort(), [
    'it cannot be reached',
    'it does not answer as a node does: is that its port for peers?',
  ]);
});

test('a bootstrap address that comes to lead to a peer is no trouble any more', async () => {
  const early = await startNode(1);
  const { port } = early;
  await early.network.stop();
  const node = await startNode(2, { bootstrap: [at(early)] });
  await until('it is told of', () => told(node).length === 1);
  const late = await startNode(1, { listen: { host: '127.0.0.1', port } });
  await until('it is connected', () => connected(node, late));
  assert.deepEqual(node.network.bootstrapTrouble(), []);
});

test('a bootstrap peer that comes back by itself is no trouble either, and is told of when it is lost once more', async () => {
  const peer = await startNode(1);
  const node = await startNode(2, { bootstrap: [at(peer)] });
  await until('connected', () => connected(node, peer));
  await peer.network.stop();
  await until('it is told of', () => told(node).length === 1);
  // On another port, so that only it can dial.
  const again = await startNode(1, { bootstrap: [at(node)] });
  await until('it is back', () => connected(node, again));
  assert.deepEqual(node.network.bootstrapTrouble(), []);
  await again.network.stop();
  await until('it is told of again', () => told(node).length === 2);
});
