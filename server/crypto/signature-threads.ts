/**
 * Signatures checked beside the main thread. One rule: every batch that was taken gets one answer, also when a thread
 * ends: then `undefined`, and whoever asked checks by himself.
 */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { packChecks, type SignatureCheck } from './signature-batch.js';
import type { ToSignatureThread } from './signature-threads.worker.js';

export interface SignatureThreads {
  /** Whether `check` takes a batch now. */
  readonly free: boolean;
  /** Threads that live or will start when they are needed. */
  readonly count: number;
  /** Only while `free`. @param done one byte for each, 1 for a good signature; undefined: nothing was found out */
  check(checks: readonly SignatureCheck[], done: (verdicts: Uint8Array | undefined) => void): void;
  /** Answers what is under way with `undefined`. */
  close(): Promise<void>;
}

/** Batches that a thread has at once: one in work, and one so that it need not wait for the next. */
const batchesEach = 2;

interface Thread {
  readonly worker: Worker;
  readonly open: ((verdicts: Uint8Array | undefined) => void)[];
}

/** As many as the machine has CPUs, up to `most`; none on a machine with one, where a thread would only take turns. */
export const signatureThreadCount = (cpus: number, most: number): number => (cpus < 2 ? 0 : Math.min(cpus, most));

/**
 * @param count threads, which start with the first batch; 0 is allowed: then it is never free
 * @param resourceLimits of each thread; by default none
 */
export function createSignatureThreads(count: number, resourceLimits: ResourceLimits = {}): SignatureThreads {
  const threads = new Set<Thread>();
  let unstarted = count;

  function start(): void {
    const worker = new Worker(new URL('./signature-threads.worker.js', import.meta.url), {
      resourceLimits,
      // What the program around the node was started with, such as --eval or --import, is not for the node's threads.
      execArgv: [],
    });
    // It has nothing to keep the process for: what waits for a verdict holds a socket or a timer of its own.
    worker.unref();
    const thread: Thread = { worker, open: [] };
    threads.add(thread);
    worker.on('message', (verdicts: Uint8Array) => thread.open.shift()?.(verdicts));
    const gone = (): void => {
      threads.delete(thread);
      for (const done of thread.open.splice(0)) done(undefined);
    };
    worker.on('error', gone);
    worker.on('exit', gone);
  }
  const leastBusy = (): Thread | undefined => {
    let best: Thread | undefined;
    for (const thread of threads) if (best === undefined || thread.open.length < best.open.length) best = thread;
    return best !== undefined && best.open.length < batchesEach ? best : undefined;
  };

  return {
    get free() {
      return unstarted > 0 || leastBusy() !== undefined;
    },
    get count() {
      return unstarted + threads.size;
    },
    check(checks, done) {
      for (; unstarted > 0; unstarted -= 1) start();
      const thread = leastBusy();
      if (thread === undefined) throw new Error('assertion: a batch is handed to a free thread');
      const packed = packChecks(checks);
      thread.open.push(done);
      thread.worker.postMessage({ packed, count: checks.length } satisfies ToSignatureThread, [packed]);
    },
    async close() {
      unstarted = 0;
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}
