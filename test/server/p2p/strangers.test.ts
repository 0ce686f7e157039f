import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { canonicalJson } from '../../../ledger/values/canonical.js';
import { err, ok } from '../../../ledger/values/result.js';
import { FetchClient } from '../../../server/p2p/fetch-client.js';
import { fetchGenesis } from '../../../server/p2p/fetch-genesis.js';
import {
  ANSWERS_BEFORE_HELLO_PER_SECOND,
  MAX_REQUESTS_BEFORE_HELLO,
  MAX_UNPROVED_CONNECTIONS,
} from '../../../server/p2p/limits.js';
import { hangGuardMs, until } from '../../hang-guard.js';
import { at, clock, connected, genesis, handClock, hashOf, keyOf, startNode, stopAll } from './fixture.js';
import { destroyRawPeers, type RawPeer, raw } from './raw-peer.js';

afterEach(async () => {
  destroyRawPeers();
  await stopAll();
});

/** What `echo TEXT | nc` prints: everything until the node closes. */
function echo(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

test('one line and an end: full blocks come back and the connection closes', { timeout: hangGuardMs }, async () => {
  // Time stands still, so no timeout closes it.
  const node = await startNode(1, { clock: handClock() });
  const answer = await echo(node.port, '{"type":"get_blocks","from_index":0,"count":2}\n');
  assert.match(answer, /^\{"type":"blocks","blocks":\[.*\n$/);
  const { blocks, finality } = JSON.parse(answer);
  assert.deepEqual(
    blocks.map((block: { index: number }) => block.index),
    [0, 1],
  );
  assert.deepEqual(Object.keys(blocks[1]).sort(), [
    'chain',
    'epoch',
    'evidence',
    'evidence_root',
    'hash',
    'index',
    'justify_view',
    'prev_hash',
    'proposer',
    'round',
    'slot',
    'state_root',
    'transactions',
    'tx_root',
    'validators_hash',
    'version',
  ]);
  assert.equal(finality[0].block, blocks[1].hash);
});

test('the one-liner in the documentation works in a shell', async () => {
  const node = await startNode(1);
  // bash can open a socket itself, so the test needs no nc.
  const script = `exec 3<>/dev/tcp/127.0.0.1/${node.port}; echo '{"type":"get_blocks","from_index":0,"count":2}' >&3; head -n 1 <&3`;
  const shell = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  shell.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  await new Promise((resolve) => shell.on('close', resolve));
  assert.equal(JSON.parse(printed).blocks.length, 2);
});

test('anyone may ask for a block, addresses, the genesis and a pong, several on one connection', async () => {
  const node = await startNode(1);
  const peer = await startNode(2, { bootstrap: [at(node)] });
  await until('connected', () => connected(node, peer));
  const stranger = raw(node.port);
  stranger.send({ type: 'get_block', id: 5, hash: hashOf(1_002) });
  stranger.send({ type: 'get_block', hash: hashOf(77) });
  stranger.send({ type: 'get_peers' });
  stranger.send({ type: 'get_genesis', id: 6 });
  stranger.send({ type: 'ping' });
  assert.equal(((await stranger.next('block')).block as { index: number }).index, 2);
  assert.equal((await stranger.next('block')).block, null);
  assert.deepEqual((await stranger.next('peers')).peers, [{ address: at(peer), node: peer.key }]);
  assert.equal((await stranger.next('genesis')).id, 6);
  assert.equal(((await stranger.next('pong')).head as { final_index: number }).final_index, 3);
  assert.equal(node.received.filter(({ message }) => message.type === 'get_block').length, 0);
});

test('what is for peers is refused before hello, with the reason', async () => {
  const node = await startNode(1);
  const answer = JSON.parse(await echo(node.port, `{"type":"get_certificate","block":"${hashOf(1)}"}\n`));
  assert.equal(answer.code, 'hello_first');
  assert.equal(JSON.parse(await echo(node.port, 'GET / HTTP/1.1\r\n\r\n')).code, 'bad_line');
  assert.equal(JSON.parse(await echo(node.port, '{"type":"hallo"}\n')).code, 'bad_message');
});

test('a private node answers nobody before hello', async () => {
  const node = await startNode(1, { privateMode: true });
  assert.equal(JSON.parse(await echo(node.port, '{"type":"get_blocks","from_index":0,"count":2}\n')).code, 'private');
});

test('a stranger may ask a few times, then is sent away', async () => {
  const node = await startNode(1);
  const lines = (await echo(node.port, '{"type":"ping"}\n'.repeat(MAX_REQUESTS_BEFORE_HELLO + 5))).trim().split('\n');
  assert.equal(lines.length, MAX_REQUESTS_BEFORE_HELLO + 1);
  assert.equal(JSON.parse(lines.at(-1) ?? '').code, 'busy');
});

test('all strangers together share one budget', async () => {
  const node = await startNode(1, { clock: handClock() });
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => echo(node.port, '{"type":"ping"}\n'.repeat(MAX_REQUESTS_BEFORE_HELLO))),
  );
  const all = answers.join('');
  assert.equal(all.match(/"type":"pong"/g)?.length, 2 * ANSWERS_BEFORE_HELLO_PER_SECOND);
  assert.match(all, /too many questions at once/);
});

test('strangers who say nothing cannot use up the sockets', async () => {
  // Time stands still: none of them is sent away for its silence.
  const node = await startNode(1, { clock: handClock() });
  const silent = Array.from({ length: MAX_UNPROVED_CONNECTIONS + 6 }, () => raw(node.port));
  await until('the rest is cut off', () => silent.filter((peer) => peer.closed).length === 6);
  const friend = await startNode(2);
  silent.find((peer) => !peer.closed)?.destroy();
  friend.network.connect(at(node));
  await until('there is room again', () => connected(node, friend));
});

test('who takes all places for strangers from a few addresses, again whenever one is cut, keeps nobody else out', async () => {
  // Time stands still: neither silence nor slowness ends a connection, and no place is had by waiting.
  const node = await startNode(1, { clock: handClock() });
  let floods = true;
  const flooders: RawPeer[] = [];
  function flood(from: string): void {
    const peer = raw(node.port, from);
    flooders.push(peer);
    peer.onClosed(() => {
      if (floods) flood(from);
    });
  }
  for (let i = 0; i < MAX_UNPROVED_CONNECTIONS; i += 1) flood(`127.0.1.${1 + (i % 8)}`);
  // Silent ones hear nothing, so what one of them is told shows that all before it were let in.
  flooders.at(-1)?.send({ type: 'ping' });
  await flooders.at(-1)?.next('pong');
  assert.equal(flooders.filter(({ closed }) => closed).length, 0);

  const slow = raw(node.port, '127.0.2.1');
  slow.send({ type: 'ping' });
  await slow.next('pong');
  for (let seed = 3; seed < 9; seed += 1) await raw(node.port, `127.0.${seed}.1`).prove(keyOf(seed));
  assert.ok(flooders.length > MAX_UNPROVED_CONNECTIONS, 'those who were cut came again');
  await slow.prove(keyOf(2));
  assert.equal(node.network.peers().length, 7);
  floods = false;
});

test('a fresh node gets the genesis from the first bootstrap peer that has the right one', async () => {
  const node = await startNode(1);
  const client = new FetchClient({ clock });
  const hidden = await startNode(2, { privateMode: true });
  // Stands in for the ledger's own check: here the network's part is tested.
  const check = (value: unknown) =>
    canonicalJson(value) === canonicalJson(genesis) ? ok({ genesis, hash: hashOf(9) }) : err('not the one');
  const bootstrap = ['127.0.0.1:1', at(hidden), at(node)];
  const fetched = await fetchGenesis({ client, bootstrap, check, genesisHash: hashOf(9) });
  assert.ok(fetched.ok);
  assert.equal(fetched.value.from, at(node));
  assert.deepEqual(fetched.value.genesis, genesis);

  const wrong = await fetchGenesis({ client, bootstrap, check, genesisHash: hashOf(8) });
  assert.ok(!wrong.ok);
  assert.match(wrong.problem[0] ?? '', /cannot be reached/);
  assert.match(wrong.problem[1] ?? '', /answers its peers only/);
  assert.match(wrong.problem[2] ?? '', /on another chain/);
  assert.equal((await fetchGenesis({ client, bootstrap: [], check })).ok, false);
});
