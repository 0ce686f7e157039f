/** A mempool over a real chain's state, with what it keeps in memory: every order of events is the test's own. */
import { checkTransaction } from '../../../ledger/apply-transaction.js';
import { takesNewStake } from '../../../ledger/stake-requests.js';
import { readAccount, readNonce, readQueue } from '../../../ledger/state-keys.js';
import { transactionId } from '../../../ledger/values/identity.js';
import { toSlot } from '../../../ledger/values/numbers.js';
import { minimumFee } from '../../../ledger/values/parameters.js';
import type { StateReader } from '../../../ledger/values/state.js';
import type { Transaction, TransactionId } from '../../../ledger/values/transaction.js';
import { defaultMempoolLimits, type MempoolLimits } from '../../../server/mempool/limits.js';
import { type AddOutcome, createMempool } from '../../../server/mempool/mempool.js';
import { TestChain, type TestChainOptions } from '../../ledger/test-chain.js';

const atOnce = (stored: () => void): void => stored();

export function makePool(
  limits: Partial<MempoolLimits> = {},
  options: TestChainOptions = {},
  disk: (stored: () => void) => void = atOnce,
) {
  const chain = new TestChain(options);
  const { context, state } = chain;
  const idOf = (transaction: Transaction): TransactionId => transactionId(context.crypto, transaction);
  const kept = new Map<TransactionId, Transaction>();
  const on = (state: StateReader) => ({
    check: (transaction: Transaction, slot: ReturnType<typeof toSlot>) =>
      checkTransaction(context, state, transaction, slot),
    minimumFee: (transaction: Transaction) => minimumFee(context.genesis.parameters, transaction),
    nextNonce: (from: Transaction['from'], lane: number) => readNonce(readAccount(state, from), lane),
    covers: (from: Transaction['from'], amount: number) => amount <= readAccount(state, from).balance,
    takesStakes: () => takesNewStake(readQueue(state)),
  });
  const behind = { now: false };
  const parts = {
    isBehind: () => behind.now,
    limits: { ...defaultMempoolLimits, ...limits },
    store: {
      add(transactions: readonly Transaction[], stored: () => void) {
        for (const transaction of transactions) kept.set(idOf(transaction), transaction);
        disk(stored);
      },
      remove(ids: readonly TransactionId[]) {
        for (const id of ids) kept.delete(id);
      },
      all: () => [...kept.values()],
    },
    idOf,
    ...on(state),
  };
  const pool = createMempool(parts);
  const add = (transaction: Transaction, slot = chain.slot + 1): AddOutcome => {
    let outcome: AddOutcome | undefined;
    pool.add(transaction, toSlot(slot), (answer) => {
      outcome = answer;
    });
    if (outcome === undefined) throw new Error('the pool did not answer');
    return outcome;
  };
  /** @param state of another ledger, where it is not the same any more */
  const reopen = (other: Partial<MempoolLimits> = {}, ledger: StateReader = state) =>
    createMempool({ ...parts, ...on(ledger), limits: { ...parts.limits, ...other } });
  return { chain, pool, add, idOf, kept, behind, reopen };
}
