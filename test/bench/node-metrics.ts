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

/**
 * The upper end of the bucket of a histogram, summed over the nodes, up to which a share of all observations lies, in ms;
 * undefined: nothing was observed.
 */
function atMostMs(texts: readonly string[], name: string, share: number): number | undefined {
  const lines = new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm');
  const counts = new Map<number, number>();
  for (const [, end, count] of texts.flatMap((text) => [...text.matchAll(lines)])) {
    const seconds = end === '+Inf' ? Number.POSITIVE_INFINITY : Number(end);
    counts.set(seconds, (counts.get(seconds) ?? 0) + Number(count));
  }
  const all = counts.get(Number.POSITIVE_INFINITY);
  if (all === undefined) throw new Error(`the nodes have no metric ${name}`);
  const reached = [...counts].find(([, count]) => all > 0 && count >= share * all);
  return reached && 1000 * reached[0];
}

/** The 99th percentiles of what nodes wait for, since their start. */
export async function readWaits(nodes: readonly NodeProcess[]) {
  const texts = await Promise.all(nodes.map(metricsOf));
  return {
    proposalMs: atMostMs(texts, 'slotledger_consensus_proposal_arrival_seconds', 0.99),
    ledgerWriteMs: atMostMs(texts, 'slotledger_storage_ledger_write_seconds', 0.99),
  };
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
