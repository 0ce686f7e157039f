/**
 * The chain that a node makes when there is none yet: for trying things out, with keys that have no passwords. Its
 * parameters are those of the protocol with short epochs; nothing about its rules is special.
 */
import { randomBytes } from 'node:crypto';
import { createVrfProver } from '../ledger/crypto/ecvrf.js';
import { encodeAddress } from '../ledger/values/address.js';
import type { Genesis, GenesisAccount, GenesisValidator, Parameters } from '../ledger/values/genesis.js';
import { toAmount } from '../ledger/values/numbers.js';
import { developmentParameters } from '../ledger/values/parameters.js';
import { possessionText } from '../ledger/values/signing.js';
import type { PublicKey } from '../ledger/values/text.js';
import { createSigner } from './crypto/create-crypto.js';

/** Someone with stake from the first block on. */
export interface Stakeholder {
  /** The validator's name. */
  readonly id: string;
  /** Units of the token, at least 1. */
  readonly stake: number;
  /** Of the account that owns the stake. Absent: one is made, named like the validator. */
  readonly owner?: PublicKey;
}

export interface DevelopmentWishes {
  /** In ms. */
  readonly slotDurationMs?: number;
  readonly slotsPerEpoch?: number;
  readonly difficulty?: number;
  /** Unix time in ms of slot 0. */
  readonly genesisTime: number;
  /** Empty: one, named `validator`. */
  readonly stakeholders: readonly Stakeholder[];
}

export interface NewValidator {
  readonly id: string;
  /** Seeds of 32 bytes. */
  readonly validator: Uint8Array;
  readonly vrf: Uint8Array;
}

export interface DevelopmentChain {
  readonly genesis: Genesis;
  /** In the order of the wishes. */
  readonly validators: readonly NewValidator[];
  readonly accounts: readonly { readonly name: string; readonly seed: Uint8Array; readonly publicKey: PublicKey }[];
}

const name = 'dev';
const prefix = 'sl';
const token = { symbol: 'SLT', decimals: 6 } as const;
const wholeToken = 10 ** token.decimals;
const treasuryBalance = 1_000_000_000 * wholeToken;
const shopBalance = 1000 * wholeToken;
const ownStake = 1_000_000 * wholeToken;

/** Two slots of waiting and an epoch of half a minute at the starting values; keys are random. */
export function createDevelopmentChain(wishes: DevelopmentWishes): DevelopmentChain {
  const keys: { name: string; seed: Uint8Array; publicKey: PublicKey }[] = [];
  const newAccount = (account: string): PublicKey => {
    const seed = randomBytes(32);
    const { publicKey } = createSigner(seed);
    keys.push({ name: account, seed, publicKey });
    return publicKey;
  };
  const funded = (account: string, balance: number): GenesisAccount => ({
    address: encodeAddress(prefix, newAccount(account)),
    balance: toAmount(balance),
    name: account,
  });
  const accounts = [funded('treasury', treasuryBalance), funded('shop', shopBalance)];
  const stakeholders = wishes.stakeholders.length > 0 ? wishes.stakeholders : [{ id: 'validator', stake: ownStake }];
  const validators: GenesisValidator[] = [];
  const seeds: NewValidator[] = [];
  for (const { id, stake, owner: ownerKey } of stakeholders) {
    const owner = encodeAddress(prefix, ownerKey ?? newAccount(id));
    const made = { id, validator: randomBytes(32), vrf: randomBytes(32) };
    const signer = createSigner(made.validator);
    const vrfSigner = createSigner(made.vrf);
    seeds.push(made);
    validators.push({
      key: signer.publicKey,
      vrf_key: createVrfProver(made.vrf).publicKey,
      owner,
      stake: toAmount(stake),
      key_proof: signer.sign(possessionText({ name }, owner, 'validator', signer.publicKey)),
      vrf_key_proof: vrfSigner.sign(possessionText({ name }, owner, 'vrf', vrfSigner.publicKey)),
      name: id,
    });
  }
  return { genesis: genesisOf(wishes, accounts, validators), validators: seeds, accounts: keys };
}

function genesisOf(
  { slotDurationMs, slotsPerEpoch, difficulty, genesisTime }: DevelopmentWishes,
  accounts: readonly GenesisAccount[],
  validators: readonly GenesisValidator[],
): Genesis {
  return {
    version: 1,
    name,
    genesis_time: genesisTime,
    address_prefix: prefix,
    token,
    development: true,
    parameters: {
      ...developmentParameters,
      ...(slotDurationMs === undefined ? {} : timesFor(slotDurationMs)),
      ...(slotsPerEpoch === undefined ? {} : { slots_per_epoch: slotsPerEpoch }),
      ...(difficulty === undefined ? {} : { difficulty }),
    },
    accounts,
    validators,
  };
}

/** Short slots need short delays; the waiting times keep their share of a slot, and never exceed the starting values. */
function timesFor(slotDurationMs: number): Partial<Parameters> {
  const { slot_duration_ms, delta_ms, network_delay_ms, max_clock_offset_ms } = developmentParameters;
  const share = Math.min(1, slotDurationMs / slot_duration_ms);
  return {
    slot_duration_ms: slotDurationMs,
    delta_ms: Math.floor(delta_ms * share),
    network_delay_ms: Math.floor(network_delay_ms * share),
    max_clock_offset_ms: Math.floor(max_clock_offset_ms * share),
  };
}
