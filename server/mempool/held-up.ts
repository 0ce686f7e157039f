/** What a refusal by final state means for the pool: some only say that the transaction has to wait. */
import type { TransactionRefusal } from '../../ledger/transaction-refusals.js';
import type { Transaction } from '../../ledger/values/transaction.js';

/** Whether it is a stake that finds the queue of stakes full: it waits until closing blocks make room. */
export const lacksRoomBy = (refused: TransactionRefusal | undefined): boolean => refused?.code === 'queue_full';

/** Whether one refused so may wait in the pool; its signature is good. */
export const isAccepted = (refused: TransactionRefusal): boolean =>
  refused.code === 'nonce_too_high' || lacksRoomBy(refused);

/** The ledger's sentences are the same for all; this one names what the transaction would have to pay. */
export function withLeastFee(
  refused: TransactionRefusal,
  transaction: Transaction,
  leastFee: number,
): TransactionRefusal {
  if (refused.code !== 'fee_too_low') return refused;
  return { ...refused, detail: `The fee is ${transaction.fee}; the least fee of this transaction is ${leastFee}.` };
}
