/** A genesis file with real proofs of possession, for tests. */
import { createVrfProver } from '../../../ledger/crypto/ecvrf.js';
import { encodeAddress } from '../../../ledger/values/address.js';
import type { Signer } from '../../../ledger/values/crypto.js';
import type { Genesis, GenesisValidator } from '../../../ledger/values/genesis.js';
import { toAmount } from '../../../ledger/values/numbers.js';
import { developmentParameters } from '../../../ledger/values/parameters.js';
import { possessionText } from '../../../ledger/values/signing.js';
import { createSigner } from '../../../server/crypto/create-crypto.js';

export const seedOf = (n: number): Uint8Array => new Uint8Array(32).fill(n);
export const signerOf = (n: number): Signer => createSigner(seedOf(n));
export const addressOf = (n: number) => encodeAddress('sl', signerOf(n).publicKey);

function sampleValidator(n: number, stake: number): GenesisValidator {
  const owner = addressOf(n);
  const key = signerOf(100 + n);
  const vrf = signerOf(150 + n);
  const where = { name: 'sample' };
  return {
    key: key.publicKey,
    vrf_key: createVrfProver(seedOf(150 + n)).publicKey,
    owner,
    stake: toAmount(stake),
    key_proof: key.sign(possessionText(where, owner, 'validator', key.publicKey)),
    vrf_key_proof: vrf.sign(possessionText(where, owner, 'vrf', vrf.publicKey)),
    name: `validator-${n}`,
  };
}

export function sampleGenesis(): Genesis {
  return {
    version: 1,
    name: 'sample',
    genesis_time: 1_760_000_000_000,
    address_prefix: 'sl',
    token: { symbol: 'SLT', decimals: 6 },
    development: true,
    parameters: developmentParameters,
    accounts: [
      { address: addressOf(1), balance: toAmount(1_000_000), name: 'faucet' },
      { address: addressOf(2), balance: toAmount(0) },
    ],
    validators: [sampleValidator(1, 500), sampleValidator(3, 700)],
  };
}
