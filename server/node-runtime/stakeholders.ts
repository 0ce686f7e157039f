/**
 * Several stakeholders from the first block on. Each gets validator keys: this node's in its own home, every other's in
 * a home prepared under `validators/<id>`, from which its node can start on this machine or another.
 */
import { join } from 'node:path';
import { developmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { encodeAddress } from '../../ledger/values/address.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { Address, PublicKey } from '../../ledger/values/text.js';
import { createSigner } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import {
  type DevelopmentChain,
  developmentAccounts,
  developmentGenesis,
  developmentPrefix,
} from '../home/development-genesis.js';
import { type HomePaths, homePaths } from '../home/home.js';
import { genesisFileText, installGenesis, type OpenedGenesis } from '../home/init-home.js';
import { genesisValidator, makeValidatorKeys, readValidatorKeys } from '../home/make-validator.js';

/** Someone with stake from the first block on. */
export interface Stakeholder {
  /** The validator's name. */
  readonly id: string;
  /** Units of the token, at least 1. */
  readonly stake: number;
  /** Of the account that owns the stake. Absent: one is made, named like the validator. */
  readonly owner?: PublicKey;
}

const validatorHome = (home: string, id: string): HomePaths => homePaths(join(home, 'validators', id));

/** @param ownId whose keys are this node's. @throws SlotledgerError GENESIS_INVALID, KEY_DAMAGED */
export function initStakeholders(
  paths: HomePaths,
  chain: Omit<DevelopmentChain, 'accounts' | 'validators'>,
  stakeholders: readonly Stakeholder[],
  ownId: string,
): OpenedGenesis {
  const homeOf = (id: string): HomePaths => (id === ownId ? paths : validatorHome(paths.home, id));
  const validators = stakeholders.map(({ id, stake, owner }) => {
    const keys = readValidatorKeys(homeOf(id)) ?? makeValidatorKeys(homeOf(id));
    const account = owner === undefined ? ownedAccount(paths.home, id) : encodeAddress(developmentPrefix, owner);
    return genesisValidator(keys, chain.name ?? 'dev', account, toAmount(stake), id);
  });
  const accounts = developmentAccounts(paths.home);
  const text = genesisFileText(developmentGenesis({ ...chain, accounts, validators }));
  for (const { id } of stakeholders) if (id !== ownId) installGenesis(homeOf(id), text);
  // This home's last: until it has a genesis nothing counts as made.
  return installGenesis(paths, text);
}

/** The account of this name in the home's wallet; made there, without a password, if it is missing. */
export function ownedAccount(home: string, name: string): Address {
  const keystore = createKeystore(home);
  const stored = keystore.read(name);
  if (stored.ok) return encodeAddress(developmentPrefix, `0x${stored.value.file.pubkey}`);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const { publicKey } = createSigner(secret);
  const file = developmentKey({ name, secret, publicKey: Buffer.from(publicKey.slice(2), 'hex'), path: '' });
  const added = keystore.add(name, file);
  if (added.ok) return encodeAddress(developmentPrefix, publicKey);
  throw new SlotledgerError(
    'KEY_DAMAGED',
    `${keystore.directory} holds no usable key ${name} (${added.problem.code}).`,
    'Restore it from your backup of the keys, or use another --home.',
  );
}
