/**
 * The last blocks that became final, for whoever waited for one of their transactions: reading it back from disk would
 * check its signature and its block again. One rule: a few blocks, however long they are.
 */

import type { Receipt } from '../../ledger/values/state.js';
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

interface Recent extends Pick<FinalBlock, 'block'> {
  readonly receiptById: ReadonlyMap<TransactionId, Receipt>;
}

export function createRecentFinals(): RecentFinals {
  /** The last one first. */
  let blocks: readonly Recent[] = [];
  return {
    add({ block, receipts }) {
      const receiptById = new Map(receipts.map((receipt) => [receipt.id, receipt]));
      blocks = [{ block, receiptById }, ...blocks.slice(0, maxBlocks - 1)];
    },
    find(id) {
      for (const { block, receiptById } of blocks) {
        const receipt = receiptById.get(id);
        if (receipt === undefined) continue;
        return { id, status: 'final', transaction: block.transactions[receipt.position]!, receipt, block: block.hash };
      }
      return undefined;
    },
  };
}
