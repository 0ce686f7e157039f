/** Slow links, and links that are cut, cost time and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hangGuardMs } from '../hang-guard.js';
import { startMesh } from './links.js';
import { sized } from './long-form.js';

const equal = [1000, 1000, 1000, 1000];
const slotDurationMs = 1000;

test('delays and jitter up to half a slot slow finality down, and no more', async (t) => {
  const mesh = await startMesh(t, equal, slotDurationMs);
  const report: string[] = [];
  for (const oneWayMs of [0, 50, 100, 250]) {
    mesh.setDelay({ delayMs: oneWayMs, jitterMs: oneWayMs });
    const tookMs: number[] = [];
    for (let i = 0; i < sized(2, 12); i += 1) {
      const started = performance.now();
      const id = await mesh.submit(i % 4);
      const { status } = await mesh.nodes[i % 4]!.client.waitUntilFinal(id, { timeoutMs: hangGuardMs });
      assert.equal(status, 'final');
      tookMs.push(performance.now() - started);
    }
    report.push(`${oneWayMs}–${2 * oneWayMs} ms one way: ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  }
  t.diagnostic(report.join('; '));
});

test('halves that cannot reach each other make nothing final, and heal by themselves', async (t) => {
  const mesh = await startMesh(t, equal, slotDurationMs);
  const first = await mesh.submit(0);
  await Promise.all(mesh.nodes.map(({ client }) => client.waitUntilFinal(first, { timeoutMs: hangGuardMs })));
  mesh.split(new Set([0, 1]));
  // What was under way may still arrive; after a slot nothing is.
  await pause(slotDurationMs);
  const heights = () => Promise.all(mesh.nodes.map(async ({ client }) => (await client.status()).final.index));
  const before = await heights();
  const waiting = [await mesh.submit(0), await mesh.submit(2)];
  await pause(sized(5_000, 60_000));
  assert.deepEqual(await heights(), before);
  const because = (await mesh.nodes[0]!.client.status()).not_final_because;
  t.diagnostic(`node 1 says: ${because}`);
  mesh.mend();
  const started = performance.now();
  await Promise.all(mesh.nodes.flatMap(({ client }) => waiting.map((id) => finalAt(() => client.transaction(id)))));
  t.diagnostic(
    `both payments were final on all four ${(performance.now() - started).toFixed(0)} ms after the links were mended`,
  );
  const blocks = await Promise.all(mesh.nodes.map(({ client }) => client.block(before[0]! + 1)));
  assert.equal(new Set(blocks.map(({ block }) => block.hash)).size, 1);
});

/** A node that the payment has not reached yet does not know it: it is asked again. */
async function finalAt(ask: () => Promise<{ readonly status: string }>): Promise<void> {
  const deadline = Date.now() + hangGuardMs;
  for (;;) {
    const status = await ask().then(
      (answer) => answer.status,
      () => 'unknown',
    );
    if (status === 'final') return;
    if (Date.now() > deadline)
      throw new Error(`a payment is ${status} ${hangGuardMs / 1000} s after the links were mended`);
    await pause(20);
  }
}
