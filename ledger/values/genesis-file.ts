/** Reads a genesis file strictly, and derives what it fixes: the hash, the chain id and block 0. PROTOCOL section 1. */
import { isAddressPrefix } from './address.js';
import type { Block } from './block.js';
import type { Crypto, Hasher, Verifier } from './crypto.js';
import { addressDecoder, decodeAmount, decodePositiveAmount, decodePublicKey, decodeSignature } from './decode-text.js';
import { domainText } from './domain.js';
import type { Genesis, GenesisAccount, GenesisValidator } from './genesis.js';
import { evidenceRoot, hashText, transactionsRoot, validatorsHash } from './identity.js';
import { maxGenesisAccounts } from './limits.js';
import { type Epoch, type Height, type Slot, toEpoch, toView, type View } from './numbers.js';
import { checkParameters } from './parameters.js';
import { type DecodeProblem, err, ok, type Result } from './result.js';
import { boolean, checked, type Decoder, integer, isObject, list, oneOf, optional, record, textOf } from './shape.js';
import { possessionText } from './signing.js';
import type { SetMember } from './state.js';
import type { ChainId, Hash, PublicKey } from './text.js';
import type { Certificate } from './vote.js';

const alias = textOf(
  (text) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(text),
  'A name of 1 to 32 letters, digits, "_", "." and "-"',
);
const chainName = textOf(
  (text) => /^[a-z0-9-]{1,32}$/.test(text),
  'A name of 1 to 32 lower-case letters, digits and "-"',
);
const tokenSymbol = textOf((text) => /^[A-Za-z0-9]{1,12}$/.test(text), 'A symbol of 1 to 12 letters and digits');
const addressPrefix = textOf(isAddressPrefix, 'A prefix of 1 to 16 lower-case letters');

/** Every member, every bound, and that nothing occurs twice; proofs of possession are left to `verifyGenesis`. */
export function decodeGenesis(value: unknown): Result<Genesis, DecodeProblem> {
  // The prefix decides what an address is, so it is read first.
  const prefix = isObject(value) && typeof value.address_prefix === 'string' ? value.address_prefix : '';
  return genesisDecoder(prefix, 1)(value);
}

/** As `decodeGenesis`, for a file that still waits for its validators: there may be none. */
export function decodeGenesisDraft(value: unknown): Result<Genesis, DecodeProblem> {
  const prefix = isObject(value) && typeof value.address_prefix === 'string' ? value.address_prefix : '';
  return genesisDecoder(prefix, 0)(value);
}

/** Checks both proofs of possession of each validator. */
export function verifyGenesis(verifier: Verifier, genesis: Genesis): Result<Genesis, DecodeProblem> {
  for (const [i, validator] of genesis.validators.entries()) {
    const { key, vrf_key, owner, key_proof, vrf_key_proof } = validator;
    const where = { name: genesis.name };
    if (!verifier.verify(key, possessionText(where, owner, 'validator', key), key_proof)) {
      return err({ path: `validators[${i}].key_proof`, detail: 'The proof is not by the validator key it names.' });
    }
    if (!verifier.verify(vrf_key, possessionText(where, owner, 'vrf', vrf_key), vrf_key_proof)) {
      return err({ path: `validators[${i}].vrf_key_proof`, detail: 'The proof is not by the VRF key it names.' });
    }
  }
  return ok(genesis);
}

/** The text whose SHA-256 is the genesis hash. */
function genesisText(genesis: Genesis): string {
  return domainText('genesis', genesis);
}

export function genesisHash(hasher: Hasher, genesis: Genesis): Hash {
  return hashText(hasher, genesisText(genesis));
}

/** The name, `-`, and the first 32 hex digits of the genesis hash. */
export function chainIdOf(genesis: Genesis, hash: Hash): ChainId {
  return `${genesis.name}-${hash.slice(2, 34)}` as ChainId;
}

/** What makes block 0 final without a vote. */
export function genesisCertificate(hash: Hash): Certificate {
  return {
    phase: 'commit',
    epoch: toEpoch(0),
    view: toView(0),
    block: hash,
    justify_view: toView(0),
    signers: [],
    signatures: [],
  };
}

