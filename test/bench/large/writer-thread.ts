/** The thread that writes a large home, with a bound on what waits for it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PackedBlock } from '../../../server/storage/packed-block.js';
import type { ToWriter } from './write.worker.js';

/** Batches of blocks under way. */
const mostWaiting = 3;

export interface WriterThread {
  /** Resolves when there is room for the next. */
  write(blocks: readonly PackedBlock[]): Promise<void>;
  /** Resolves when the file has all of it. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export function startWriter(path: string): WriterThread {
  const thread = new Worker(new URL('./write.worker.js', import.meta.url), { workerData: { path } });
  let waiting = 0;
  thread.on('message', () => {
    waiting -= 1;
  });
  const tell = (message: ToWriter): void => thread.postMessage(message);
  return {
    async write(blocks) {
      waiting += 1;
      tell({ blocks });
      // An error of the thread rejects here.
      while (waiting >= mostWaiting) await once(thread, 'message');
    },
    async idle() {
      while (waiting > 0) await once(thread, 'message');
    },
    async close() {
      const ended = once(thread, 'exit');
      tell('close');
      const [code] = await ended;
      if (code !== 0) throw new Error(`the thread that writes ended with ${code}`);
    },
  };
}
