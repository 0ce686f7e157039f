/**
 * How much memory a node takes to be fast. Two plans: the usual one, and one for small machines (`--low-memory`). Neither
 * changes what a node accepts, answers or signs; docs/PERFORMANCE.md has what each takes.
 */
import type { ResourceLimits } from 'node:worker_threads';
import { defaultMempoolLimits, type MempoolLimits } from '../mempool/limits.js';
import { usualBlocksGathered } from '../storage/gather-appends.js';
import { type FileCaches, usualCaches } from '../storage/open-database.js';

export interface MemoryPlan {
  readonly caches: FileCaches;
  /** While it follows others: executed blocks that wait to be written together. */
  readonly blocksGathered: number;
  /** Threads that check signatures, at most. */
  readonly signatureThreads: number;
  /** Of each thread but the main one. */
  readonly threadLimits: ResourceLimits;
  readonly mempool: MempoolLimits;
  /** Whether a start has the system read ledger.db into memory that is free. */
  readonly readsAhead: boolean;
}

/** Threads hold little for long: with less room for new objects they collect them more often, at no measurable cost. */
const usualMemory: MemoryPlan = {
  caches: usualCaches,
  blocksGathered: usualBlocksGathered,
  signatureThreads: 4,
  threadLimits: { maxYoungGenerationSizeMb: 8 },
  mempool: defaultMempoolLimits,
  readsAhead: true,
};

const lowMemory: MemoryPlan = {
  caches: { writerKiB: 2048, readerKiB: 1024, mempoolKiB: 512 },
  blocksGathered: 2,
  signatureThreads: 0,
  threadLimits: { maxYoungGenerationSizeMb: 1 },
  mempool: {
    ...defaultMempoolLimits,
    maxTransactions: 10_000,
    maxBytes: 8 * 1024 * 1024,
    maxPerAccount: 2_000,
    maxNonceGap: 1_000,
    maxRemembered: 1_000,
  },
  readsAhead: false,
};

export const memoryPlan = (low: boolean | undefined): MemoryPlan => (low === true ? lowMemory : usualMemory);
