/** Believes a payment because it is proved, not because a node says so: transaction, tx_root, headers, certificate, set. */
import type { HashedHeader } from '../../ledger/values/block.js';
import { blockHash } from '../../ledger/values/identity.js';
import { verifyMerkleProof } from '../../ledger/values/merkle.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { transactionJson } from '../../ledger/values/signing.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { TransactionProofAnswer } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';
import { decodeTransactionProof } from './decode-answers.js';
import { verifyFinalHeader } from './follow-epochs.js';

export interface ProvedTransaction {
  readonly transaction: Transaction;
  /** Of the final block that has it. */
  readonly header: HashedHeader;
}

/**
 * @param epoch the set that the client trusts: of genesis, or reached from it with `reachEpoch`
 * @param answer by whomever; of any form
 * @returns the transaction and the final block's header, or why it is not proved. What it pays stands in the transaction
 */
export function verifyTransactionProof(
  crypto: ClientCrypto,
  chain: ChainId,
  epoch: EpochEntry,
  answer: TransactionProofAnswer,
): Result<ProvedTransaction, string> {
  const decoded = decodeTransactionProof(chain, answer);
  if (!decoded.ok) return decoded;
  const { transaction, proof, header, descendants, certificate } = decoded.value;
  const last = descendants.at(-1) ?? header;
  const final = verifyFinalHeader(crypto, chain, epoch, { header: last, certificate });
  if (!final.ok) return final;
  let before = header;
  for (const next of descendants) {
    const isNext = blockHash(crypto, before) === before.hash && next.prev_hash === before.hash;
    if (!isNext) return err(`Block ${next.index} does not follow block ${before.index}.`);
    before = next;
  }
  if (verifyMerkleProof(crypto, transactionJson(transaction), proof, header.tx_root))
    return ok({ transaction, header });
  return err(`The proof does not show this transaction in block ${header.index}.`);
}
