/** Believes a balance because it is proved, not because a node says so: entry, state tree, header, certificate, set. */
import { accountKey } from '../../ledger/state-keys.js';
import { verifyEntryProof } from '../../ledger/state-tree/entry-proof.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { AccountEntry, EpochEntry } from '../../ledger/values/state.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import type { AccountProofAnswer } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';
import { verifyFinalHeader } from './follow-epochs.js';

/**
 * @param epoch the set that the client trusts, reached with `followEpochs`
 * @returns the entry as of `answer.header.index` (null: the account was never seen then), or why it is not proved
 */
export function verifyAccountProof(
  crypto: ClientCrypto,
  chain: ChainId,
  epoch: EpochEntry,
  address: Address,
  answer: AccountProofAnswer,
): Result<AccountEntry | null, string> {
  const header = verifyFinalHeader(crypto, chain, epoch, answer);
  if (!header.ok) return header;
  const { entry, proof } = answer;
  const texts = Array.isArray(proof) && proof.every((text) => typeof text === 'string') ? proof : undefined;
  if (texts === undefined) return err('The proof is not a list of node texts.');
  const proved = verifyEntryProof(crypto, header.value.state_root, accountKey(address), entry, texts);
  return proved ? ok(entry) : err(`The proof does not show this entry in the state after block ${header.value.index}.`);
}
