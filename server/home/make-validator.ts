/**
 * A validator's keys, made once and together with its vote state, so that a missing vote state always means a lost one.
 * Before the chain is known the vote state says so; `bindVoteState` then names the chain's genesis, once.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { VoteState } from '../../consensus/vote-state.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { Signer } from '../../ledger/values/crypto.js';
import type { GenesisValidator } from '../../ledger/values/genesis.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { possessionText } from '../../ledger/values/signing.js';
import type { Address, Hash, PublicKey } from '../../ledger/values/text.js';
import { createSigner } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import { initialVoteState, isOfAnotherKey } from '../replica/recover.js';
import { createVoteStateStore, initVoteState, voteStateFileName } from '../storage/vote-state-file.js';
import { type HomePaths, prepareHome } from './home.js';
import {
  hasKeyFile,
  type KeyKind,
  keyKinds,
  openKeyFile,
  readKeyFile,
  readPublicKey,
  writeKeyFile,
} from './key-files.js';

/** What a node signs with. The VRF key signs nothing but its own proof of possession. */
export interface NodeSigners {
  readonly node: Signer;
  readonly validator: Signer;
  readonly vrf: Signer;
}

export type NodePublicKeys = { readonly [kind in KeyKind]: PublicKey };

/** Stands in the vote state for the genesis hash of a chain that is not known yet. */
const unknownGenesis: Hash = `0x${'0'.repeat(64)}`;

/**
 * Makes all three keys and the vote state, or what is missing of them where a crash came in between. Other keys that exist
 * are never overwritten: then nothing is made.
 * @param genesisHash absent while the chain is not known
 * @param before told of the keys while none of them is on disk; a crash in between leaves a word about keys that nobody has
 * @throws SlotledgerError KEY_EXISTS; what `before` throws, and then nothing is made
 */
export function makeValidatorKeys(
  paths: HomePaths,
  genesisHash?: Hash,
  before: (keys: NodePublicKeys) => void = () => undefined,
): NodeSigners {
  prepareHome(paths);
  const hasVoteState = existsSync(join(paths.keys, voteStateFileName));
  const present = [
    ...(['validator', 'vrf'] as const).filter((kind) => hasKeyFile(paths.keys, kind)),
    ...(hasVoteState ? (['vote state'] as const) : []),
  ];
  if (present.length > 0 && !isHalfMade(paths, genesisHash)) {
    throw new SlotledgerError(
      'KEY_EXISTS',
      `${paths.keys} holds a ${present.join(' and a ')} already, and keys are never overwritten.`,
      'Use another --home.',
    );
  }
  const [node, validator, vrf] = keyKinds.map((kind) => readKeyFile(paths.keys, kind) ?? randomBytes(32));
  const made = signersOf([node, validator, vrf])!;
  before({ node: made.node.publicKey, validator: made.validator.publicKey, vrf: made.vrf.publicKey });
  // The vote state comes first: a crash in between leaves no key that could sign without one.
  const names = { key: made.validator.publicKey, ...(genesisHash === undefined ? {} : { genesis: genesisHash }) };
  // One that was begun names a key that nobody has.
  if (hasVoteState) rmSync(join(paths.keys, voteStateFileName));
  initVoteState(paths.keys, names, initialVoteState(genesisHash ?? unknownGenesis));
  if (!hasKeyFile(paths.keys, 'node')) writeKeyFile(paths.keys, 'node', node);
  if (!hasKeyFile(paths.keys, 'vrf')) writeKeyFile(paths.keys, 'vrf', vrf);
  writeKeyFile(paths.keys, 'validator', validator);
  return made;
}

/**
 * Whether a crash ended this before: the validator key is made last, so that without one nothing was signed, and the vote
 * state is as it was begun.
 */
