/**
 * The file that holds one key of a node: JSON with a 32-byte seed and what it is for. As it is made it has no password,
 * since a node starts with nobody at hand; `server keys seal` puts one on it. Written by the node, read by it and by the
 * wallet at an owner's first stake.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import { type SealedSecret, sealedSecretFault } from './sealed-secret.js';

export type NodeKeyKind = 'node' | 'validator' | 'vrf';

/** Anyone who reads this file has the key. */
export interface PlainNodeKey {
  readonly seed: Uint8Array;
}

export interface SealedNodeKey {
  readonly publicKey: PublicKey;
  readonly sealed: SealedSecret;
}

export type NodeKey = PlainNodeKey | SealedNodeKey;

export const nodeKeyFileName = (kind: NodeKeyKind): string => `${kind}-key.json`;

export function nodeKeyText(kind: NodeKeyKind, key: NodeKey): string {
  const file = isSealed(key)
    ? { version: 2, kind, public_key: key.publicKey, crypto: key.sealed }
    : { version: 1, kind, seed: Buffer.from(key.seed).toString('hex') };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

export const isSealed = (key: NodeKey): key is SealedNodeKey => 'sealed' in key;

/** @returns undefined for anything that is not a key of this kind */
export function decodeNodeKey(text: string, kind: NodeKeyKind): NodeKey | undefined {
  let file: Record<string, unknown>;
  try {
    file = JSON.parse(text) as Record<string, unknown>;
    if (file.kind !== kind) return undefined;
  } catch {
    return undefined;
  }
  const { version, seed, public_key: publicKey, crypto } = file;
  if (version === 1 && typeof seed === 'string' && /^[0-9a-f]{64}$/.test(seed))
    return { seed: Buffer.from(seed, 'hex') };
  if (version !== 2 || typeof publicKey !== 'string' || !/^0x[0-9a-f]{64}$/.test(publicKey)) return undefined;
  if (sealedSecretFault(crypto) !== undefined) return undefined;
  return { publicKey: publicKey as PublicKey, sealed: crypto as SealedSecret };
}
