/** What the wallet says where it cannot know: a payment whose answer was lost, other servers, nobody to write to. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { before, type TestContext, test } from 'node:test';
import { accountFromSecret } from '../../client/account.js';
import { createClient } from '../../client/http/client.js';
import { walletOf } from '../../client/wallet.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { until } from '../hang-guard.js';
import { binOf, environment, type Outcome, run, temporaryHome } from './programs.js';
import { type RunningNode, startNode } from './running-node.js';

let node: RunningNode;
let wallet: (...words: string[]) => Promise<Outcome>;

before(async (t) => {
  const user = temporaryHome(t as TestContext);
  const home = join(user, 'node');
  node = await startNode(t as TestContext, user, { args: ['--home', home] });
  wallet = (...words) => run('wallet', user, [...words, '--home', home]);
});

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy before the node: passes everything on, and answers what was posted in its own way. */
const proxy = (t: TestContext, onPost: RequestListener): Promise<string> =>
  serve(t, async (request, response) => {
    const { method = '' } = request;
    const body = await buffer(request);
    const headers = { 'content-type': 'application/json' };
    const init = { method, ...(method === 'POST' ? { body, headers } : {}) };
    const answer = await fetch(`${node.url}${request.url}`, init);
    const text = await answer.text();
    if (method === 'POST') return onPost(request, response);
    return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });

async function shopHolds(): Promise<string> {
  return JSON.parse((await wallet('balance', 'shop', '--output', 'json', '--node', node.url)).stdout).balance_text;
}

test('a payment whose answer is lost each time is not said to have failed, and its id is told', async (t) => {
  const url = await proxy(t, (request) => request.socket.destroy());
  const held = Number(await shopHolds());
  const lost = await wallet('send', 'treasury', 'shop', '5', '--timeout', '1', '--node', url);
  assert.equal(lost.code, 9, lost.stderr);
  const said =
    /^error: Whether a node took transaction (0x[0-9a-f]{64}) is not known\. No node answers .*\n.*fix: Before you pay anew, look with `wallet status \1`/m;
  const id = said.exec(lost.stderr)?.[1] ?? '';
  assert.notEqual(id, '', lost.stderr);
  assert.match((await wallet('status', id, '--node', node.url)).stdout, /^status +final\n/);
  assert.equal(Number(await shopHolds()), held + 5);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`a payment that ${signal} interrupts while it is on its way is not said to be undone`, async (t) => {
    let child: ReturnType<typeof spawn> | undefined;
    const url = await proxy(t, () => child?.kill(signal));
    const user = temporaryHome(t);
    const words = ['send', 'treasury', 'shop', '5', '--home', join(node.home, 'node'), '--node', url];
    child = spawn(process.execPath, [binOf('wallet'), ...words], { env: environment(user) });
    const [said, code] = await Promise.all([buffer(child.stderr!), once(child, 'exit').then(([status]) => status)]);
    assert.equal(code, 130);
    const named =
      /^error: Interrupted\. A node may have taken transaction (0x[0-9a-f]{64}) all the same\.\n {2}fix: .* `wallet status \1` /m;
    const id = named.exec(said.toString())?.[1] ?? '';
    assert.notEqual(id, '', said.toString());
    assert.match((await wallet('status', id, '--node', node.url)).stdout, /^status +(pending|final)\n/);
  });
}

test('a proxy that gives up on its node is asked again, and what it says at last is no refusal', async (t) => {
  let posts = 0;
  const url = await proxy(t, (_request, response) => {
    posts += 1;
    response.writeHead(504, { 'content-type': 'text/html' }).end('<html>');
  });
  const given = await wallet('send', 'treasury', 'shop', '5', '--timeout', '1', '--output', 'json', '--node', url);
  assert.equal(given.code, 9, given.stderr);
  assert.equal(JSON.parse(given.stderr).error.code, 'outcome_unknown');
  assert.ok(posts > 1);
});

test('payments that are alike and made at one time are each said to be paid only if they are', async () => {
  const held = Number(await shopHolds());
  const pay = () => wallet('send', 'treasury', 'shop', '3', '--node', node.url);
  const outcomes = await Promise.all([pay(), pay(), pay(), pay()]);
  const paid = outcomes.filter(({ code }) => code === 0).length;
  assert.equal(Number(await shopHolds()), held + 3 * paid);
  for (const { code, stderr } of outcomes) {
    assert.ok(code === 0 || code === 8, stderr);
    if (code === 8)
      assert.match(stderr, /^error: The very same payment, with nonce \d+, .* it is paid once, in block /);
  }
});

test('one program that pays alike many times at once pays as many times', async () => {
  const client = createClient({ url: node.url });
  const { address_prefix: prefix } = await client.status();
  const payer = accountFromSecret(new Uint8Array(32).fill(3), prefix);
  const payee = accountFromSecret(new Uint8Array(32).fill(4), prefix);
  await client.waitUntilFinal((await client.faucet(payer.address)).id);
  const outputs = [{ to: payee.address, amount: 2 as Amount }];
  const ids = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const { answer } = await walletOf(client, payer).send({ type: 'transfer', outputs });
      return answer.id;
    }),
  );
  assert.equal(new Set(ids).size, 8);
  assert.equal((await client.account(payee.address)).balance, 16);
});

