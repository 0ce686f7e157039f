/** The keys that a node runs with, from the files of its home. */
import { isDevelopmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { createVrfProver } from '../../ledger/crypto/ecvrf.js';
import type { Signer, VrfProver } from '../../ledger/values/crypto.js';
import { createSigner } from '../crypto/create-crypto.js';
import { createNodeCertificate, type NodeCertificate } from '../crypto/node-certificate.js';
import { SlotledgerError } from '../errors.js';
import type { HomePaths } from '../home/home.js';
import { hasKeyFile, keyKinds, openKeyFile, writeKeyFile } from '../home/key-files.js';

export interface NodeKeys {
  /** Who this node is to its peers. */
  readonly node: Signer;
  /** Binds TLS connections to the node key. */
  certificate(): NodeCertificate;
  /** Absent: this node only follows. */
  readonly validator?: { readonly signer: Signer; readonly vrf: VrfProver };
}

/**
 * Reads the keys; a node key is made where there is none.
 * @param password of keys that have one
 * @throws SlotledgerError KEY_MISSING, KEY_DAMAGED, KEY_SEALED, KEY_PASSWORD and kin
 */
export async function openKeys(paths: HomePaths, password?: string): Promise<NodeKeys> {
  const seed = (await openKeyFile(paths.keys, 'node', password)) ?? writeKeyFile(paths.keys, 'node');
  const node = createSigner(seed);
  const certificate = (): NodeCertificate => createNodeCertificate(seed);
  const validator = await openKeyFile(paths.keys, 'validator', password);
  const vrf = await openKeyFile(paths.keys, 'vrf', password);
  if (validator === undefined && vrf === undefined) return { node, certificate };
  if (validator === undefined || vrf === undefined) {
    const [there, missing] = validator === undefined ? ['vrf', 'validator'] : ['validator', 'vrf'];
    throw new SlotledgerError(
      'KEY_MISSING',
      `${paths.keys} has a ${there} key but no ${missing} key, and a validator needs both.`,
      `Restore ${missing}-key.json from your backup of the keys.`,
    );
  }
  return { node, certificate, validator: { signer: createSigner(validator), vrf: createVrfProver(vrf) } };
}

/** Which keys of the node are there, by what they are for. */
export const keysThere = ({ keys }: HomePaths): ReadonlySet<string> =>
  new Set(keyKinds.filter((kind) => hasKeyFile(keys, kind)));

/** The key of an account in the home's wallet, if it stands there without a password. */
export function developmentSigner(paths: HomePaths, name: string): Signer | undefined {
  const stored = createKeystore(paths.home).read(name);
  if (!stored.ok || !isDevelopmentKey(stored.value.file)) return undefined;
  return createSigner(Buffer.from(stored.value.file.secret, 'hex'));
}

/** What the audit log says of the keys that a node opened. */
export function publicKeys({ node, validator }: NodeKeys, treasury: Signer | undefined): { [purpose: string]: string } {
  return {
    node: node.publicKey,
    ...(validator === undefined ? {} : { validator: validator.signer.publicKey, vrf: validator.vrf.publicKey }),
    ...(treasury === undefined ? {} : { faucet: treasury.publicKey }),
  };
}
