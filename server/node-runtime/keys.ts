/**
 * The keys that a node runs with, from the files of its home. One rule: a validator key comes with its first vote
 * state, so that a missing vote state means that one was lost, and never that a key is new.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { developmentKey, isDevelopmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { createVrfProver } from '../../ledger/crypto/ecvrf.js';
import type { Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { Hash } from '../../ledger/values/text.js';
import { createSigner } from '../crypto/create-crypto.js';
import type { DevelopmentChain, NewValidator } from '../development-chain.js';
import { SlotledgerError } from '../errors.js';
import type { HomePaths } from '../home/home.js';
import { readKeyFile, writeKeyFile } from '../home/key-files.js';
import { initialVoteState } from '../replica/recover.js';
import { initVoteState } from '../storage/vote-state-file.js';

export interface NodeKeys {
  /** Who this node is to its peers. */
  readonly node: Signer;
  /** Absent: this node only follows. */
  readonly validator?: { readonly signer: Signer; readonly vrf: VrfProver };
}

/** Reads the keys; a node key is made where there is none. @throws SlotledgerError KEY_DAMAGED and kin */
export function openKeys(paths: HomePaths): NodeKeys {
  const node = createSigner(readKeyFile(paths.keys, 'node') ?? writeKeyFile(paths.keys, 'node'));
  const validator = readKeyFile(paths.keys, 'validator');
  const vrf = readKeyFile(paths.keys, 'vrf');
  if (validator === undefined && vrf === undefined) return { node };
  if (validator === undefined || vrf === undefined) {
    const [there, missing] = validator === undefined ? ['vrf', 'validator'] : ['validator', 'vrf'];
    throw new SlotledgerError(
      'KEY_MISSING',
      `${paths.keys} has a ${there} key but no ${missing} key, and a validator needs both.`,
      `Restore ${missing}-key.json from your backup of the keys.`,
    );
  }
  return { node, validator: { signer: createSigner(validator), vrf: createVrfProver(vrf) } };
}

/** Makes validator and VRF key with their first vote state in `directory`, which has none yet. */
export function writeValidatorKeys(directory: string, genesisHash: Hash, seeds?: NewValidator): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  initVoteState(directory, initialVoteState(genesisHash));
  writeKeyFile(directory, 'vrf', seeds?.vrf);
  writeKeyFile(directory, 'validator', seeds?.validator);
}

/** Where the keys of the other validators of a chain made here wait to be taken to their nodes. */
export const otherKeys = (paths: HomePaths, id: string): string => join(paths.keys, 'validators', id);

/** Writes every key of a new chain. The first validator, or the one called `nodeId`, is this node's. */
export function writeChainKeys(
  paths: HomePaths,
  chain: DevelopmentChain,
  genesisHash: Hash,
  nodeId: string | undefined,
): void {
  const keystore = createKeystore(paths.home);
  for (const { name, seed, publicKey } of chain.accounts) {
    const publicBytes = Buffer.from(publicKey.slice(2), 'hex');
    const added = keystore.add(name, developmentKey({ name, secret: seed, publicKey: publicBytes, path: '' }));
    if (!added.ok) {
      throw new SlotledgerError(
        'KEY_EXISTS',
        `The key ${name} cannot be written to ${keystore.directory} (${added.problem.code}).`,
        'Use another --home, or another name.',
      );
    }
  }
  const own = chain.validators.find(({ id }) => id === nodeId) ?? chain.validators[0];
  for (const validator of chain.validators) {
    const directory = validator === own ? paths.keys : otherKeys(paths, validator.id);
    writeValidatorKeys(directory, genesisHash, validator);
  }
}

/** The treasury's key, if this home holds it without a password. */
export function treasurySigner(paths: HomePaths): Signer | undefined {
  const stored = createKeystore(paths.home).read('treasury');
  if (!stored.ok || !isDevelopmentKey(stored.value.file)) return undefined;
  return createSigner(Buffer.from(stored.value.file.secret, 'hex'));
}
