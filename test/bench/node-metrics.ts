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

/** Observations of a histogram, over all nodes, by the upper end of their bucket in seconds; each counts in every larger one. */
type Buckets = ReadonlyMap<number, number>;

function bucketsOf(texts: readonly string[], name: string): Buckets {
  const lines = new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm');
  const counts = new Map<number, number>();
  for (const [, end, count] of texts.flatMap((text) => [...text.matchAll(lines)])) {
    const seconds = end === '+Inf' ? Number.POSITIVE_INFINITY : Number(end);
    counts.set(seconds, (counts.get(seconds) ?? 0) + Number(count));
  }
  if (counts.size === 0) throw new Error(`the nodes have no metric ${name}`);
  return counts;
}

/** The upper end of the bucket up to which a share of all observations since `before` lies, in ms; undefined: there was none. */
function atMostMs(before: Buckets, after: Buckets, share: number): number | undefined {
  const since = (end: number): number => after.get(end)! - (before.get(end) ?? 0);
  const all = since(Number.POSITIVE_INFINITY);
  const reached = [...after.keys()].find((end) => all > 0 && since(end) >= share * all);
  return reached && 1000 * reached;
}

/** What nodes have waited for since their start. */
export interface Waits {
  readonly proposals: Buckets;
  readonly ledgerWrites: Buckets;
}

export async function readWaits(nodes: readonly NodeProcess[]): Promise<Waits> {
  const texts = await Promise.all(nodes.map(metricsOf));
  return {
    proposals: bucketsOf(texts, 'slotledger_consensus_proposal_arrival_seconds'),
    ledgerWrites: bucketsOf(texts, 'slotledger_storage_ledger_write_seconds'),
  };
}

/** The 99th percentiles of what came between. */
export const waitsBetween = (before: Waits, after: Waits) => ({
  proposalMs: atMostMs(before.proposals, after.proposals, 0.99),
  ledgerWriteMs: atMostMs(before.ledgerWrites, after.ledgerWrites, 0.99),
});

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
