/** The mempool of a running node: judged by its final state. What is found good there is not checked again in a block. */
import type { LedgerContext } from '../../ledger/context.js';
import { takesNewStake } from '../../ledger/stake-requests.js';
import { readAccount, readNonce, readQueue } from '../../ledger/state-keys.js';
import { minimumFee } from '../../ledger/values/parameters.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { isAccepted } from '../mempool/held-up.js';
import type { MempoolLimits } from '../mempool/limits.js';
import { createMempool, type Mempool } from '../mempool/mempool.js';
import { createAdmissionState } from './admission-state.js';
import type { KnownSignatures } from './known-signatures.js';
import type { Stores } from './stores.js';

export interface PoolParts {
  readonly context: LedgerContext;
  readonly limits: MempoolLimits;
  readonly stores: Pick<Stores, 'ledger' | 'mempool' | 'queries' | 'stateOnDisk'>;
  readonly known: KnownSignatures;
  readonly idOf: (transaction: Transaction) => TransactionId;
  /** Whether the ledger may be behind that of others. */
  readonly isBehind: () => boolean;
  /** It will not be final by what waits here. */
  readonly onDropped: (id: TransactionId) => void;
}

export function createPool({ context, limits, stores, known, idOf, isBehind, onDropped }: PoolParts): Mempool {
  const { ledger, queries, stateOnDisk } = stores;
  const { parameters } = context.genesis;
  const admission = createAdmissionState(context, ledger, () =>
    queries.tip().index > ledger.tip().index ? stateOnDisk : undefined,
  );
  return createMempool({
    limits,
    store: stores.mempool,
    idOf,
    check(transaction, slot) {
      const checked = admission.check(transaction, slot);
      if (checked.ok) known.add(checked.value, transaction.signature);
      else if (isAccepted(checked.problem)) known.add(idOf(transaction), transaction.signature);
      return checked;
    },
    minimumFee: (transaction) => minimumFee(parameters, transaction),
    nextNonce: (from, lane) => readNonce(readAccount(ledger, from), lane),
    covers: admission.covers,
    takesStakes: () => takesNewStake(readQueue(ledger)),
    isBehind,
    onDropped(id) {
      // Nobody's block needs it soon, and what expires or gives way costs its sender nothing.
      known.forget([id]);
      onDropped(id);
    },
  });
}
