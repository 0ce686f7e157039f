/**
 * Reads a file once from end to end while a node goes about its work, so that the system has it in memory: what payments
 * and questions need of a long history is not fetched from the disk page by page then, with votes waiting. One rule: it
 * takes no memory that others use, and no more of the disk than a node leaves.
 */
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const chunkBytes = 1024 * 1024;
/** Between chunks: whoever syncs in the meantime does not stand behind a queue of reads. */
const pauseMs = 2;
/** Of the memory that is available. The system gives these pages back when others ask for them, but reading more is in vain. */
const mostOfAvailable = 0.5;

export interface ReadAheadOptions {
  /** Memory that nobody uses, bytes. */
  readonly availableBytes: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** @returns bytes read: all, fewer when it was ended, 0 of a file that is too large. Rejects with the system's error. */
export async function readAhead(path: string, { availableBytes, signal }: ReadAheadOptions): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > mostOfAvailable * availableBytes) return 0;
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(1, size)));
    let at = 0;
    while (!signal.aborted && at < size) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      await pause(pauseMs);
    }
    return at;
  } finally {
    await file.close();
  }
}
