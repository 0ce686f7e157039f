/** A real node on a ledger with a wrong row: asked over HTTP it never tells the wrong value, says what is wrong, and stops. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { ApiProblem } from '../../client/http/problem.js';
import { Database } from '../../server/storage/sqlite.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

const homeOf = (user: string): string => join(user, 'node');
const ledgerOf = (user: string): string => join(homeOf(user), 'ledger.db');
const startIn = (t: TestContext, user: string) => startNode(t, user, { args: ['--home', homeOf(user)] });

function change(path: string, sql: string): void {
  const database = new Database(path, { timeout: hangGuardMs });
  assert.ok(database.prepare(sql).run().changes > 0, sql);
  database.close();
}

/** A stopped development node with two customers, and one of them. */
async function paidHome(t: TestContext) {
  const user = temporaryHome(t);
  const node = await startIn(t, user);
  const client = createClient({ url: node.url });
  const { address } = (await client.accounts({ limit: 100 })).items.at(-1)!;
  const before = (await client.account(address)).balance;
  return { user, node, client, address, before };
}

/** A problem that says what the node does and what its operator does, and nothing of the inside. */
const isDamageAnswer =
  (user: string) =>
  (told: unknown): boolean => {
    assert.ok(told instanceof ApiProblem, `${told}`);
    assert.equal(told.status, 503);
    assert.equal(told.code, 'ledger_damaged');
    const text = `${told.message} ${told.fix}`;
    assert.match(text, /contradicts itself.*the node stops.*server verify.*server repair/);
    assert.ok(!text.includes(user) && !/ledger\.db|\.js\b/.test(text), text);
    return true;
  };

/** Of an exception that nobody caught. */
const stack = /\n\s+at .+\.js:\d+/;

const wrong = (address: string): string =>
  `UPDATE accounts SET balance = balance + 1000000 WHERE address = '${address}'`;

test('a balance changed while the node was down is never told; the node says why and stops', async (t) => {
  const { user, node, address } = await paidHome(t);
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);
  change(ledgerOf(user), wrong(address));
  const again = await startIn(t, user);
  await assert.rejects(createClient({ url: again.url }).account(address), isDamageAnswer(user));
  assert.notEqual(await again.ended(), 0);
  assert.match(again.output(), new RegExp(`account/${address} of the state does not follow .*server repair`));
  assert.doesNotMatch(again.output(), stack);
  const repaired = await run('server', user, ['repair', '--home', homeOf(user)]);
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.equal((await run('server', user, ['verify', '--home', homeOf(user)])).code, 0);
});

test('a balance changed under a running node is never told; the node says why and stops', async (t) => {
  const { user, node, client, address, before } = await paidHome(t);
  change(ledgerOf(user), wrong(address));
  let told: unknown = before;
  await until(async () => {
    told = await client.account(address).then(
      ({ balance }) => balance,
      (error: unknown) => error,
    );
    return told !== before;
  }, 'the node noticed');
  assert.ok(isDamageAnswer(user)(told));
  assert.notEqual(await node.ended(), 0);
  assert.match(node.output(), new RegExp(`account/${address} of the state does not follow .*server repair`));
  assert.doesNotMatch(node.output(), stack);
});

async function paidTwice(t: TestContext) {
  const paid = await paidHome(t);
  for (let n = 0; n < 2; n += 1) await paid.client.waitUntilFinal((await paid.client.faucet(paid.address)).id);
  return paid;
}

const damagedBlock = "UPDATE blocks SET header = json_set(header, '$.proposer', '0x00') WHERE idx = 1";

test('a stream of events that comes to a damaged block breaks off, and the node says why and stops', async (t) => {
  const { user, node } = await paidTwice(t);
  change(ledgerOf(user), damagedBlock);
  const told = await fetch(`${node.url}/v1/events?since=0`)
    .then((response) => response.text())
    .catch((error: Error) => error.message);
  assert.doesNotMatch(told, /"index":/);
  assert.notEqual(await node.ended(), 0);
  assert.match(node.output(), /block 1 is not the one that was made final.*server repair/);
  assert.doesNotMatch(node.output(), stack);
});

test('a damaged block that a start comes upon ends it with the sentence and exit code 3', async (t) => {
  const { user, node } = await paidTwice(t);
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);
  change(ledgerOf(user), damagedBlock);
  const ports = ['--p2p-port', `${await freePort()}`, '--http-port', `${await freePort()}`];
  const started = await run('server', user, ['start', '--home', homeOf(user), ...ports]);
  assert.equal(started.code, 3, started.stderr);
  assert.match(started.stderr, /block 1 is not the one that was made final[\s\S]*server repair/);
  assert.doesNotMatch(started.stdout + started.stderr, stack);
});

test('a damaged account that a block comes upon ends the node with the sentence', async (t) => {
  const { user, node, address } = await paidHome(t);
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);
  change(ledgerOf(user), wrong(address));
  const again = await startIn(t, user);
  // The payee's entry is read when the payment is executed, on whatever occasion that is.
  await createClient({ url: again.url })
    .faucet(address)
    .catch(() => undefined);
  assert.notEqual(await again.ended(), 0);
  assert.match(again.output(), new RegExp(`account/${address} of the state does not follow .*server repair`));
  assert.doesNotMatch(again.output(), stack);
});

test('a damaged account that a block of a peer comes upon ends the node with the sentence', async (t) => {
  const { user, node, client, address } = await paidTwice(t);
  const peer = join(user, 'peer');
  const { genesis_hash } = await client.status();
  const args = ['--home', peer, '--bootstrap', `127.0.0.1:${node.p2pPort}`, '--genesis-hash', genesis_hash];
  const follower = await startNode(t, user, { args });
  const { index } = (await client.status()).final;
  const follows = createClient({ url: follower.url });
  await until(async () => (await follows.status()).stored_index >= index, 'the follower has all blocks');
  follower.process.kill('SIGTERM');
  assert.equal(await follower.ended(), 0);
  change(join(peer, 'ledger.db'), wrong(address));
  const again = await startNode(t, user, { args });
  await client.waitUntilFinal((await client.faucet(address)).id);
  assert.notEqual(await again.ended(), 0);
  assert.match(again.output(), new RegExp(`account/${address} of the state does not follow .*server repair`));
  assert.doesNotMatch(again.output(), stack);
});
