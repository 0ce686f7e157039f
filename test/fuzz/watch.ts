/** Watches the nodes from outside: memory, exits, and how long finality paused while payments waited. */
import type { Client } from '../../client/http/client.js';
import type { NodeProcess } from '../network/node-process.js';
import { lastingMiB } from './memory-use.js';

export interface Watch {
  /** Seconds in which this node was not connected to another honest one, about. */
  lostLinkS(): number;
  /** The longest pauses between two final blocks on this node so far, longest first; at most five. */
  longestGaps(): readonly Gap[];
  /** What counts as memory from now on: the warm-up is over. */
  beginMemory(): void;
  memory(): Memory;
  beginGaps(): void;
  stop(): void;
}

export interface Gap {
  readonly ms: number;
  /** Unix ms. */
  readonly endedAt: number;
}

/** Without the room for young objects: see `lastingMiB`. */
export interface Memory {
  readonly startMiB: number;
  readonly endMiB: number;
  readonly peakMiB: number;
  /** From the floor of the first samples to the floor of the last, in MiB: what garbage collection does not give back. */
  readonly growthMiB: number;
  /** Floor of each tenth of the time, in MiB. */
  readonly tenthsMiB: readonly number[];
}

const everyMs = 500;
const keptGaps = 5;

/** @param others node keys of the other honest nodes */
export function watchNode(node: NodeProcess, others: readonly string[], fail: (what: string) => void): Watch {
  const samples: number[] = [];
  let measuring = false;
  let gapsCount = false;
  let lastFinal = performance.now();
  let gaps: Gap[] = [];
  let lostLinks = 0;
  const over = new AbortController();

  const timer = setInterval(() => {
    if (!node.isRunning()) {
      fail(`a node ended: ${node.output().slice(-2_000)}`);
      clearInterval(timer);
      return;
    }
    if (measuring) void sampleMemory();
    node.client.peers().then(
      (peers) => {
        const connected = new Set(peers.map(({ node_id }) => node_id));
        if (gapsCount) lostLinks += others.filter((other) => !connected.has(other)).length;
      },
      () => undefined,
    );
  }, everyMs);
  void follow(node.client);

  async function sampleMemory(): Promise<void> {
    let metrics: string;
    try {
      const answer = await fetch(`${node.client.url}/metrics`, { signal: over.signal });
      if (!answer.ok) return;
      metrics = await answer.text();
    } catch {
      // Too busy for this one; another comes.
      return;
    }
    try {
      samples.push(lastingMiB(metrics));
    } catch (error) {
      fail((error as Error).message);
    }
  }

  async function follow(client: Client): Promise<void> {
    try {
      for await (const _ of client.events({ types: ['final'], signal: over.signal })) note();
    } catch (error) {
      if (!over.signal.aborted) fail(`the events of a node ended: ${(error as Error).message}`);
    }
  }

  function note(): void {
    const now = performance.now();
    const ms = now - lastFinal;
    lastFinal = now;
    if (gapsCount) keep(ms);
  }

  function keep(ms: number): void {
    gaps = [...gaps, { ms, endedAt: Date.now() }].sort((left, right) => right.ms - left.ms).slice(0, keptGaps);
  }

  /** Floor over a tenth of the samples, so that a collection falls into it. */
  const floorOf = (part: readonly number[]): number => Math.min(...part, Number.POSITIVE_INFINITY);

  return {
    lostLinkS: () => (lostLinks * everyMs) / 1_000,
    longestGaps: () => {
      if (gapsCount) keep(performance.now() - lastFinal);
      return gaps;
    },
    beginMemory() {
      measuring = true;
    },
    beginGaps() {
      gapsCount = true;
      lastFinal = performance.now();
    },
    memory() {
      const part = Math.max(4, Math.floor(samples.length / 10));
      const [start, end] = [floorOf(samples.slice(0, part)), floorOf(samples.slice(-part))];
      const tenthsMiB = Array.from({ length: 10 }, (_, i) =>
        Math.round(
          floorOf(samples.slice(Math.floor((i * samples.length) / 10), Math.ceil(((i + 1) * samples.length) / 10))),
        ),
      );
      const peakMiB = samples.reduce((highest, sample) => Math.max(highest, sample), 0);
      return { startMiB: start, endMiB: end, peakMiB, growthMiB: end - start, tenthsMiB };
    },
    stop() {
      clearInterval(timer);
      over.abort();
    },
  };
}
