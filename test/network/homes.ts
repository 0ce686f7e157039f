/** Homes of one chain with several validators, made in a moment: a validator each, and the money's keys for the test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, accountFromSecret } from '../../client/account.js';
import { isDevelopmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import type { Genesis, Parameters } from '../../ledger/values/genesis.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import { developmentAccounts, developmentGenesis } from '../../server/home/development-genesis.js';
import { homePaths } from '../../server/home/home.js';
import { genesisFileText, installGenesis } from '../../server/home/init-home.js';
import { genesisValidator, makeValidatorKeys } from '../../server/home/make-validator.js';
import { ownedAccount } from '../../server/node-runtime/stakeholders.js';

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
  readonly treasury: Account;
  readonly shop: Account;
  readonly owner: (validator: string) => Account;
  /** A home with the genesis and nothing else. */
  emptyHome(name: string): string;
}

export function makeHomes(directory: string, plan: ChainPlan): Homes {
  const homes = plan.stakes.map((_, i) => join(directory, `v${i + 1}`));
  // The first home pays out of the faucet, and holds the owners' keys for the test.
  const purse = homes[0]!;
  const validators = plan.stakes.map((stake, i) => {
    const keys = makeValidatorKeys(homePaths(homes[i]!));
    const name = `v${i + 1}`;
    return genesisValidator(keys, 'dev', ownedAccount(purse, name), toAmount(stake), name);
  });
  const made = developmentGenesis({
    genesisTime: plan.genesisTime ?? Date.now(),
    slotDurationMs: plan.slotDurationMs ?? 250,
    ...(plan.slotsPerEpoch === undefined ? {} : { slotsPerEpoch: plan.slotsPerEpoch }),
    accounts: developmentAccounts(purse),
    validators,
  });
  const text = genesisFileText({ ...made, parameters: { ...made.parameters, ...plan.parameters } });
  const [{ genesis, hash }] = homes.map((home) => installGenesis(homePaths(home), text)) as [
    ReturnType<typeof installGenesis>,
  ];
  const accountOf = (name: string): Account => {
    const stored = createKeystore(purse).read(name);
    if (!stored.ok || !isDevelopmentKey(stored.value.file)) throw new Error(`the chain has no account ${name}`);
    return accountFromSecret(Buffer.from(stored.value.file.secret, 'hex'), genesis.address_prefix);
  };
  return {
    genesis,
    genesisHash: hash,
    homes,
    treasury: accountOf('treasury'),
    shop: accountOf('shop'),
    owner: accountOf,
    emptyHome(name) {
      const home = join(directory, name);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      writeFileSync(join(home, 'genesis.json'), text);
      return home;
    },
  };
}
