/** `server status`, `health` and `peers`, and the wallet, find the node of a home, whatever port it was started on, and no other. */
import assert from 'node:assert/strict';
import { unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../free-ports.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

test('the node of a home is found on another port; a node that the environment names counts unless a home is named', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  for (const command of ['status', 'health', 'peers']) {
    const outcome = await run('server', user, [command, '--home', home]);
    assert.equal(outcome.code, 0, outcome.stderr);
  }
  const env = { SLOTLEDGER_NODE: node.url };
  const told = await run('server', user, ['status'], { env });
  assert.ok(told.stdout.includes(` at ${node.url}, `), told.stdout);
  const elsewhere = await run('server', user, ['status', '--home', join(user, 'other')], { env });
  assert.notEqual(elsewhere.stdout.includes(node.url), true);
  node.process.kill('SIGTERM');
  await node.ended();
  const stopped = await run('server', user, ['status', '--home', home]);
  assert.equal(stopped.stdout.includes(node.url), false);
});

test('a home on which no node runs is not answered for by the node that has its port', async (t) => {
  const user = temporaryHome(t);
  const node = await startNode(t, user, { args: ['--home', join(user, 'node')] });
  const { port } = new URL(node.url);
  const other = join(user, 'other');
  assert.equal((await run('server', user, ['keygen', '--home', other])).code, 0);
  writeFileSync(join(other, 'config.toml'), `http_port = ${port}\n`);
  for (const [command, code] of [
    ['status', 7],
    ['peers', 7],
    ['health', 1],
  ] as const) {
    const { code: given, stdout, stderr } = await run('server', user, [command, '--home', other]);
    assert.equal(given, code, stderr);
    const said = `No node answers at ${node.url} (what answers there is another node than that of ${other}).`;
    assert.ok(`${stdout}${stderr}`.includes(said), `${stdout}${stderr}`);
  }
  // The same home seen from where its process is not: its port is asked, and the node is the home's.
  unlinkSync(join(user, 'node', 'lock.pid'));
  writeFileSync(join(user, 'node', 'config.toml'), `http_port = ${port}\n`);
  const seen = await run('server', user, ['status', '--home', join(user, 'node')]);
  assert.equal(seen.code, 0, seen.stderr);
  assert.ok(seen.stdout.includes(` at ${node.url}, `), seen.stdout);
});

test('a wallet whose home belongs to one chain asks no node of another unless it is told to', async (t) => {
  const user = temporaryHome(t);
  const node = await startNode(t, user, { args: ['--home', join(user, 'node')] });
  const other = join(user, 'other');
  assert.equal((await run('server', user, ['init', '--home', other])).code, 0);
  // What a killed node left, whose process id and port others have by now.
  writeFileSync(join(other, 'lock.pid'), `${process.pid}\n${node.url}\n`);
  for (const words of [
    ['balance', 'treasury'],
    ['send', 'treasury', 'shop', '1'],
  ]) {
    const { code, stderr } = await run('wallet', user, [...words, '--home', other]);
    assert.equal(code, 7, stderr);
    assert.match(stderr, /\(what answers there is a node of the chain dev-\w+, and .*other belongs to dev-\w+\)\.\n/);
  }
  const address = (await run('wallet', user, ['address', 'treasury', '--home', other])).stdout.trim();
  const told = await run('wallet', user, ['balance', address, '--home', other, '--node', node.url]);
  assert.equal(told.code, 0, told.stderr);
});

test('where nobody answers for a home, the home is named and how to start a node on it', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'my node');
  assert.equal((await run('server', user, ['init', '--home', home])).code, 0);
  const port = await freePort();
  writeFileSync(join(home, 'config.toml'), `http_port = ${port}\n`);
  const none = `No node is seen to run on ${home}, and none answers at http://127.0.0.1:${port} (connection refused).`;
  const start = `Start it with \`server start --home '${home}'\`, or name another with --node URL.`;
  for (const command of ['status', 'peers']) {
    const { code, stderr } = await run('server', user, [command, '--home', home]);
    assert.deepEqual([code, stderr], [7, `error: ${none}\n  fix: ${start}\n`]);
  }
  const health = await run('server', user, ['health', '--home', home]);
  assert.deepEqual([health.code, health.stdout], [1, `${none}\n`]);
  const unusual = await run('server', user, ['status', '--p2p-port', `${port}`]);
  assert.match(unusual.stderr, /fix: No chain is there: is the home the right one\? `server start --p2p-port \d+` /);
  const usual = await run('server', user, ['status'], { env: { SLOTLEDGER_HTTP_PORT: `${port}` } });
  assert.match(usual.stderr, /\n {2}fix: Start it with `server start`, or name another with --node URL\.\n$/);
  // A node that is starting, or does not answer HTTP, has written down its process only.
  writeFileSync(join(home, 'lock.pid'), `${process.pid}\n`);
  const silent = await run('server', user, ['status', '--home', home]);
  assert.ok(silent.stderr.includes(`What runs on ${home} (pid ${process.pid}) has not said where it answers HTTP`));
});

test('a wallet that finds nobody at the usual port names its home', async (t) => {
  if (await isTaken(8080)) return t.skip('something listens at the usual port');
  const user = temporaryHome(t);
  const home = join(user, 'node');
  assert.equal((await run('server', user, ['init', '--home', home])).code, 0);
  const key = (await run('wallet', user, ['address', 'treasury', '--home', home])).stdout.trim();
  for (const words of [
    ['balance', key],
    ['history', key],
    ['send', 'treasury', 'shop', '1'],
  ]) {
    const { code, stderr } = await run('wallet', user, [...words, '--home', home]);
    assert.equal(code, 7, stderr);
    assert.ok(
      stderr.startsWith(`error: No node is seen to run on ${home}, and none answers at http://127.0.0.1:8080 (`),
    );
    assert.ok(stderr.includes(`\n  fix: Start it with \`server start --home ${home}\`, `), stderr);
  }
  const named = await run('wallet', user, ['balance', key, '--home', home, '--node', 'http://127.0.0.1:1']);
  assert.match(named.stderr, /^error: No node answers at http:\/\/127\.0\.0\.1:1 \(/);
});

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
