/** `server apikey`: the key is printed once, and a running node takes changes over. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

test('keys are made, listed without themselves, and removed', async (t) => {
  const home = temporaryHome(t);
  const added = await run('server', home, ['apikey', 'add', 'shop', '--role', 'submit', '--rate', '50']);
  assert.equal(added.code, 0, added.stderr);
  const key = added.stdout.trim();
  const listed = await run('server', home, ['apikey', 'list', '--output', 'json']);
  const { keys } = JSON.parse(listed.stdout) as { keys: { name: string; role: string; requests_per_10s: number }[] };
  assert.deepEqual(
    keys.map(({ name, role, requests_per_10s }) => [name, role, requests_per_10s]),
    [['shop', 'submit', 50]],
  );
  assert.ok(!listed.stdout.includes(key) && !listed.stdout.includes('sha256'));
  assert.equal((await run('server', home, ['apikey', 'add', 'shop', '--role', 'read'])).code, 1);
  assert.equal((await run('server', home, ['apikey', 'add', 'x', '--role', 'root'])).code, 2);
  assert.equal((await run('server', home, ['apikey', 'remove', 'shop'])).code, 0);
  assert.equal((await run('server', home, ['apikey', 'remove', 'shop'])).code, 1);
});

test('processes that add keys at once lose none', async (t) => {
  const home = temporaryHome(t);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const added = await Promise.all(names.map((name) => run('server', home, ['apikey', 'add', name, '--role', 'read'])));
  for (const { code, stderr } of added) assert.equal(code, 0, stderr);
  const listed = await run('server', home, ['apikey', 'list', '--output', 'json']);
  const { keys } = JSON.parse(listed.stdout) as { keys: { name: string }[] };
  assert.deepEqual(keys.map(({ name }) => name).sort(), names);
});

test('where nobody is let in without a key, programs take it from the file that the environment names', async (t) => {
  const home = temporaryHome(t);
  const nodeHome = join(home, '.slotledger');
  const file = join(home, 'key');
  const added = await run('server', home, ['apikey', 'add', 'me', '--role', 'read', '--home', nodeHome]);
  writeFileSync(file, added.stdout);
  const node = await startNode(t, home, {
    args: ['--http-anonymous', 'none', '--home', nodeHome],
    apiKey: readFileSync(file, 'utf8').trim(),
  });
  const args = ['status', '--node', node.url];
  const refused = await run('server', home, args);
  assert.equal(refused.code, 8, refused.stderr);
  assert.match(refused.stderr, /needs an API key with the role read/);
  const env = { SLOTLEDGER_API_KEY_FILE: file };
  assert.equal((await run('server', home, args, { env })).code, 0);
  await run('server', home, ['apikey', 'remove', 'me', '--home', nodeHome]);
  await until(async () => (await run('server', home, args, { env })).code !== 0, 'the removed key opens nothing');
});
