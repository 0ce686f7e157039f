/** A node with the ledger as it was halfway that follows the rest from a peer, for a bounded time. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homePaths } from '../../../server/home/home.js';
import { createNodeProcess, type NodeProcess } from '../../network/node-process.js';
import { cpuTimeMs } from '../cpu-time.js';
import { sumOf } from '../node-metrics.js';
import type { LargeHome } from './build-home.js';

export interface Synced {
  /** Verified, executed and on disk. */
  readonly transactions: number;
  readonly ms: number;
  /** CPU time of the new node and of the one that serves it, over the same time. */
  readonly ownCpuMs: number;
  readonly serverCpuMs: number;
  /** How long the new node took to answer questions meanwhile, one at a time, in ms. */
  readonly answerTimes: readonly number[];
  readonly faults: readonly string[];
}

/** @param seconds that it follows for; fewer if the ledger ends before */
export async function measureSync(
  source: NodeProcess,
  large: LargeHome,
  seconds: number,
  profileTo: string | undefined,
): Promise<Synced> {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
  const home = join(directory, 'home');
  mkdirSync(home, { mode: 0o700 });
  copyFileSync(homePaths(source.home).genesis, homePaths(home).genesis);
  if (existsSync(large.behind)) copyFileSync(large.behind, homePaths(home).ledger);
  const node = await createNodeProcess({
    home,
    args: ['--log-level', 'warn', '--bootstrap', `127.0.0.1:${source.p2pPort}`],
    nodeArgs: profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`],
  });
  const stored = async (): Promise<number> => (await node.client.status()).stored_index;
  const counted = async (): Promise<number> => {
    const text = await (await fetch(`${node.client.url}/metrics`)).text();
    return sumOf(text, 'slotledger_chain_final_transactions_total');
  };
  try {
    await node.start();
    const pids = [await node.client.status(), await source.client.status()].map(({ pid }) => pid) as [number, number];
    const target = (await source.client.status()).final.index;
    const cpuBefore = pids.map(cpuTimeMs) as [number, number];
    const before = await counted();
    const start = performance.now();
    const answerTimes: number[] = [];
    for (let at = 0; performance.now() - start < seconds * 1000 && at < target; ) {
      const askedAt = performance.now();
      at = await stored();
      answerTimes.push(performance.now() - askedAt);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const transactions = (await counted()) - before;
    const ms = performance.now() - start;
    const cpuAfter = pids.map(cpuTimeMs) as [number, number];
    const at = await stored();
    const [own, other] = await Promise.all([node.client.block(at), source.client.block(at)]);
    const faults = own.block.hash === other.block.hash ? [] : [`the new node has another block ${at}`];
    return {
      transactions,
      ms,
      ownCpuMs: cpuAfter[0] - cpuBefore[0],
      serverCpuMs: cpuAfter[1] - cpuBefore[1],
      answerTimes,
      faults: transactions > 0 ? faults : [...faults, 'the new node verified nothing'],
    };
  } finally {
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
