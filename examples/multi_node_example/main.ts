/**
 * Four validators, each a process of its own, on this machine: people pay each other through all of them, one is killed
 * and comes back, and in the end all four have the same state. Takes about half a minute and leaves nothing behind.
 *
 *   npm run demo
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type DemoNode, hangGuardMs, makeNetwork } from './network.js';
import { type Payments, startPayments } from './payments.js';
import { heading, medianOf, type SlotSummary, slotLine } from './picture.js';

const slotMs = 1000;
const directory = mkdtempSync(join(tmpdir(), 'slotledger-demo-'));
let nodes: readonly DemoNode[] = [];

/** Prints what happens in each of the next slots. */
async function watch(slots: number, payments: Payments): Promise<void> {
  for (let i = 0; i < slots; i += 1) {
    const before = payments.final.length;
    const up = nodes.find((node) => node.isUp())!;
    const { slot, leader, slot_ends_at, time } = await up.client.status();
    await pause(Math.min(slotMs, slot_ends_at - time));
    const done = payments.final.slice(before);
    const summary: SlotSummary = {
      slot,
      leader: await nameOf(leader, up),
      payments: done.length,
      tookMs: done.map(({ tookMs }) => tookMs),
      heights: await Promise.all(nodes.map(heightOf)),
    };
    console.log(slotLine(summary));
  }
}

async function nameOf(validator: string, { client }: DemoNode): Promise<string> {
  const { validators } = await client.epoch('current');
  return validators.find(({ key }) => key === validator)?.name ?? '?';
}

async function heightOf(node: DemoNode): Promise<number | undefined> {
  if (!node.isUp()) return undefined;
  return (await node.client.status()).stored_index;
}

/** The state root of the highest block that all nodes have. */
async function commonState(): Promise<{ readonly index: number; readonly roots: readonly string[] }> {
  const heights = await Promise.all(nodes.map(async (node) => (await heightOf(node)) ?? 0));
  const index = Math.min(...heights);
  const blocks = await Promise.all(nodes.map((node) => node.client.block(index)));
  return { index, roots: blocks.map(({ block }) => block.state_root) };
}

async function caughtUp(node: DemoNode, others: readonly DemoNode[]): Promise<void> {
  const deadline = Date.now() + hangGuardMs;
  const target = Math.max(...(await Promise.all(others.map(async (other) => (await heightOf(other)) ?? 0))));
  while (((await heightOf(node)) ?? 0) < target) {
    if (Date.now() > deadline) throw new Error(`${node.name} does not catch up`);
    await pause(20);
  }
}

async function demo(): Promise<void> {
  console.log('Four validators with equal stake start, each a process of its own …');
  nodes = await makeNetwork(directory);
  await Promise.all(nodes.map((node) => node.start()));
  const payments = await startPayments(nodes);
  console.log(heading(nodes.map(({ name }) => name)));
  await watch(6, payments);

  const victim = nodes[2]!;
  const others = nodes.filter((node) => node !== victim);
  await victim.kill();
  console.log(`\n${victim.name} is killed (kill -9); the other three have more than two thirds of the stake:`);
  await watch(6, payments);

  const started = performance.now();
  await victim.start();
  await caughtUp(victim, others);
  const backMs = Math.round(performance.now() - started);
  console.log(`\n${victim.name} is started again: ${backMs} ms later it has all that it missed:`);
  await watch(6, payments);

  await payments.stop();
  const { index, roots } = await commonState();
  const equal = new Set(roots).size === 1;
  console.log(`\nState root after block ${index}:`);
  for (const [i, node] of nodes.entries()) console.log(`  ${node.name.padEnd(6)} ${roots[i]}`);
  const took = payments.final.map(({ tookMs }) => tookMs);
  const through = nodes.map(
    ({ name }) => `${payments.final.filter(({ node }) => node === name).length} through ${name}`,
  );
  console.log(
    `${took.length} payments became final (${through.join(', ')}), half of them within ${medianOf(took).toFixed(0)} ms.`,
  );
  if (!equal) throw new Error('the state roots differ');
  if (took.length < 20) throw new Error(`only ${took.length} payments became final`);
  console.log('All four agree.');
}

process.once('SIGINT', () => {
  // The nodes heard it too.
  rmSync(directory, { recursive: true, force: true });
  process.exit(130);
});
try {
  await demo();
} catch (error) {
  console.error(`The demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await Promise.all(nodes.map((node) => node.stop()));
  rmSync(directory, { recursive: true, force: true });
}
