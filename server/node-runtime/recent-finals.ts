/**
 * The last blocks that became final, for whoever waited for one of their transactions: reading it back from disk would
 * check its signature and its block again. One rule: a few blocks, however long they are.
 */
import type { TransactionId } from '../../ledger/values/transaction.js';
import type { TransactionStatus } from '../http/node-api.js';
import type { FinalBlock } from '../replica/ports.js';

/** Answers wait for one turn or two of the event loop, in which hardly more blocks become final. */
const maxBlocks = 4;

export interface RecentFinals {
  /** On disk now. */
  add(final: FinalBlock): void;
  find(id: TransactionId): TransactionStatus | undefined;
}

export function createRecentFinals(): RecentFinals {
  /** The last one first. */
  let blocks: readonly FinalBlock[] = [];
  return {
    add(final) {
      blocks = [final, ...blocks.slice(0, maxBlocks - 1)];
    },
    find(id) {
      for (const { block, receipts } of blocks) {
        const receipt = receipts.find((one) => one.id === id);
        if (receipt === undefined) continue;
        return { id, status: 'final', transaction: block.transactions[receipt.position]!, receipt, block: block.hash };
      }
      return undefined;
    },
  };
}
