/** Believes a balance because it is proved, not because a node says so: entry, state tree, header, certificate, set. */
import { accountKey } from '../../ledger/state-keys.js';
import { verifyEntryProof } from '../../ledger/state-tree/entry-proof.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { AccountEntry, EpochEntry } from '../../ledger/values/state.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import type { AccountProofAnswer } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';
import { decodeAccountProof } from './decode-answers.js';
import { verifyFinalHeader } from './follow-epochs.js';

/**
 * @param epoch the set that the client trusts: of genesis, or reached from it with `reachEpoch`
 * @param answer by whomever; of any form
 * @returns the entry as of `answer.header.index` (null: the account was never seen then), or why it is not proved
 */
export function verifyAccountProof(
  crypto: ClientCrypto,
  chain: ChainId,
  epoch: EpochEntry,
  address: Address,
  answer: AccountProofAnswer,
): Result<AccountEntry | null, string> {
  const decoded = decodeAccountProof(chain, answer);
  if (!decoded.ok) return decoded;
  const { entry, proof, ...final } = decoded.value;
  const header = verifyFinalHeader(crypto, chain, epoch, final);
  if (!header.ok) return header;
  const proved = verifyEntryProof(crypto, header.value.state_root, accountKey(address), entry, proof);
  return proved ? ok(entry) : err(`The proof does not show this entry in the state after block ${header.value.index}.`);
}
