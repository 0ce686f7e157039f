/** Where trust begins: a genesis file, which fixes the chain and its first validators. PROTOCOL section 1. */
import { chainIdOf, decodeGenesis, genesisHash } from '../../ledger/values/genesis-file.js';
import { validatorsHash } from '../../ledger/values/identity.js';
import { toEpoch } from '../../ledger/values/numbers.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import type { Token } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';

export interface Trust {
  /** Ends in the first half of the genesis hash: who knows it from elsewhere knows whether this is the genesis. */
  readonly chain: ChainId;
  readonly genesisHash: Hash;
  readonly token: Token;
  readonly addressPrefix: string;
  /** The validators of epoch 0. */
  readonly epoch: EpochEntry;
}

/**
 * @param genesis the parsed file, or what a node answers as it: then compare `chain` with what is known from elsewhere
 * @returns what follows from it, or a sentence that says why it is no genesis
 */
export function trustGenesis(crypto: ClientCrypto, genesis: unknown): Result<Trust, string> {
  const decoded = decodeGenesis(genesis);
  if (!decoded.ok) {
    const { path, detail } = decoded.problem;
    return err(`This is no genesis: ${path === '' ? '' : `at ${path}: `}${detail}`);
  }
  const { token, address_prefix: addressPrefix, validators: named } = decoded.value;
  const hash = genesisHash(crypto, decoded.value);
  const validators = named
    .map(({ key, vrf_key, owner, stake }) => ({ key, vrf_key, owner, stake }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const epoch: EpochEntry = {
    kind: 'epoch',
    number: toEpoch(0),
    nonce: hash,
    validators,
    validators_hash: validatorsHash(crypto, validators),
  };
  return ok({ chain: chainIdOf(decoded.value, hash), genesisHash: hash, token, addressPrefix, epoch });
}
