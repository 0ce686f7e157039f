/**
 * Event streams in a process of their own: opens them all, notes when each event came, and checks that every listener got
 * every block once and in order.
 */
import { Agent, get, type IncomingMessage } from 'node:http';
import { hangGuardMs } from '../../hang-guard.js';

export interface ListenPlan {
  readonly url: string;
  readonly listeners: number;
}

/** Told when nothing more is paid: the block up to which each listener has to come, and when each block was final. */
export interface ListenEnd {
  readonly last: number;
  readonly finalAt: readonly (readonly [index: number, at: number])[];
}

export interface ListenReport {
  /** Events received, over all listeners. */
  readonly events: number;
  /** From final to a listener, in ms: percentiles over all events of blocks in `finalAt`, and those of the last listener of each. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastP99Ms: number;
  readonly faults: readonly string[];
}

export type ListenMessage = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly report: ListenReport };

interface Stream {
  text: string;
  /** Index of the last block seen. */
  at: number | undefined;
}

const now = (): number => performance.timeOrigin + performance.now();
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
const streams: Stream[] = [];
const arrivals = new Map<number, number[]>();
const faults: string[] = [];
let events = 0;

function take(stream: Stream, chunk: string): void {
  stream.text += chunk;
  for (let end = stream.text.indexOf('\n\n'); end !== -1; end = stream.text.indexOf('\n\n')) {
    const found = /^id: (\d+)\.0\nevent: final$/m.exec(stream.text.slice(0, end));
    stream.text = stream.text.slice(end + 2);
    if (found === null) continue;
    const index = Number(found[1]);
    if (stream.at !== undefined && index !== stream.at + 1)
      faults.push(`a listener got block ${index} after ${stream.at}`);
    stream.at = index;
    events += 1;
    const list = arrivals.get(index);
    if (list === undefined) arrivals.set(index, [now()]);
    else list.push(now());
  }
}

function open(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/v1/events?types=final`, { agent }, (response: IncomingMessage) => {
      if (response.statusCode !== 200) {
        reject(new Error(`a listener was answered ${response.statusCode}`));
        return;
      }
      const stream: Stream = { text: '', at: undefined };
      streams.push(stream);
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => take(stream, chunk));
      response.on('close', () => faults.push('a stream was closed'));
      response.once('data', () => resolve());
    });
    asked.on('error', reject);
  });
}

async function openAll({ url, listeners }: ListenPlan): Promise<void> {
  const together = 50;
  for (let opened = 0; opened < listeners; opened += together) {
    await Promise.all(Array.from({ length: Math.min(together, listeners - opened) }, () => open(url)));
  }
}

function percentileOf(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function report({ last, finalAt }: ListenEnd): Promise<ListenReport> {
  const deadline = performance.now() + hangGuardMs;
  while (streams.some(({ at }) => (at ?? -1) < last) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const late = streams.filter(({ at }) => (at ?? -1) < last).length;
  if (late > 0) faults.push(`${late} listeners never heard of block ${last}`);
  const all: number[] = [];
  const lasts: number[] = [];
  for (const [index, at] of finalAt) {
    const delays = (arrivals.get(index) ?? []).map((arrived) => arrived - at);
    for (const delay of delays) all.push(delay);
    if (delays.length > 0) lasts.push(delays.at(-1)!);
  }
  const sorted = Float64Array.from(all).sort();
  return {
    events,
    p50Ms: percentileOf(sorted, 0.5),
    p99Ms: percentileOf(sorted, 0.99),
    lastP99Ms: percentileOf(Float64Array.from(lasts).sort(), 0.99),
    faults: faults.slice(0, 5),
  };
}

process.on('message', (message: ListenPlan | ListenEnd) => {
  if ('listeners' in message) {
    void openAll(message).then(
      () => process.send?.({ kind: 'ready' } satisfies ListenMessage),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
    return;
  }
  void report(message).then((done) => {
    process.send?.({ kind: 'done', report: done } satisfies ListenMessage, () => process.exit(0));
  });
});
