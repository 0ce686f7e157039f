/** Homes of one chain with several validators, made in a moment: a validator each, and the money's keys for the test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, accountFromSecret } from '../../client/account.js';
import { developmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import type { Genesis, Parameters } from '../../ledger/values/genesis.js';
import { genesisHash } from '../../ledger/values/genesis-file.js';
import type { Hash } from '../../ledger/values/text.js';
import { createCrypto } from '../../server/crypto/create-crypto.js';
import { createDevelopmentChain, type NewValidator } from '../../server/development-chain.js';
import { writeValidatorKeys } from '../../server/node-runtime/keys.js';

export interface ChainPlan {
  /** One validator each, `v1` first. In units. */
  readonly stakes: readonly number[];
  /** Starting value 250. */
  readonly slotDurationMs?: number;
  readonly slotsPerEpoch?: number;
  readonly parameters?: Partial<Parameters>;
  /** Unix ms. Starting value: now. */
  readonly genesisTime?: number;
}

export interface Homes {
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  /** One for each validator, `v1` first. */
  readonly homes: readonly string[];
  readonly validators: readonly NewValidator[];
  readonly treasury: Account;
  readonly shop: Account;
  readonly owner: (validator: string) => Account;
  /** A home with the genesis and nothing else. */
  emptyHome(name: string): string;
}

export function makeHomes(directory: string, plan: ChainPlan): Homes {
  const chain = createDevelopmentChain({
    genesisTime: plan.genesisTime ?? Date.now(),
    slotDurationMs: plan.slotDurationMs ?? 250,
    ...(plan.slotsPerEpoch === undefined ? {} : { slotsPerEpoch: plan.slotsPerEpoch }),
    stakeholders: plan.stakes.map((stake, i) => ({ id: `v${i + 1}`, stake })),
  });
  const genesis = { ...chain.genesis, parameters: { ...chain.genesis.parameters, ...plan.parameters } };
  const hash = genesisHash(createCrypto(), genesis);
  const secretOf = (name: string): (typeof chain.accounts)[number] => {
    const found = chain.accounts.find((account) => account.name === name);
    if (found === undefined) throw new Error(`the chain has no account ${name}`);
    return found;
  };
  const accountOf = (name: string): Account => accountFromSecret(secretOf(name).seed, genesis.address_prefix);
  const emptyHome = (name: string): string => {
    const home = join(directory, name);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(join(home, 'genesis.json'), JSON.stringify(genesis));
    return home;
  };
  const homes = chain.validators.map((validator) => {
    const home = emptyHome(validator.id);
    writeValidatorKeys(join(home, 'keys'), hash, validator);
    return home;
  });
  // The first home pays out of the faucet.
  const { name, seed, publicKey } = secretOf('treasury');
  const key = developmentKey({ name, secret: seed, publicKey: Buffer.from(publicKey.slice(2), 'hex'), path: '' });
  createKeystore(homes[0]!).add(name, key);
  return {
    genesis,
    genesisHash: hash,
    homes,
    validators: chain.validators,
    treasury: accountOf('treasury'),
    shop: accountOf('shop'),
    owner: accountOf,
    emptyHome,
  };
}
