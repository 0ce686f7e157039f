/** What the wallet says of a payment on a real node: why it is not final, what is cut short or damaged. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

test('a payment behind a gap of nonces says which nonce it waits for', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  const { chain } = await createClient({ url: node.url }).status();
  const wallet = (...words: string[]) => run('wallet', user, [...words, '--home', home, '--node', node.url]);
  const { stdout: to } = await wallet('address', 'shop');
  const signing = ['sign', 'treasury', to.trim(), '5', '--chain', chain, '--fee', '1000000', '--lane', '2'];
  const signed = await wallet(...signing, '--nonce', '3');
  assert.equal(signed.code, 0, signed.stderr);
  const words = ['submit', '-', '--timeout', '1', '--home', home, '--node', node.url];
  const handedIn = await run('wallet', user, words, { stdin: signed.stdout });
  assert.equal(handedIn.code, 9, handedIn.stderr);
  const why = 'It has nonce 3 and waits for nonce 0 of lane 2 of this account.';
  assert.ok(handedIn.stderr.startsWith(`error: The node took the transaction, but it was not final after 1 s. ${why}`));
  const id = /wallet status (0x[0-9a-f]{64})/.exec(handedIn.stderr)?.[1] ?? '';
  const status = await wallet('status', id);
  assert.ok(status.stdout.includes(`waiting      ${why}\n`), status.stdout);
  const json = JSON.parse((await wallet('status', id, '--output', 'json')).stdout);
  assert.equal(json.not_final_because, why);
  // To the node it is all that waits, and no fault of the network.
  const sentence = `What waits here waits for earlier nonces of its senders, as ${id} (nonce 3 of lane 2) for nonce 0.`;
  const asked = () => run('server', user, ['status', '--home', home]);
  await until(async () => (await asked()).stdout.includes(`waiting  ${sentence}\n`), 'status names the gap');
  for (const nonce of ['0', '1', '2']) {
    const earlier = await wallet(...signing, '--nonce', nonce);
    assert.equal((await run('wallet', user, words, { stdin: earlier.stdout })).code, 0);
  }
  assert.doesNotMatch((await asked()).stdout, /^waiting/m);
});

test('ids of the history are taken by status; addresses cut short and damaged keys are named', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  const wallet = (...words: string[]) => run('wallet', user, [...words, '--home', home, '--node', node.url]);
  const sent = await wallet('send', 'treasury', 'shop', '5');
  assert.equal(sent.code, 0, sent.stderr);
  assert.equal((await wallet('send', 'treasury', 'shop', '1', '--memo', `${'🎉'.repeat(31)}ab`)).code, 0);
  assert.equal((await wallet('send', 'treasury', 'shop', '1', '--memo', `${'x'.repeat(31)}y`)).code, 0);
  const memos = (await wallet('history', 'shop')).stdout;
  assert.ok(memos.includes(` ${'🎉'.repeat(31)}… `), memos);
  assert.ok(memos.includes(` ${'x'.repeat(31)}y `), memos);
  const cut = /0x[0-9a-f]{12}…/.exec((await wallet('history', 'shop')).stdout)?.[0] ?? '';
  const refused = await wallet('status', cut);
  assert.match(refused.stderr, /^error: 0x[0-9a-f]{12}… is cut short.*\n {2}fix: `wallet history WHO --full`/);
  const id = /0x[0-9a-f]{64}/.exec((await wallet('history', 'shop', '--full')).stdout)?.[0] ?? '';
  assert.match((await wallet('status', id)).stdout, /^status +final\n/);
  const address = (await wallet('address', 'shop')).stdout.trim();
  const short = await wallet('balance', address.slice(0, -3));
  assert.match(short.stderr, /^error: \S+ is not an address: The address is cut short: one of this chain has 62 /);
  const shown = await wallet('balance', `${address.slice(0, 8)}…${address.slice(-6)}`);
  assert.match(shown.stderr, /^error: \S+ is an address that is cut short\.\n/);
  writeFileSync(join(home, 'keys/accounts/broken.json'), 'x');
  const balances = await wallet('balance');
  assert.equal(balances.code, 0, balances.stderr);
  assert.match(balances.stderr, /^The key file \S+broken\.json cannot be read: /);
  const nothing = await wallet('send', 'treasury', 'shop', '0');
  assert.match(nothing.stderr, /^error: An amount of 0 pays nothing\.\n/);
});

test('an owner who means other keys is told that they need another owner, not to stake on the old ones', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  const other = join(user, 'other');
  const made = await run('server', user, ['keygen', '--home', other]);
  assert.equal(made.code, 0, made.stderr);
  const wallet = (...words: string[]) => run('wallet', user, [...words, '--home', home, '--node', node.url]);
  const [member] = (await createClient({ url: node.url }).epoch('current')).validators;
  const refused = await wallet('stake', 'treasury', '5', '--validator-home', other);
  assert.equal(refused.code, 2, refused.stderr);
  assert.ok(
    refused.stderr.startsWith(`error: treasury owns validator ${member!.key} already, and an account owns one`),
  );
  assert.match(refused.stderr, /other keys are staked from an account that owns no validator\./);
  assert.equal((await wallet('send', 'treasury', 'shop', '6')).code, 0);
  const staked = await wallet('stake', 'shop', '5', '--validator-home', other);
  assert.equal(staked.code, 0, staked.stderr);
  assert.match(staked.stdout, /^Bonded 5 SLOT of shop; it counts from the second epoch change on\.\n/);
  const missing = await wallet('status', `0x${'0'.repeat(64)}`);
  assert.equal(
    missing.stderr.split('\n')[1],
    '  fix: Check the id, or submit the signed transaction again: that is safe.',
  );
});

test('the wallet of a home asks the node that runs on it, on whatever port, unless it is told of another', async (t) => {
  const user = temporaryHome(t);
  const [home, elsewhere] = [join(user, 'node'), join(user, 'elsewhere')];
  const node = await startNode(t, user, { args: ['--home', home] });
  await until(() => node.output().includes('the node runs'), 'it runs');
  const other = await startNode(t, user, { args: ['--home', elsewhere] });
  const wallet = (env: Record<string, string> = {}) =>
    run('wallet', user, ['send', 'treasury', 'shop', '5', '--home', home], { env });
  const sent = await wallet();
  assert.equal(sent.code, 0, sent.stderr);
  const told = await wallet({ SLOTLEDGER_NODE: other.url });
  assert.notEqual(told.code, 0, 'the treasury of the other chain has another key');
});
