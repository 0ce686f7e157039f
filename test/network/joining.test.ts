/** The two example programs, as a user starts them: the chain of one node becomes the chain of two. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../client/http/client.js';
import { freePort } from '../cli/running-node.js';
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

test('a node that registers a stake joins, is paid, bonds, and leads within three epochs beside the first', async (t) => {
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
  await within(20_000, 'the first node answers', () => first.status().then(Boolean, () => false));
  outputs.push(
    startExample(t, 'joining_node', {
      NODE_HOME: join(place, 'joining'),
      HTTP_PORT: `${http2}`,
      P2P_PORT: `${p2p2}`,
      FIRST_HTTP: first.url,
      FIRST_PEER: `127.0.0.1:${p2p1}`,
    }),
  );
  await within(20_000, 'the second node has joined', () => outputs[1]!().includes('joined '));
  const { epoch: joinedIn } = await first.status();
  const bothLead = () => outputs.every((output) => output().includes('this node leads'));
  await within(30_000, 'both nodes lead', bothLead);
  const { epoch } = await first.status();
  t.diagnostic(`joined in epoch ${joinedIn}, both led in epoch ${epoch}`);
  assert.ok(epoch <= joinedIn + 3, `joined in epoch ${joinedIn}, led in epoch ${epoch}`);
  // An epoch moves no more stake than the chain had, so the last 500 count an epoch later.
  const second = createClient({ url: `http://127.0.0.1:${http2}` });
  await within(20_000, 'the whole stake counts', async () => {
    const { validators } = await second.epoch('current');
    return validators.some(({ stake }) => stake === 1000) && validators.some(({ stake }) => stake === 1500);
  });
});