test('through a node that is behind nothing is paid before it has caught up, and who reads is told', async (t) => {
  const fetching = { stored_index: 12, sync: { state: 'syncing', target_index: 5_678 } };
  let behind: object | undefined = fetching;
  let posts = 0;
  let asked = 0;
  const url = await serve(t, async (request, response) => {
    posts += request.method === 'POST' ? 1 : 0;
    if (request.url !== '/v1/status') return response.writeHead(307, { location: `${node.url}${request.url}` }).end();
    asked += 1;
    const status = await createClient({ url: node.url }).status();
    return response.end(JSON.stringify({ ...status, ...behind }));
  });
  const read = await wallet('balance', 'shop', '--node', url);
  assert.equal(read.code, 0);
  assert.equal(
    read.stderr,
    'The node is fetching blocks that its peers have, at block 12 of 5,678: what it says may be old.\n',
  );
  for (const words of [
    ['send', 'treasury', 'shop', '5'],
    ['unstake', 'treasury', '5'],
  ]) {
    const late = await wallet(...words, '--timeout', '1', '--node', url);
    assert.equal(late.code, 1, late.stderr);
    assert.match(late.stderr, /^error: The node is fetching .*, at block 12 of 5,678: .* Nothing was sent\.\n/m);
  }
  behind = { sync: { state: 'waiting' }, peers: 1 };
  const unheard = await wallet('send', 'treasury', 'shop', '5', '--timeout', '1', '--node', url);
  assert.match(unheard.stderr, /^error: The node has not heard yet how far the chain is: .* Nothing was sent\.\n/m);
  assert.equal(posts, 0);
  const held = Number(await shopHolds());
  asked = 0;
  const paying = wallet('send', 'treasury', 'shop', '5', '--node', url);
  await until('the wallet has asked again', () => asked > 2);
  behind = undefined;
  const paid = await paying;
  assert.equal(paid.code, 0, paid.stderr);
  assert.equal(Number(await shopHolds()), held + 5);
});

test('a payment goes on where nobody reads what it says', async (t) => {
  let posts = 0;
  const full = JSON.stringify({ status: 503, code: 'mempool_full', detail: 'Full.', fix: 'Wait.' });
  const busy = await serve(t, async (request, response) => {
    posts += request.method === 'POST' ? 1 : 0;
    if (posts === 1 && request.method === 'POST') {
      response.writeHead(503, { 'content-type': 'application/json' }).end(full);
      return;
    }
    response.writeHead(307, { location: `${node.url}${request.url}` }).end();
  });
  const held = Number(await shopHolds());
  const args = ['send', 'treasury', 'shop', '5', '--home', join(node.home, 'node'), '--node', busy];
  const child = spawn(process.execPath, [binOf('wallet'), ...args], {
    env: environment(node.home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.destroy();
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  assert.equal(posts, 2);
  assert.equal(Number(await shopHolds()), held + 5);
});

test('a result that cannot be written is told without a stack', { skip: process.platform !== 'linux' }, async () => {
  const command = `exec "$0" "$@" > /dev/full`;
  const args = [process.execPath, binOf('wallet'), 'balance', 'shop', '--node', node.url];
  const child = spawn('sh', ['-c', command, ...args], {
    env: environment(node.home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const said = (await buffer(child.stderr)).toString();
  assert.equal(await ended, 1);
  assert.match(said, /^error: The result cannot be written to standard output \(ENOSPC\)\.\n {2}fix: .*\n$/);
});

test('another server than a node is named as such, and one that sends on what is posted, too', async (t) => {
  for (const body of ['{"ok":true}', 'null', '[]', `{"chain":"dev-${'0'.repeat(32)}"}`]) {
    const url = await serve(t, (_request, response) => response.end(body));
    for (const words of [
      ['balance', 'shop'],
      ['send', 'treasury', 'shop', '5'],
    ]) {
      const { code, stderr } = await wallet(...words, '--node', url);
      assert.equal(code, 7, stderr);
      assert.match(stderr, /^error: No node answers at \S+ \(what answers there is no slotledger node\)\.\n/);
    }
  }
  const moved = await serve(t, (request, response) =>
    response.writeHead(301, { location: `${node.url}${request.url}` }).end(),
  );
  const { code, stderr } = await wallet('send', 'treasury', 'shop', '5', '--node', moved);
  assert.equal(code, 8, stderr);
  assert.ok(stderr.includes(`fix: What was posted is sent on to ${node.url}: name that address as the node.`), stderr);
});

test('a memo cannot write over what the wallet says', async () => {
  const memo = 'a\u001b[2K\r\nstatus  final \u202e5\u2028';
  const sent = await wallet('send', 'treasury', 'shop', '1', '--memo', memo, '--output', 'json', '--node', node.url);
  const { id, transaction } = JSON.parse(sent.stdout);
  assert.equal(transaction.memo, memo);
  const status = await wallet('status', id, '--node', node.url);
  assert.match(status.stdout, /^memo +a \[2K {2}status {2}final {2}5 $/m);
  const history = await wallet('history', 'shop', '--node', node.url);
  for (const character of ['\u001b', '\r', '\u202e', '\u2028']) {
    assert.ok(!`${status.stdout}${history.stdout}`.includes(character));
  }
});
