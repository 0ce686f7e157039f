/** What a mempool is made of: how much it takes, where it keeps it, and what it asks final state. */
import type { TransactionRefusal } from '../../ledger/transaction-refusals.js';
import type { Slot } from '../../ledger/values/numbers.js';
import type { Result } from '../../ledger/values/result.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { MempoolStore } from '../replica/ports.js';
import type { MempoolLimits } from './limits.js';

export interface MempoolParts {
  readonly limits: MempoolLimits;
  readonly store: MempoolStore;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** ledger's checkTransaction against final state. */
  readonly check: (transaction: Transaction, slot: Slot) => Result<TransactionId, TransactionRefusal>;
  readonly minimumFee: (transaction: Transaction) => number;
  /** Next nonce of an account's lane in final state. */
  readonly nextNonce: (from: Address, lane: number) => number;
  /** Whether an account has so much in final state. */
  readonly covers: (from: Address, amount: number) => boolean;
  /** Whether the queue of stakes has room in final state. Starting value: always. */
  readonly takesStakes?: () => boolean;
  /** Whether final blocks may be missing here: then nothing is dropped that a newer state may take. Starting value: never. */
  readonly isBehind?: () => boolean;
  /** Told when one left without becoming final. */
  readonly onDropped?: (id: TransactionId) => void;
}
