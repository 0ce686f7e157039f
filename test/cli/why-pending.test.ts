/** "Why is it not final?", asked at the command line of a real node. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

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
});
