/**
 * Transactions on their way to everyone: what one turn of the event loop brings goes together, in lists that a line holds and a
 * decoder takes. One rule: every transaction that goes in comes out, in order, in the same turn.
 */
import type { Parameters } from '../../ledger/values/genesis.js';
import { transactionBytes } from '../../ledger/values/signing.js';
import type { Transaction } from '../../ledger/values/transaction.js';

export interface TransactionGatherer {
  add(transactions: readonly Transaction[]): void;
}

/**
 * @param spread takes one list
 * @param soon calls back at the end of this turn
 */
export function createTransactionGatherer(
  parameters: Pick<Parameters, 'max_block_bytes'>,
  spread: (transactions: readonly Transaction[]) => void,
  soon: (call: () => void) => void = setImmediate,
): TransactionGatherer {
  let gathered: Transaction[] = [];

  function flush(): void {
    const all = gathered;
    gathered = [];
    for (const list of listsOf(all, parameters.max_block_bytes)) spread(list);
  }

  return {
    add(transactions) {
      if (gathered.length === 0) soon(flush);
      gathered.push(...transactions);
    },
  };
}

/** What fits into a block fits into a line, and is as many as a list may be. A single transaction always fits. */
function* listsOf(transactions: readonly Transaction[], maxBytes: number): Generator<readonly Transaction[]> {
  let list: Transaction[] = [];
  let bytes = 0;
  for (const transaction of transactions) {
    const more = transactionBytes(transaction) + 1;
    if (bytes + more > maxBytes && list.length > 0) {
      yield list;
      list = [];
      bytes = 0;
    }
    list.push(transaction);
    bytes += more;
  }
  if (list.length > 0) yield list;
}
