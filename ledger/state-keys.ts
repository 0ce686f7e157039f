/** Where each entry of the consensus state stands, and typed access to it. The only place that spells keys. */
import { assert } from './values/assertion.js';
import type { Epoch, Nonce } from './values/numbers.js';
import { toAmount } from './values/numbers.js';
import { remembered } from './values/remembered.js';
import type {
  AccountEntry,
  EpochEntry,
  NonceMaterialEntry,
  OwnerEntry,
  QueueEntry,
  StateEntry,
  StateReader,
  SupplyEntry,
  TipEntry,
  ValidatorEntry,
} from './values/state.js';
import type { Address, PublicKey } from './values/text.js';

type Entries = Pick<StateReader, 'get'>;

/** Some megabytes at the most. */
const maxAccountKeys = 8192;

/** One text for each address, so that maps hash it once: a payment asks for a dozen. */
export const accountKey = remembered(maxAccountKeys, (address: Address): string => `account/${address}`);
export const validatorKey = (key: PublicKey): string => `validator/${key}`;
/** VRF keys are unique as well: two validators with one could not be told apart by their proofs. */
export const vrfKeyKey = (key: PublicKey): string => `vrf/${key}`;
export const ownerKey = (address: Address): string => `owner/${address}`;
export const pastEpochKey = (number: Epoch): string => `system/epoch/${number}`;
export const epochKey = 'system/epoch';
/** The epoch before: the running one rests on a certificate of its set, however long ago that was. */
export const previousEpochKey = 'system/previous-epoch';
export const supplyKey = 'system/supply';
export const queueKey = 'system/queue';
export const nonceMaterialKey = 'system/nonce';
export const tipKey = 'system/tip';

const emptyAccount: AccountEntry = { kind: 'account', balance: toAmount(0), nonces: {} };

/** An account that never was is an empty one. */
export function readAccount(state: Entries, address: Address): AccountEntry {
  return (state.get(accountKey(address)) as AccountEntry | undefined) ?? emptyAccount;
}

export function readNonce(account: AccountEntry, lane: number | undefined): Nonce {
  return account.nonces[String(lane ?? 0)] ?? (0 as Nonce);
}

export function readValidator(state: Entries, key: PublicKey): ValidatorEntry | undefined {
  return state.get(validatorKey(key)) as ValidatorEntry | undefined;
}

export function readOwner(state: Entries, address: Address): OwnerEntry | undefined {
  return state.get(ownerKey(address)) as OwnerEntry | undefined;
}

export function readEpoch(state: Entries): EpochEntry {
  return present(state, epochKey) as EpochEntry;
}

/** The set of an epoch that is current or that evidence may still name. */
export function readEpochNumbered(state: Entries, number: Epoch): EpochEntry | undefined {
  const current = readEpoch(state);
  return current.number === number ? current : (state.get(pastEpochKey(number)) as EpochEntry | undefined);
}

/**
 * The set by which a certificate of that epoch is checked. [6-previous-set] The first block of an epoch rests on a
 * certificate of the set before, which may lie more epochs back than evidence counts, since empty ones are skipped.
 */
export function readCertifyingSet(state: Entries, number: Epoch): EpochEntry | undefined {
  const previous = state.get(previousEpochKey) as EpochEntry | undefined;
  return previous?.number === number ? previous : readEpochNumbered(state, number);
}

export function readSupply(state: Entries): SupplyEntry {
  return present(state, supplyKey) as SupplyEntry;
}

export function readQueue(state: Entries): QueueEntry {
  return present(state, queueKey) as QueueEntry;
}

export function readNonceMaterial(state: Entries): NonceMaterialEntry {
  return present(state, nonceMaterialKey) as NonceMaterialEntry;
}

export function readTip(state: Entries): TipEntry {
  return present(state, tipKey) as TipEntry;
}

function present(state: Entries, key: string): StateEntry {
  const entry = state.get(key);
  assert(entry !== undefined, `the state has no ${key}`);
  return entry;
}
