/** A proof of an account's entry as of the last final block, with the certificate that makes the block final. */

import { accountKey } from '../../ledger/state-keys.js';
import { proveEntry, verifyEntryProof } from '../../ledger/state-tree/entry-proof.js';
import type { Hasher } from '../../ledger/values/crypto.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { AccountEntry, StateReader } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import type { AccountProof } from '../http/node-api.js';
import type { LedgerQueries } from '../storage/ledger-queries.js';

/** Blocks may become final between two reads; then we read again. */
const maxAttempts = 10;

/** @returns undefined if `index` is not the last final block's */
export function proveAccount(
  hasher: Hasher,
  ledger: StateReader,
  queries: LedgerQueries,
  address: Address,
  index?: Height,
): AccountProof | undefined {
  const key = accountKey(address);
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const latest = queries.block('latest');
    if (latest === undefined || (index !== undefined && index !== latest.block.index)) return undefined;
    const entry = (ledger.get(key) as AccountEntry | undefined) ?? null;
    const proof = proveEntry(hasher, ledger, key);
    const { transactions: _, evidence: __, ...header } = latest.block;
    if (verifyEntryProof(hasher, header.state_root, key, entry, proof)) {
      return { entry, proof, header, certificate: latest.certificate };
    }
  }
  return undefined;
}
