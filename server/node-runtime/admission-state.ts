/**
 * What a transaction is admitted by. Users are told what is on disk a moment before this thread hears of it. One rule:
 * what a newer state may lift is refused only after a look there.
 */
import { checkTransaction } from '../../ledger/apply-transaction.js';
import type { LedgerContext } from '../../ledger/context.js';
import { readAccount } from '../../ledger/state-keys.js';
import { standingRefusals, type TransactionRefusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import type { StateReader } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';

export interface AdmissionState {
  check(transaction: Transaction, slot: Slot): Result<TransactionId, TransactionRefusal>;
  /** Whether the account has as much. */
  covers(from: Address, amount: number): boolean;
}

/**
 * @param told the state that this thread has heard of
 * @param onDisk the one on disk, where that is newer; each call reads the file
 */
export function createAdmissionState(
  context: LedgerContext,
  told: StateReader,
  onDisk: () => StateReader | undefined,
): AdmissionState {
  return {
    check(transaction, slot) {
      const checked = checkTransaction(context, told, transaction, slot);
      if (checked.ok || standingRefusals.has(checked.problem.code)) return checked;
      const newer = onDisk();
      return newer === undefined ? checked : checkTransaction(context, newer, transaction, slot);
    },
    covers(from, amount) {
      if (amount <= readAccount(told, from).balance) return true;
      const newer = onDisk();
      return newer !== undefined && amount <= readAccount(newer, from).balance;
    },
  };
}
