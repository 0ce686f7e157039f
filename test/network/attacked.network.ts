/** Four validators, one of which is attacked over both of its ports, while the others go on paying. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { percentile } from '../bench/figures.js';
import type { NodeProcess } from './node-process.js';
import { startNetwork } from './process-network.js';

const slotMs = 500;
const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Strangers that send what is refused and come back at once, and clients that post what is refused. */
function attack(
  t: TestContext,
  { p2pPort, client }: NodeProcess,
): { readonly tries: () => number; readonly end: () => void } {
  const lines = [
    '{"type":"get_blocks","from_index":0,"count":1000}\n',
    'null\n',
    `${'x'.repeat(5_000)}\n`,
    '{"type":"hello"}\n',
  ];
  let running = true;
  let tries = 0;
  const stranger = (i: number): void => {
    if (!running) return;
    tries += 1;
    const socket = connect(p2pPort, '127.0.0.1', () => socket.write(lines[i % lines.length]!.repeat(10)));
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.setTimeout(500, () => socket.destroy());
    socket.once('close', () => setTimeout(() => stranger(i + 1), 20));
  };
  const poster = async (): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ type: 'transfer', nonce: i })));
    while (running) {
      tries += 1;
      const sent = fetch(`${client.url}/v1/transactions`, { method: 'POST', headers, body });
      await sent.then((answer) => answer.arrayBuffer()).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  for (let i = 0; i < 24; i += 1) stranger(i);
  for (let i = 0; i < 4; i += 1) void poster();
  const end = (): void => {
    running = false;
  };
  t.after(end);
  return { tries: () => tries, end };
}

test('an attack on one node does not slow finality on the others', async (t) => {
  const network = await startNetwork(t, { stakes: [1000, 1000, 1000, 1000], slotDurationMs: slotMs });
  const pay = async (times: number): Promise<readonly number[]> => {
    const tookMs: number[] = [];
    for (let i = 0; i < times; i += 1) tookMs.push(await network.pay(i % 3));
    return tookMs;
  };
  await pay(6);
  const before = await pay(15);
  const attacked = attack(t, network.nodes[3]!);
  const during = await pay(30);
  attacked.end();
  assert.ok(attacked.tries() > 100, `${attacked.tries()} tries`);
  const shown = (ms: readonly number[]): string =>
    `median ${median(ms).toFixed(0)} ms, longest ${Math.max(...ms).toFixed(0)} ms`;
  t.diagnostic(`before: ${shown(before)}; during ${attacked.tries()} tries: ${shown(during)}`);
  assert.ok(median(during) <= median(before) + slotMs, 'half of the payments are final within a slot of the usual');
  assert.ok(Math.max(...during) < 6 * slotMs, 'no payment waits for long');
  await network.agree(1);
  assert.ok(network.nodes.every((node) => node.isRunning()));
});
