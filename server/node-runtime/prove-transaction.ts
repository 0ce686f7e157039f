/** A proof that a transaction stands in a final block, for those who have neither the block nor a node. */
import type { Hasher } from '../../ledger/values/crypto.js';
import { merkleProof } from '../../ledger/values/merkle.js';
import { transactionJson } from '../../ledger/values/signing.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import type { TransactionProof } from '../http/node-api.js';
import type { LedgerQueries } from '../storage/ledger-queries.js';

/** @returns undefined if no final block has it */
export function proveTransaction(
  hasher: Hasher,
  queries: Pick<LedgerQueries, 'transaction' | 'block' | 'descendants'>,
  id: TransactionId,
): TransactionProof | undefined {
  const found = queries.transaction(id);
  if (found === undefined) return undefined;
  const { index, position } = found.receipt;
  const { block, certificate } = queries.block(index)!;
  const { transactions, evidence: _, ...header } = block;
  return {
    transaction: transactions[position]!,
    proof: merkleProof(hasher, transactions.map(transactionJson), position),
    header,
    descendants: queries.descendants(index, certificate.block),
    certificate,
  };
}
