/**
 * The node's own keys: node, validator and VRF, each a 32-byte seed in a file of its own, readable by its owner only. A
 * key is never overwritten; `sealKeys` and `unsealKeys` write the same key in its other form.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeNodeKey,
  isSealed,
  type NodeKey,
  type NodeKeyKind,
  nodeKeyFileName,
  nodeKeyText,
} from '../../client/keystore/node-key.js';
import { openSecret, sealSecret } from '../../client/keystore/sealed-secret.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { createSigner } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import { replaceFile, unfinishedOf } from '../storage/durable-files.js';

export type KeyKind = NodeKeyKind;

export const keyKinds: readonly KeyKind[] = ['node', 'validator', 'vrf'];

const pathOf = (keys: string, kind: KeyKind): string => join(keys, nodeKeyFileName(kind));

/** Makes a key file, which is there as a whole or not at all. @throws SlotledgerError KEY_EXISTS */
export function writeKeyFile(keys: string, kind: KeyKind, seed: Uint8Array = randomBytes(32)): Uint8Array {
  const path = pathOf(keys, kind);
  // Whoever makes keys holds the home's lock, so nobody else makes it in between.
  if (existsSync(path)) {
    throw new SlotledgerError('KEY_EXISTS', `${path} exists already and is never overwritten.`, 'Use another --home.');
  }
  replaceFile(path, nodeKeyText(kind, { seed }));
  return seed;
}

export const hasKeyFile = (keys: string, kind: KeyKind): boolean => existsSync(pathOf(keys, kind));

/** @returns undefined when there is no such file. @throws SlotledgerError KEY_PERMISSIONS or KEY_DAMAGED */
function readKey(keys: string, kind: KeyKind): NodeKey | undefined {
  const path = pathOf(keys, kind);
  let text: string;
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) {
      throw new SlotledgerError('KEY_PERMISSIONS', `${path} can be read by others.`, `Run: chmod 600 ${path}`);
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = decodeNodeKey(text, kind);
  if (key === undefined) throw damagedKey(path, kind);
  return key;
}

const damagedKey = (path: string, kind: KeyKind): SlotledgerError =>
  new SlotledgerError(
    'KEY_DAMAGED',
    `${path} does not hold a ${kind} key.`,
    'Restore it from your backup of the keys.',
  );

/** Without its password. @returns undefined when there is no such file. @throws SlotledgerError KEY_PERMISSIONS or KEY_DAMAGED */
export function readPublicKey(keys: string, kind: KeyKind): PublicKey | undefined {
  const key = readKey(keys, kind);
  return key && (isSealed(key) ? key.publicKey : createSigner(key.seed).publicKey);
}

/** The seed of a key without a password. @throws SlotledgerError KEY_PERMISSIONS, KEY_DAMAGED or KEY_SEALED */
export function readKeyFile(keys: string, kind: KeyKind): Uint8Array | undefined {
  const key = readKey(keys, kind);
  if (key !== undefined && isSealed(key)) throw sealedKey(pathOf(keys, kind));
  return key?.seed;
}

const sealedKey = (path: string): SlotledgerError =>
  new SlotledgerError(
    'KEY_SEALED',
    `${path} is sealed with a password.`,
    'Name a file that holds it with --key-password-file, or run `server keys unseal`.',
  );

/**
 * The seed of a key, with or without a password.
 * @param password not looked at for a key that has none
 * @throws SlotledgerError KEY_PERMISSIONS, KEY_DAMAGED, KEY_SEALED or KEY_PASSWORD
 */
export async function openKeyFile(keys: string, kind: KeyKind, password?: string): Promise<Uint8Array | undefined> {
  const key = readKey(keys, kind);
  if (key === undefined || !isSealed(key)) return key?.seed;
  const path = pathOf(keys, kind);
  if (password === undefined) throw sealedKey(path);
  const opened = await openSecret(key.sealed, password);
  if (!opened.ok) {
    throw new SlotledgerError(
      'KEY_PASSWORD',
      `The password does not open ${path}.`,
      'Look for another password file; a key whose password is lost is lost.',
    );
  }
  if (createSigner(opened.value).publicKey !== key.publicKey) throw damagedKey(path, kind);
  return opened.value;
}

/** Whether some key of the home has a password. @throws SlotledgerError KEY_PERMISSIONS or KEY_DAMAGED */
export function areKeysSealed(keys: string): boolean {
  return keyKinds.some((kind) => {
    const key = readKey(keys, kind);
    return key !== undefined && isSealed(key);
  });
}

/** Told before the first file is written: a crash in between leaves what was told, and keys of both forms. */
export type BeforeRewrite = (kinds: readonly KeyKind[]) => void;

/**
 * Puts the password on every key that has none, one after the other: after a crash in between, the same call goes on.
 * Keys of one home have one password: it has to open those that have one already.
 * @param before not called where all have one
 * @returns the kinds that it sealed. @throws SlotledgerError as `openKeyFile` does, or what `before` throws; then no file has changed
 */
export async function sealKeys(
  keys: string,
  password: string,
  before: BeforeRewrite = () => undefined,
): Promise<readonly KeyKind[]> {
  return await rewriteKeys(keys, password, false, before, async (seed) => ({
    publicKey: createSigner(seed).publicKey,
    sealed: await sealSecret(seed, password),
  }));
}

/** @returns the kinds that have no password any more. @throws as `sealKeys` does; then no file has changed */
export async function unsealKeys(
  keys: string,
  password?: string,
  before: BeforeRewrite = () => undefined,
): Promise<readonly KeyKind[]> {
  return await rewriteKeys(keys, password, true, before, async (seed) => ({ seed }));
}

/** Opens every key, then writes those that are sealed, or are not, in another form. */
async function rewriteKeys(
  keys: string,
  password: string | undefined,
  whereSealed: boolean,
  before: BeforeRewrite,
  otherForm: (seed: Uint8Array) => Promise<NodeKey>,
): Promise<readonly KeyKind[]> {
  const wanted: { readonly kind: KeyKind; readonly text: string }[] = [];
  for (const kind of keyKinds) {
    const key = readKey(keys, kind);
    const seed = await openKeyFile(keys, kind, password);
    if (key === undefined || seed === undefined || isSealed(key) !== whereSealed) continue;
    wanted.push({ kind, text: nodeKeyText(kind, await otherForm(seed)) });
  }
  const kinds = wanted.map(({ kind }) => kind);
  if (kinds.length > 0) before(kinds);
  // Where a link stands for the file, it is the file that is written: beside a new one the old form would stay.
  for (const { kind, text } of wanted) replaceFile(realpathSync(pathOf(keys, kind)), text);
  // One that was cut off may have left a copy without a password.
  for (const kind of keyKinds) {
    if (hasKeyFile(keys, kind)) rmSync(unfinishedOf(realpathSync(pathOf(keys, kind))), { force: true });
  }
  return kinds;
}
