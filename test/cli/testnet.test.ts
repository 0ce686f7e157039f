/** `server testnet`: homes that a node can start from as they are. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { freePortRun } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { binOf, environment, run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

test('testnet makes homes of one chain, each with its ports, the others and the keys that pay', async (t) => {
  const user = temporaryHome(t);
  const args = ['testnet', '--validators', '3', '--output', 'net', '--base-port', '20100', '--slot-duration', '0.5'];
  args.push('--slots-per-epoch', '600');
  const made = await run('server', user, args);
  assert.equal(made.code, 0, made.stderr);
  const homes = ['node1', 'node2', 'node3'].map((name) => join(user, 'net', name));
  for (const home of homes) assert.ok(made.stdout.includes(` start --home ${home}\n`), made.stdout);
  const genesis = homes.map((home) => readFileSync(join(home, 'genesis.json'), 'utf8'));
  assert.ok(genesis.every((text) => text === genesis[0]));

  const { validators, accounts, parameters } = JSON.parse(genesis[0]!);
  assert.equal(parameters.slot_duration_ms, 500);
  assert.equal(parameters.slots_per_epoch, 600);
  const names = accounts.map(({ name, balance }: { name: string; balance: number }) => [name, balance > 0]);
  assert.deepEqual(names.slice(0, 2), [
    ['treasury', true],
    ['shop', true],
  ]);
  for (const [i, home] of homes.entries()) {
    const shown = await run('server', user, ['config', 'show', '--home', home, '--output', 'json']);
    const config = JSON.parse(shown.stdout);
    assert.equal(config.p2p_port.value, 20_100 + i);
    assert.equal(config.http_port.value, 19_180 + i);
    assert.equal(config.p2p_host.value, '127.0.0.1');
    const others = [1, 2].map((step) => `127.0.0.1:${20_100 + ((i + step) % 3)}`);
    assert.deepEqual(config.bootstrap.value, others);
    const init = await run('server', user, [
      'init',
      '--home',
      home,
      '--genesis',
      'net/node1/genesis.json',
      '--output',
      'json',
    ]);
    const { validator_key } = JSON.parse(init.stdout);
    assert.equal(validators[i].key, validator_key, `node${i + 1} holds the key of its validator`);
    const wallet = await run('wallet', user, ['list', '--home', home, '--output', 'json']);
    for (const name of ['treasury', 'shop', `owner${i + 1}`])
      assert.ok(wallet.stdout.includes(`"${name}"`), wallet.stdout);
  }
});

test('testnet refuses a directory with anything in it, and numbers that make no sense', async (t) => {
  const user = temporaryHome(t);
  mkdirSync(join(user, 'net'));
  writeFileSync(join(user, 'net', 'precious'), 'x');
  const full = await run('server', user, ['testnet', '--validators', '2', '--output', 'net']);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /^error: .*\/net is not empty\.\n {2}fix: /);
  // Where no file may have a byte it is cut off at the first key.
  const halfArgs = ['testnet', '--validators', '2', '--output', 'half'];
  const cutOff = spawnSync(
    'sh',
    ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, binOf('server'), ...halfArgs],
    {
      cwd: user,
      env: environment(user),
      timeout: hangGuardMs,
    },
  );
  assert.equal(cutOff.status, 1);
  const half = await run('server', user, halfArgs);
  assert.equal(half.code, 1);
  assert.match(half.stderr, /^error: .*\/half holds homes that were cut off .*\n {2}fix: Delete it and run this again/);
  for (const wrong of [
    ['--validators', '0'],
    ['--validators', '2', '--base-port', '80'],
    ['--validators', 'two'],
    ['--validators', '2', '--slots-per-epoch', '1'],
  ]) {
    const outcome = await run('server', user, ['testnet', ...wrong, '--output', 'other']);
    assert.equal(outcome.code, 2, outcome.stderr);
  }
});

test('the nodes of a testnet make a payment final together, and the ledger of each verifies', async (t) => {
  const user = temporaryHome(t);
  const basePort = await freePortRun(3);
  const args = ['testnet', '--validators', '3', '--output', 'net', '--base-port', `${basePort}`];
  args.push('--slot-duration', '0.5');
  assert.equal((await run('server', user, args)).code, 0);
  const homes = ['node1', 'node2', 'node3'].map((name) => join(user, 'net', name));
  const nodes = [];
  for (const [i, home] of homes.entries()) {
    nodes.push(await startNode(t, user, { args: ['--home', home], p2pPort: basePort + i }));
  }
  const paid = await run('wallet', user, [
    'send',
    'treasury',
    'shop',
    '5',
    '-y',
    '--home',
    homes[0]!,
    '--node',
    nodes[0]!.url,
  ]);
  assert.equal(paid.code, 0, paid.stderr);
  for (const { url } of nodes) {
    const client = createClient({ url });
    await until(async () => (await client.status()).final.index > 0, `${url} knows the payment final`);
  }
  const backup = join(user, 'copy.db');
  assert.equal((await run('server', user, ['backup', backup, '--home', homes[1]!])).code, 0);
  for (const node of nodes) {
    node.process.kill('SIGTERM');
    assert.equal(await node.ended(), 0, node.output());
  }
  for (const verified of [
    ['--home', homes[0]!],
    ['--home', homes[1]!],
    ['--home', homes[2]!],
    [backup, '--home', homes[0]!],
  ]) {
    const outcome = await run('server', user, ['verify', ...verified, '--output', 'json']);
    assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
    assert.ok(JSON.parse(outcome.stdout).transactions > 0);
  }
});
