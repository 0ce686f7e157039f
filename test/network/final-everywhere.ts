/** Watches several nodes at once and says when a transaction has become final on the last of them. */
import type { TestContext } from 'node:test';
import { hangGuardMs } from '../hang-guard.js';
import type { NodeProcess } from './node-process.js';

export interface Watch {
  /** Resolves with the time (performance.now) at which the last of the watched nodes told that it is final. */
  everywhere(id: string): Promise<number>;
  /** Final blocks in the order in which each node told them: node, index, slot. */
  readonly blocks: readonly { readonly node: number; readonly index: number; readonly slot: number }[];
}

/** Resolves when every stream is open. The streams end after the test. */
export async function watchFinal(t: TestContext, nodes: readonly NodeProcess[]): Promise<Watch> {
  const seen = new Map<string, { readonly by: Set<number>; at: number; done?: () => void }>();
  const blocks: { node: number; index: number; slot: number }[] = [];
  const abort = new AbortController();
  t.after(() => abort.abort());
  const entry = (id: string) => {
    const known = seen.get(id) ?? { by: new Set<number>(), at: 0 };
    seen.set(id, known);
    return known;
  };
  const follow = async (i: number, from: number): Promise<void> => {
    const events = nodes[i]!.client.events({ types: ['final'], since: `${from}.0`, signal: abort.signal });
    for await (const event of events) {
      if (event.type !== 'final') continue;
      blocks.push({ node: i, index: event.data.index, slot: event.data.slot });
      for (const id of event.data.transactions) {
        const one = entry(id);
        one.by.add(i);
        one.at = performance.now();
        if (one.by.size === nodes.length) one.done?.();
      }
    }
  };
  await Promise.all(
    nodes.map(async (node, i) => {
      const { final } = await node.client.status();
      follow(i, final.index).catch((error: unknown) => t.diagnostic(`stream of node ${i}: ${String(error)}`));
    }),
  );
  return {
    blocks,
    everywhere: (id) =>
      new Promise((resolve, reject) => {
        const one = entry(id);
        if (one.by.size === nodes.length) return resolve(one.at);
        const late = setTimeout(() => reject(new Error(`${id} is not final everywhere`)), hangGuardMs);
        one.done = () => {
          clearTimeout(late);
          resolve(one.at);
        };
      }),
  };
}
