/** What Prometheus may read. Names: slotledger_<subsystem>_<name>_<unit>; no label ever holds an account. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PeerNetworkStats } from '../p2p/peer-network.js';
import type { NodeApi, NodeEvents, OnTimed, SubmitOutcome, SyncCounts, Timed } from './node-api.js';

/** Transactions whose finality is being timed at once; further ones are not timed. */
const maxTimed = 50_000;

export interface HttpMetrics {
  /** @param route the template, never the path */
  readonly requested: (method: string, route: string, status: number, seconds: number) => void;
  readonly submitted: (outcomes: readonly SubmitOutcome[]) => void;
  readonly listeners: (open: number) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
  readonly close: () => void;
}

/** @param monotonic milliseconds that only go forward */
export function createHttpMetrics(node: NodeApi, version: string, monotonic: () => number): HttpMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: 'slotledger_' });
  nodeGauges(node, register);
  const registers = [register];
  if (node.syncs !== undefined) syncMetrics(node.syncs, registers);
  if (node.networkStats !== undefined) networkMetrics(node.networkStats, registers);
  const endTimings = node.onTimed && timingMetrics(node.onTimed, registers);
  new Gauge({ name: 'slotledger_node_info', help: 'Version', labelNames: ['version'], registers }).set({ version }, 1);
  const requests = new Histogram({
    name: 'slotledger_http_request_duration_seconds',
    help: 'Time to answer, by route template',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const finality = new Histogram({
    name: 'slotledger_transaction_finality_seconds',
    help: 'From acceptance by this node to final on disk',
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
    registers,
  });
  const submissions = new Counter({
    name: 'slotledger_transaction_submissions_total',
    help: 'Transactions handed in over HTTP, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const finals = new Counter({
    name: 'slotledger_chain_final_blocks_total',
    help: 'Blocks final since start',
    registers,
  });
  const finalTransactions = new Counter({
    name: 'slotledger_chain_final_transactions_total',
    help: 'Transactions final since start',
    registers,
  });
  const streams = new Gauge({ name: 'slotledger_http_event_streams', help: 'Open event streams', registers });

  const acceptedAt = new Map<string, number>();
  const onFinal = ({ transactions }: NodeEvents['final'][0]): void => {
    finals.inc();
    finalTransactions.inc(transactions.length);
    const now = monotonic();
    for (const id of transactions) {
      const at = acceptedAt.get(id);
      if (at === undefined) continue;
      acceptedAt.delete(id);
      finality.observe((now - at) / 1000);
    }
  };
  node.events.on('final', onFinal);

  return {
    requested: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    submitted: (outcomes) => {
      const now = monotonic();
      const counts = new Map<string, number>();
      for (const outcome of outcomes) {
        counts.set(outcome.kind, (counts.get(outcome.kind) ?? 0) + 1);
        if (outcome.kind !== 'accepted' || outcome.known) continue;
        // A block may take it while it is still written to disk, and be final by the time it is accepted.
        if (outcome.status.status === 'final') finality.observe(0);
        if (outcome.status.status !== 'pending') continue;
        if (acceptedAt.size >= maxTimed) acceptedAt.delete(acceptedAt.keys().next().value ?? '');
        acceptedAt.set(outcome.status.id, now);
      }
      for (const [outcome, count] of counts) submissions.inc({ outcome }, count);
    },
    listeners: (open) => streams.set(open),
    text: () => register.metrics(),
    contentType: register.contentType,
    close: () => {
      node.events.off('final', onFinal);
      endTimings?.();
      register.clear();
    },
  };
}

/** Read from the node when Prometheus asks, so that nothing has to be kept up to date. */
function nodeGauges(node: NodeApi, register: Registry): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `slotledger_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('chain_final_height_blocks', 'Index of the highest final block', () => node.status().final.index);
  gauge('chain_stored_height_blocks', 'Index of the highest final block on disk', () => node.status().stored_index);
  gauge('chain_slot_number', 'Current slot', () => node.status().slot);
  gauge('chain_epoch_number', 'Epoch of the next block', () => node.status().epoch);
  gauge('mempool_waiting_transactions', 'Transactions that wait', () => node.mempool().count);
  gauge('mempool_size_bytes', 'Bytes that wait', () => node.mempool().bytes);
  gauge('mempool_ready_transactions', 'Of these, those that wait behind no gap', () => node.mempool().ready);
  const { held, knownSignatures } = node;
  if (held !== undefined)
    gauge('mempool_held_transactions', 'Handed in, and not taken in yet: more than enough are ready', held);
  if (knownSignatures !== undefined) {
    gauge('mempool_known_signatures', 'Signatures found good of transactions that are not final', knownSignatures);
  }
  gauge('p2p_connected_peers', 'Connected peers', () => node.status().peers);
  gauge('node_ready_boolean', '1 when /readyz says so', () =>
    Object.values(node.health()).every((fault) => fault === undefined) ? 1 : 0,
  );
}

/** A run that acknowledged much with few of these has not waited for its disk. */
function syncMetrics(syncs: () => SyncCounts, registers: Registry[]): void {
  new Counter({
    name: 'slotledger_storage_syncs_total',
    help: 'Times a file was brought to disk for good, by file',
    labelNames: ['file'],
    registers,
    collect() {
      this.reset();
      for (const [file, count] of Object.entries(syncs())) this.inc({ file }, count);
    },
  });
}

function timingMetrics(onTimed: OnTimed, registers: Registry[]): () => void {
  const timings: Readonly<Record<Timed, Histogram>> = {
    ledger_write: new Histogram({
      name: 'slotledger_storage_ledger_write_seconds',
      help: 'From handing final blocks to the thread that writes ledger.db until they are on disk',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
      registers,
    }),
    proposal_arrival: new Histogram({
      name: 'slotledger_consensus_proposal_arrival_seconds',
      help: 'From the start of a slot until its first proposal came from its leader, if something waited then',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
  };
  return onTimed((what, ms) => timings[what].observe(ms / 1000));
}

/** Of the peers: counted by the network itself, and read when Prometheus asks. */
function networkMetrics(stats: () => PeerNetworkStats, registers: Registry[]): void {
  const counter = (name: string, help: string, read: (now: PeerNetworkStats) => number): void => {
    new Counter({
      name: `slotledger_p2p_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(stats()));
      },
    });
  };
  counter('received_bytes', 'Bytes from peers', (now) => now.bytesReceived);
  counter('sent_bytes', 'Bytes to peers', (now) => now.bytesSent);
  counter('received_messages', 'Messages from peers', (now) => now.messagesReceived);
  counter('sent_messages', 'Messages to peers', (now) => now.messagesSent);
  counter(
    'signature_checking_seconds',
    'Time that unasked messages of peers took for checking signatures',
    (now) => now.checkingMs / 1000,
  );
  counter('violations', 'Rules that peers and strangers broke', (now) => now.violations);
  counter('dropped_messages', 'Messages not sent because a peer reads too slowly', (now) => now.droppedMessages);
  new Counter({
    name: 'slotledger_p2p_dropped_peers_total',
    help: 'Peers that were dropped, or dropped and banned, by reason',
    labelNames: ['verdict', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { verdict, reason, count } of stats().drops) this.inc({ verdict, reason }, count);
    },
  });
  new Gauge({
    name: 'slotledger_p2p_banned_nodes',
    help: 'Bans that stand',
    registers,
    collect() {
      this.set(stats().bans);
    },
  });
}
