/**
 * The genesis of a development chain: short epochs, a funded treasury, a shop without money, and keys without
 * passwords. Nothing else about such a chain is special.
 */

import { randomBytes } from 'node:crypto';
import { developmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { encodeAddress } from '../../ledger/values/address.js';
import type { Genesis, GenesisValidator, Parameters } from '../../ledger/values/genesis.js';
import { hexToBytes } from '../../ledger/values/hex.js';
import { type Amount, toAmount } from '../../ledger/values/numbers.js';
import { developmentParameters } from '../../ledger/values/parameters.js';
import type { Address } from '../../ledger/values/text.js';
import { createSigner } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';

export const developmentPrefix = 'sl';
const developmentToken = { symbol: 'SLOT', decimals: 3 };
/** A million tokens. */
const treasuryBalance = toAmount(1_000_000_000);
/** The stake of each validator of a development chain: a thousand tokens. */
export const developmentStake = toAmount(1_000_000);

export interface NamedAccount {
  readonly name: string;
  readonly address: Address;
}

export interface DevelopmentAccount extends NamedAccount {
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

export interface DevelopmentChain {
  /** Starting value `dev`. */
  readonly name?: string;
  /** Unix time in ms of slot 0. */
  readonly genesisTime: number;
  /** Starting value 1000. */
  readonly slotDurationMs?: number;
  /** Starting value 30. */
  readonly slotsPerEpoch?: number;
  /** Starting value 0. */
  readonly difficulty?: number;
  /** The treasury gets its money here; any other account has what it brings. */
  readonly accounts: readonly { readonly name: string; readonly address: Address; readonly balance?: Amount }[];
  readonly validators: readonly GenesisValidator[];
}

/** The treasury, which owns the first validator, and the shop, each with a new key. */
export function newDevelopmentAccounts(): readonly [treasury: DevelopmentAccount, shop: DevelopmentAccount] {
  return [newDevelopmentAccount('treasury'), newDevelopmentAccount('shop')];
}

export function newDevelopmentAccount(name: string): DevelopmentAccount {
  const secret = new Uint8Array(randomBytes(32));
  return { name, secret, address: encodeAddress(developmentPrefix, createSigner(secret).publicKey) };
}

/** The addresses of the treasury and the shop whose keys are in the home's wallet; made there if they are missing. */
export function developmentAccounts(home: string): readonly [treasury: NamedAccount, shop: NamedAccount] {
  addDevelopmentKeys(home, newDevelopmentAccounts());
  const keystore = createKeystore(home);
  const addressOf = (name: NamedAccount['name']): NamedAccount => {
    const stored = keystore.read(name);
    if (stored.ok) return { name, address: encodeAddress(developmentPrefix, `0x${stored.value.file.pubkey}`) };
    throw new SlotledgerError(
      'KEY_DAMAGED',
      `${keystore.directory} holds no usable key ${name}.`,
      'Restore it from your backup of the keys, or use another --home.',
    );
  };
  return [addressOf('treasury'), addressOf('shop')];
}

/** Puts the keys, without passwords, into the wallet of a home; those that are there already stay. */
export function addDevelopmentKeys(home: string, accounts: readonly DevelopmentAccount[]): void {
  const keystore = createKeystore(home);
  for (const { name, secret } of accounts) {
    const publicKey = hexToBytes(createSigner(secret).publicKey.slice(2));
    keystore.add(name, developmentKey({ name, secret, publicKey, path: '' }));
  }
}

/** Not checked: parameters that are out of bounds are for `openGenesis` to refuse. */
export function developmentGenesis(chain: DevelopmentChain): Genesis {
  const { slotsPerEpoch, difficulty } = chain;
  return {
    version: 1,
    name: chain.name ?? 'dev',
    genesis_time: chain.genesisTime,
    address_prefix: developmentPrefix,
    token: developmentToken,
    development: true,
    parameters: {
      ...withSlotDuration(developmentParameters, chain.slotDurationMs ?? developmentParameters.slot_duration_ms),
      ...(slotsPerEpoch === undefined ? {} : { slots_per_epoch: slotsPerEpoch }),
      ...(difficulty === undefined ? {} : { difficulty }),
    },
    accounts: chain.accounts.map(({ name, address, balance }) => ({
      address,
      balance: balance ?? (name === 'treasury' ? treasuryBalance : toAmount(0)),
      name,
    })),
    validators: chain.validators,
  };
}

/** Shorter slots need shorter delays, in proportion; longer slots keep the delays. */
export function withSlotDuration(parameters: Parameters, slotDurationMs: number): Parameters {
  const { slot_duration_ms, delta_ms, network_delay_ms, max_clock_offset_ms } = parameters;
  const part = Math.min(1, slotDurationMs / slot_duration_ms);
  const network = Math.max(1, Math.floor(network_delay_ms * part));
  const offset = Math.floor(max_clock_offset_ms * part);
  return {
    ...parameters,
    slot_duration_ms: slotDurationMs,
    network_delay_ms: network,
    max_clock_offset_ms: offset,
    delta_ms: Math.max(network + 2 * offset, Math.floor(delta_ms * part)),
  };
}
