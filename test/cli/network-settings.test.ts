/** The flags about peers and metrics: each reaches the node, and a wrong one is refused before anything is opened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../free-ports.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

const key = `0x${'ab'.repeat(32)}`;

test('the settings about peers come from flags, and the rest from their starting values', async (t) => {
  const home = temporaryHome(t);
  const flags = ['--p2p-advertise', 'node.example.org:9000', '--no-peer-exchange', '--private', '--max-peers', '7'];
  const more = [
    '--allow',
    key,
    '--deny',
    key,
    '--genesis-hash',
    key,
    '--metrics-port',
    '9100',
    '--http-max-listeners',
    '9',
  ];
  const { stdout, stderr } = await run('server', home, ['config', 'show', '--output', 'json', ...flags, ...more]);
  assert.equal(stderr, '');
  const shown = JSON.parse(stdout) as Record<string, { readonly value: unknown }>;
  const values = Object.fromEntries(Object.entries(shown).map(([name, { value }]) => [name, value]));
  const expected = {
    p2p_advertise: 'node.example.org:9000',
    peer_exchange: false,
    private: true,
    max_peers: 7,
    allow: [key],
    deny: [key],
    genesis_hash: key,
    metrics_port: 9100,
    http_max_listeners: 9,
  };
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(values[name], value, name);
});

const refused: readonly (readonly [flag: string, value: string])[] = [
  ['--p2p-advertise', 'nowhere'],
  ['--max-peers', '0'],
  ['--allow', 'ann'],
  ['--deny', '0x12'],
  ['--genesis-hash', 'dev'],
  ['--metrics-port', '65536'],
  ['--http-max-listeners', '10001'],
];
for (const [flag, value] of refused) {
  test(`${flag} ${value} is wrong usage`, async (t) => {
    const { code, stderr } = await run('server', temporaryHome(t), ['config', 'show', flag, value]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(flag));
  });
}

test('--metrics-port answers metrics and nothing else', async (t) => {
  const metricsPort = await freePort();
  const node = await startNode(t, temporaryHome(t), { args: ['--metrics-port', `${metricsPort}`] });
  const own = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  assert.equal(own.status, 200);
  assert.match(await own.text(), /^slotledger_chain_slot_number \d+$/m);
  assert.equal((await fetch(`http://127.0.0.1:${metricsPort}/v1/status`)).status, 404);
  assert.equal((await fetch(`${node.url}/metrics`)).status, 200);
});

test('--http-max-listeners says how many event streams are open at one time', async (t) => {
  const node = await startNode(t, temporaryHome(t), { args: ['--http-max-listeners', '2'] });
  const abort = new AbortController();
  t.after(() => abort.abort());
  const listen = (): Promise<Response> => fetch(`${node.url}/v1/events`, { signal: abort.signal });
  assert.deepEqual([(await listen()).status, (await listen()).status], [200, 200]);
  const third = await listen();
  assert.deepEqual([third.status, ((await third.json()) as { code: string }).code], [503, 'too_many_listeners']);
});

test('server peers says so when nobody is connected', async (t) => {
  const home = temporaryHome(t);
  const node = await startNode(t, home);
  const text = await run('server', home, ['peers', '--node', node.url]);
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^No peer is connected\./);
  const json = await run('server', home, ['peers', '--node', node.url, '--output', 'json']);
  assert.deepEqual(JSON.parse(json.stdout), { peers: [] });
});
