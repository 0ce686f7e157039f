/** A whole network of real processes over loopback, stopped after the test. Nodes know each other as `links` says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Wallet, walletOf } from '../../client/wallet.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { type ChainPlan, type Homes, makeHomes } from './homes.js';
import { createNodeProcess, type NodeProcess, within } from './node-process.js';

export interface NetworkPlan extends ChainPlan {
  /** Ports that node `i` dials. Starting value: everybody else's. */
  readonly links?: (i: number, ports: readonly number[]) => readonly number[];
  readonly args?: readonly string[];
  /** Beside `args`, for the node of this home. */
  readonly argsOf?: (home: string) => readonly string[];
}

export interface ProcessNetwork {
  readonly homes: Homes;
  readonly nodes: readonly NodeProcess[];
  /** The treasury's wallet at node `i`. */
  treasuryAt(i: number): Wallet;
  /** Pays the shop one unit at node `i`. @returns ms from handing in to final there */
  pay(i: number, timeoutMs?: number): Promise<number>;
  /** A node with a home of its own that dials the others; not started. */
  another(name: string, bootstrap?: readonly number[], args?: readonly string[]): Promise<NodeProcess>;
  /** Waits until all running nodes have the same final block at least at `index`. @returns it */
  agree(index?: number): Promise<{ readonly index: number; readonly stateRoot: string }>;
}

export const dialling = (ports: readonly number[]): string[] =>
  ports.flatMap((port) => ['--bootstrap', `127.0.0.1:${port}`]);

export function temporaryPlace(): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-network-'));
  // Not after the test: what ends its nodes was registered later, and would come too late.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Makes the chain and starts all its nodes. */
export async function startNetwork(t: TestContext, plan: NetworkPlan): Promise<ProcessNetwork> {
  const directory = temporaryPlace();
  const homes = makeHomes(directory, plan);
  const ports = await Promise.all(homes.homes.map(freePort));
  const all: NodeProcess[] = [];
  t.after(() => Promise.all(all.map((node) => node.stop())));
  const add = async (home: string, dials: readonly number[], args: readonly string[], p2pPort?: number) => {
    const node = await createNodeProcess({
      home,
      args: [...dialling(dials), ...(plan.args ?? []), ...(plan.argsOf?.(home) ?? []), ...args],
      ...(p2pPort === undefined ? {} : { p2pPort }),
    });
    all.push(node);
    return node;
  };
  const everyoneElse = (i: number): readonly number[] => ports.filter((_, j) => j !== i);
  const nodes = await Promise.all(
    homes.homes.map((home, i) => add(home, (plan.links ?? everyoneElse)(i, ports), [], ports[i])),
  );
  await Promise.all(nodes.map((node) => node.start()));

  const treasuryAt = (i: number): Wallet => walletOf(nodes[i]!.client, homes.treasury);
  return {
    homes,
    nodes,
    treasuryAt,
    async pay(i, timeoutMs = hangGuardMs) {
      const outputs = [{ to: homes.shop.address, amount: 1 as Amount }];
      // A lane for each node, so that none waits for another's nonce to arrive.
      const { tookMs } = await treasuryAt(i).send({ type: 'transfer', outputs }, { lane: i, timeoutMs });
      return tookMs;
    },
    another: (name, bootstrap = ports, args = []) => add(homes.emptyHome(name), bootstrap, args),
    async agree(index = 0) {
      const running = all.filter((node) => node.isRunning());
      let found = { index: -1, stateRoot: '' };
      await within(hangGuardMs, `all nodes agree on a block from ${index} on`, async () => {
        const heads = await Promise.all(running.map((node) => node.client.status()));
        const lowest = Math.min(...heads.map((head) => head.stored_index));
        if (lowest < index) return false;
        const blocks = await Promise.all(running.map((node) => node.client.block(lowest)));
        const roots = new Set(blocks.map(({ block }) => block.state_root));
        if (roots.size !== 1) throw new Error(`nodes disagree about block ${lowest}`);
        found = { index: lowest, stateRoot: blocks[0]!.block.state_root };
        return true;
      });
      return found;
    },
  };
}
