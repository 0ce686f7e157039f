/**
 * The node's own keys: node, validator and VRF, each a 32-byte seed in a file of its own, readable by its owner only
 * and never overwritten.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeNodeKey, type NodeKeyKind, nodeKeyFileName, nodeKeyText } from '../../client/keystore/node-key.js';
import { SlotledgerError } from '../errors.js';
import { syncDirectory, writeFully } from '../storage/durable-files.js';

export type KeyKind = NodeKeyKind;

const pathOf = (keys: string, kind: KeyKind): string => join(keys, nodeKeyFileName(kind));

/** Makes a key file. @throws SlotledgerError KEY_EXISTS */
export function writeKeyFile(keys: string, kind: KeyKind, seed: Uint8Array = randomBytes(32)): Uint8Array {
  const path = pathOf(keys, kind);
  let handle: number;
  try {
    handle = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new SlotledgerError('KEY_EXISTS', `${path} exists already and is never overwritten.`, 'Use another --home.');
  }
  try {
    writeFully(handle, nodeKeyText(kind, seed));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  syncDirectory(dirname(path));
  return seed;
}

/** @returns undefined when there is no such file. @throws SlotledgerError KEY_PERMISSIONS or KEY_DAMAGED */
export function readKeyFile(keys: string, kind: KeyKind): Uint8Array | undefined {
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
  const seed = decodeNodeKey(text, kind);
  if (seed === undefined) {
    throw new SlotledgerError(
      'KEY_DAMAGED',
      `${path} does not hold a ${kind} key.`,
      'Restore it from your backup of the keys.',
    );
  }
  return seed;
}
