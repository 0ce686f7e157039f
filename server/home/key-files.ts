/**
 * The node's own keys: node, validator and VRF, each a 32-byte seed in a file of its own, readable by its owner only
 * and never overwritten.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SlotledgerError } from '../errors.js';
import { syncDirectory, writeFully } from '../storage/durable-files.js';

export type KeyKind = 'node' | 'validator' | 'vrf';

const pathOf = (keys: string, kind: KeyKind): string => join(keys, `${kind}-key.json`);

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
    const seedHex = Buffer.from(seed).toString('hex');
    writeFully(handle, `${JSON.stringify({ version: 1, kind, seed: seedHex }, undefined, 2)}\n`);
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
  const seed = seedIn(text, kind);
  if (seed === undefined) {
    throw new SlotledgerError(
      'KEY_DAMAGED',
      `${path} does not hold a ${kind} key.`,
      'Restore it from your backup of the keys.',
    );
  }
  return seed;
}

function seedIn(text: string, kind: KeyKind): Uint8Array | undefined {
  try {
    const file = JSON.parse(text) as { version?: unknown; kind?: unknown; seed?: unknown };
    if (file.version !== 1 || file.kind !== kind || typeof file.seed !== 'string') return undefined;
    return /^[0-9a-f]{64}$/.test(file.seed) ? Buffer.from(file.seed, 'hex') : undefined;
  } catch {
    return undefined;
  }
}
