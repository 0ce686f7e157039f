/** The two example programs, as a user starts them: the chain of one node becomes the chain of two. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EpochAnswer } from '../../client/api-types.js';
import { type Client, createClient } from '../../client/http/client.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { within } from './node-process.js';
import { temporaryPlace } from './process-network.js';

function startExample(t: TestContext, name: string, settings: Record<string, string>): () => string {
  const program = fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...settings } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise((resolve) => child.on('close', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    assert.equal(await ended, 0, output);
  });
  return () => output;
}

/** What the ledger says of the chain's only stake transaction: whose it is, and which epochs began after it, in order. */
async function stakeIn(client: Client) {
  const { final } = await client.status();
  let staked: { readonly key: string; readonly epoch: number } | undefined;
  const later: number[] = [];
  for (let index = 1; index <= final.index; index += 1) {
    const { block } = await client.block(index);
    for (const one of block.transactions) {
      if (one.type === 'stake' && one.validator) staked ??= { key: one.validator.key, epoch: block.epoch };
    }
    if (staked && block.next_epoch) later.push(block.next_epoch.number);
  }
  return { staked, later };
}

test('a node that registers a stake joins, is paid, bonds, and leads beside the first from the second epoch on', async (t) => {
  const place = temporaryPlace();
  const [http1, p2p1, http2, p2p2] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const first = createClient({ url: `http://127.0.0.1:${http1}` });
  const outputs = [
    startExample(t, 'bootstrap_node', {
      NODE_HOME: join(place, 'bootstrap'),
      HTTP_PORT: `${http1}`,
      P2P_PORT: `${p2p1}`,
      SLOT_MS: '250',
    }),
  ];
  await within(hangGuardMs, 'the first node answers', () => first.status().then(Boolean, () => false));
  outputs.push(
    startExample(t, 'joining_node', {
      NODE_HOME: join(place, 'joining'),
      HTTP_PORT: `${http2}`,
      P2P_PORT: `${p2p2}`,
      FIRST_HTTP: first.url,
      FIRST_PEER: `127.0.0.1:${p2p1}`,
    }),
  );
  await within(hangGuardMs, 'the second node has joined', () => outputs[1]!().includes('joined '));
  const bothLead = () => outputs.every((output) => output().includes('this node leads'));
  await within(hangGuardMs, 'both nodes lead', bothLead);
  await within(hangGuardMs, 'two epochs have begun since', async () => (await stakeIn(first)).later.length >= 2);
  // By the ledger, whatever time it took: bonded in one epoch, not in the set of the next, and in that of the one after.
  const { staked, later } = await stakeIn(first);
  const [next, after] = await Promise.all([first.epoch(later[0]!), first.epoch(later[1]!)]);
  const stakeOf = ({ validators }: EpochAnswer) => validators.find(({ key }) => key === staked!.key)?.stake;
  t.diagnostic(`bonded in epoch ${staked!.epoch}, in the set of epoch ${after.number}`);
  assert.deepEqual([stakeOf(next), stakeOf(after)], [undefined, 1000]);
  // An epoch moves no more stake than the chain had, so the last 500 count an epoch later.
  const second = createClient({ url: `http://127.0.0.1:${http2}` });
  await within(hangGuardMs, 'the whole stake counts', async () => {
    const { validators } = await second.epoch('current');
    return validators.some(({ stake }) => stake === 1000) && validators.some(({ stake }) => stake === 1500);
  });
});

test('an example that cannot start says in one line what is missing', async (t) => {
  const place = temporaryPlace();
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const port = `${(taken.address() as AddressInfo).port}`;
  const [http, p2p, nobody] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = { HTTP_PORT: `${http}`, P2P_PORT: `${p2p}`, FIRST_PEER: `127.0.0.1:${nobody}` };
  for (const [name, settings, said] of [
    [
      'bootstrap_node',
      { ...ports, HTTP_PORT: port },
      `Another program listens on 127.0.0.1:${port} already. HTTP_PORT `,
    ],
    ['joining_node', ports, 'No bootstrap peer gave the genesis of the chain (127.0.0.1:'],
  ] as const) {
    const program = fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url));
    const env = { ...process.env, ...settings, NODE_HOME: join(place, name) };
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const [stderr, [code]] = await Promise.all([buffer(child.stderr!), once(child, 'exit')]);
    assert.equal(code, 1);
    assert.ok(stderr.toString().startsWith(said), stderr.toString());
    assert.equal(stderr.toString().split('\n').length, 2, stderr.toString());
  }
});