/** The set of epoch 0, sorted by key. */
function genesisValidators(genesis: Genesis): readonly SetMember[] {
  return genesis.validators
    .map(({ key, vrf_key, owner, stake }) => ({ key, vrf_key, owner, stake }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Balances and stakes of genesis together: what exists at height 0. */
export function genesisSupply(genesis: Genesis): number {
  let sum = 0;
  for (const account of genesis.accounts) sum += account.balance;
  for (const validator of genesis.validators) sum += validator.stake;
  return sum;
}

const zeros = `0x${'0'.repeat(64)}` as const;

/** Block 0. Its hash is the genesis hash, not that of its header; nobody proposed it and it has no parent. */
export function genesisBlock(hasher: Hasher, genesis: Genesis, stateRoot: Hash): Block {
  const hash = genesisHash(hasher, genesis);
  return {
    version: 1,
    chain: chainIdOf(genesis, hash),
    index: 0 as Height,
    epoch: 0 as Epoch,
    slot: 0 as Slot,
    round: 0,
    prev_hash: zeros,
    justify_view: 0 as View,
    proposer: zeros as PublicKey,
    tx_root: transactionsRoot(hasher, []),
    evidence_root: evidenceRoot(hasher, []),
    state_root: stateRoot,
    validators_hash: validatorsHash(hasher, genesisValidators(genesis)),
    hash,
    transactions: [],
    evidence: [],
  };
}

/** Decodes and verifies a genesis, and names its chain. */
export function openGenesis(
  crypto: Crypto,
  value: unknown,
): Result<{ readonly genesis: Genesis; readonly hash: Hash; readonly chain: ChainId }, DecodeProblem> {
  const decoded = decodeGenesis(value);
  if (!decoded.ok) return decoded;
  const verified = verifyGenesis(crypto, decoded.value);
  if (!verified.ok) return verified;
  const hash = genesisHash(crypto, decoded.value);
  return ok({ genesis: decoded.value, hash, chain: chainIdOf(decoded.value, hash) });
}

function genesisDecoder(prefix: string, minValidators: number): Decoder<Genesis> {
  const address = addressDecoder(prefix);
  const account = record<GenesisAccount>({ address, balance: decodeAmount, name: optional(alias) });
  const validator = record<GenesisValidator>({
    key: decodePublicKey,
    vrf_key: decodePublicKey,
    owner: address,
    stake: decodePositiveAmount,
    key_proof: decodeSignature,
    vrf_key_proof: decodeSignature,
    name: optional(alias),
  });
  const genesis = record<Genesis>({
    version: oneOf(1),
    name: chainName,
    // Until the year 2255; then slots and views still fit.
    genesis_time: integer<number>(0, 9_000_000_000_000),
    address_prefix: addressPrefix,
    token: record<Genesis['token']>({ symbol: tokenSymbol, decimals: integer<number>(0, 15) }),
    development: boolean,
    parameters: checkParameters,
    accounts: list(account, maxGenesisAccounts),
    validators: list(validator, 400, minValidators),
  });
  return checked(genesis, genesisFault);
}

function genesisFault(genesis: Genesis): DecodeProblem | undefined {
  const { accounts, validators, parameters } = genesis;
  if (validators.length > parameters.max_validators) {
    return { path: 'validators', detail: `At most max_validators = ${parameters.max_validators} are allowed.` };
  }
  return (
    repeated(accounts, 'accounts', ['address', 'name']) ??
    repeated(validators, 'validators', ['owner', 'name']) ??
    repeatedKey(validators) ??
    supplyFault(genesis)
  );
}

/** The first of `items` with a member that an earlier item has too. */
function repeated<T>(items: readonly T[], list: string, members: readonly (keyof T & string)[]) {
  for (const member of members) {
    const seen = new Set<unknown>();
    for (const [i, item] of items.entries()) {
      const value = item[member];
      if (value === undefined) continue;
      if (seen.has(value)) return { path: `${list}[${i}].${member}`, detail: 'This occurs twice in the list.' };
      seen.add(value);
    }
  }
  return undefined;
}

/** A key has one purpose and one holder. */
function repeatedKey(validators: readonly GenesisValidator[]): DecodeProblem | undefined {
  const seen = new Set<PublicKey>();
  for (const [i, validator] of validators.entries()) {
    for (const member of ['key', 'vrf_key'] as const) {
      const key = validator[member];
      if (seen.has(key)) return { path: `validators[${i}].${member}`, detail: 'This key occurs twice in genesis.' };
      seen.add(key);
    }
  }
  return undefined;
}

function supplyFault({ accounts, validators }: Genesis): DecodeProblem | undefined {
  let sum = 0n;
  for (const account of accounts) sum += BigInt(account.balance);
  for (const validator of validators) sum += BigInt(validator.stake);
  if (sum <= BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { path: 'accounts', detail: `Balances and stakes together exceed ${Number.MAX_SAFE_INTEGER}.` };
}
