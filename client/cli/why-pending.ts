/** Why a transaction that a node took is not final, in one sentence. */
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Client } from '../http/client.js';

/** @returns undefined: the node knows of nothing that it waits for, or does not say */
export async function whyPending(client: Client, transaction: Transaction): Promise<string | undefined> {
  const { from, lane = 0, nonce } = transaction;
  const [account, status] = await Promise.all([client.account(from), client.status()]);
  const missing = account.pending_nonces[lane] ?? account.nonces[lane] ?? 0;
  if (missing < nonce) {
    return `It has nonce ${nonce} and waits for nonce ${missing} of lane ${lane} of this account.`;
  }
  return status.not_final_because;
}
