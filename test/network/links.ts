/** A full mesh of validators in which every connection passes through a link that a test can slow, jitter and cut. */
import type { TestContext } from 'node:test';
import { walletOf } from '../../client/wallet.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { freePort } from '../free-ports.js';
import { makeHomes } from './homes.js';
import { createNodeProcess, type NodeProcess } from './node-process.js';
import { dialling, temporaryPlace } from './process-network.js';
import { createTcpProxy, type LinkDelay, type TcpProxy } from './tcp-proxy.js';

export interface Mesh {
  readonly nodes: readonly NodeProcess[];
  setDelay(delay: LinkDelay): void;
  /** Cuts every link between the two halves. */
  split(half: ReadonlySet<number>): void;
  mend(): void;
  /** Hands a payment of one unit in at node `i`. @returns its id */
  submit(i: number): Promise<`0x${string}`>;
}

/** Of two nodes the later dials the earlier, once, and addresses are not told: all bytes pass the links. */
export async function startMesh(t: TestContext, stakes: readonly number[], slotDurationMs: number): Promise<Mesh> {
  const homes = makeHomes(temporaryPlace(), { stakes, slotDurationMs });
  const ports = await Promise.all(stakes.map(freePort));
  const links: { readonly ends: readonly [number, number]; readonly proxy: TcpProxy }[] = [];
  // The jitter need not be the same in every run: what is asserted holds for any.
  const random = Math.random;
  for (const [i] of stakes.entries()) {
    for (let j = 0; j < i; j += 1) links.push({ ends: [i, j], proxy: await createTcpProxy(ports[j]!, random) });
  }
  const nodes: NodeProcess[] = [];
  t.after(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all(links.map(({ proxy }) => proxy.close()));
  });
  for (const [i, home] of homes.homes.entries()) {
    const dialled = links.filter(({ ends }) => ends[0] === i).map(({ proxy }) => proxy.port);
    // Private: a node that lost a link dials that link again, never the address that its peer told.
    const args = ['--private', ...dialling(dialled)];
    nodes.push(await createNodeProcess({ home, p2pPort: ports[i]!, args }));
  }
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes,
    setDelay: (delay) => links.forEach(({ proxy }) => void proxy.setDelay(delay)),
    split(half) {
      for (const { ends, proxy } of links) if (half.has(ends[0]) !== half.has(ends[1])) proxy.cut();
    },
    mend: () => links.forEach(({ proxy }) => void proxy.mend()),
    async submit(i) {
      const wallet = walletOf(nodes[i]!.client, homes.treasury);
      const outputs = [{ to: homes.shop.address, amount: 1 as Amount }];
      const transaction = await wallet.prepare({ type: 'transfer', outputs }, { lane: i });
      return (await nodes[i]!.client.submit(transaction)).id;
    },
  };
}