function isHalfMade(paths: HomePaths, genesisHash: Hash = unknownGenesis): boolean {
  if (hasKeyFile(paths.keys, 'validator')) return false;
  const store = createVoteStateStore(paths.keys, {});
  try {
    const begun = store.read()?.voteState;
    return begun === undefined || canonicalJson(begun) === canonicalJson(initialVoteState(genesisHash));
  } finally {
    store.close();
  }
}

export const hasValidatorKeys = (paths: HomePaths): boolean => keyKinds.every((kind) => hasKeyFile(paths.keys, kind));

/** Keys without a password. @returns undefined unless all three are there. @throws SlotledgerError as `readKeyFile` does */
export function readValidatorKeys(paths: HomePaths): NodeSigners | undefined {
  const seeds = keyKinds.map((kind) => readKeyFile(paths.keys, kind));
  return signersOf(seeds);
}

/** @returns undefined unless all three are there. @throws SlotledgerError as `openKeyFile` does */
export async function openValidatorKeys(paths: HomePaths, password?: string): Promise<NodeSigners | undefined> {
  const seeds: (Uint8Array | undefined)[] = [];
  // One after the other: each takes 128 MiB for a moment.
  for (const kind of keyKinds) seeds.push(await openKeyFile(paths.keys, kind, password));
  return signersOf(seeds);
}

function signersOf([node, validator, vrf]: readonly (Uint8Array | undefined)[]): NodeSigners | undefined {
  if (node === undefined || validator === undefined || vrf === undefined) return undefined;
  return { node: createSigner(node), validator: createSigner(validator), vrf: createSigner(vrf) };
}

/** Also of keys with a password. @returns undefined unless all three are there. @throws SlotledgerError KEY_PERMISSIONS or KEY_DAMAGED */
export function readNodePublicKeys(paths: HomePaths): NodePublicKeys | undefined {
  const [node, validator, vrf] = keyKinds.map((kind) => readPublicKey(paths.keys, kind));
  return node === undefined || validator === undefined || vrf === undefined ? undefined : { node, validator, vrf };
}

/**
 * Names the genesis in a vote state that was made before the chain was known, and does nothing to any other: that of
 * another key stays one. Call it with the home locked, before the vote state is read for signing.
 * @throws SlotledgerError VOTE_STATE_OTHER_CHAIN, KEY_PERMISSIONS or KEY_DAMAGED
 */
export function bindVoteState(paths: HomePaths, genesisHash: Hash): void {
  const key = readPublicKey(paths.keys, 'validator');
  const store = createVoteStateStore(paths.keys, { ...(key === undefined ? {} : { key }), genesis: genesisHash });
  try {
    const recovered = store.read();
    if (recovered === undefined || key === undefined || isOfAnotherKey(recovered, key)) return;
    if (isUnbound(recovered.voteState)) store.write(initialVoteState(genesisHash), [], []);
  } finally {
    store.close();
  }
}

/** Writes nothing. @throws SlotledgerError VOTE_STATE_OTHER_CHAIN when a vote state names another genesis */
export function checkVoteState(paths: HomePaths, genesisHash: Hash): void {
  const store = createVoteStateStore(paths.keys, { genesis: genesisHash });
  try {
    store.read();
  } finally {
    store.close();
  }
}

const isUnbound = ({ lock }: VoteState): boolean => lock.block === unknownGenesis;

/** What genesis says of a validator, with the proofs that its keys are at hand. @param chainName genesis' `name` */
export function genesisValidator(
  { validator, vrf }: Pick<NodeSigners, 'validator' | 'vrf'>,
  chainName: string,
  owner: Address,
  stake: Amount,
  name?: string,
): GenesisValidator {
  const where = { name: chainName };
  return {
    key: validator.publicKey,
    vrf_key: vrf.publicKey,
    owner,
    stake,
    key_proof: validator.sign(possessionText(where, owner, 'validator', validator.publicKey)),
    vrf_key_proof: vrf.sign(possessionText(where, owner, 'vrf', vrf.publicKey)),
    ...(name === undefined ? {} : { name }),
  };
}
