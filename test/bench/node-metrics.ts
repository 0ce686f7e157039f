/** What a node counts of itself, read from `GET /metrics`. */
import type { NodeProcess } from '../network/node-process.js';

async function metricsOf({ client }: NodeProcess): Promise<string> {
  return (await fetch(`${client.url}/metrics`)).text();
}

/** The sum over all labels of a metric. */
export function sumOf(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  if (lines.length === 0) throw new Error(`the node has no metric ${name}`);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export interface NodeMetrics {
  /** Syncs of ledger.db, mempool.db and the vote state that the nodes have waited for since they started. */
  readonly syncs: number;
  /** The 99th percentile of how late the event loop of the first node was since this was last read, in ms. */
  readonly loopDelayMs: number;
}

export async function readMetrics(nodes: readonly NodeProcess[]): Promise<NodeMetrics> {
  const texts = await Promise.all(nodes.map(metricsOf));
  const syncs = texts.reduce((sum, text) => sum + sumOf(text, 'slotledger_storage_syncs_total'), 0);
  return { syncs, loopDelayMs: 1000 * sumOf(texts[0]!, 'slotledger_nodejs_eventloop_lag_p99_seconds') };
}
