/** What a node tells its peers of itself. One rule: nobody is told of a block that it would not be given. */
import type { Head, LedgerStore } from './ports.js';

/**
 * Final is a block when its certificate is here, a moment before it is on disk, whence blocks are served. Who says that it has a
 * block and does not send it is dropped.
 */
export function servableHead(head: Head, store: Pick<LedgerStore, 'tip'>): Head {
  const { index, hash } = store.tip();
  return { ...head, final_index: index, final_hash: hash };
}
