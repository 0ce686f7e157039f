/**
 * The file that holds one key of a node: JSON with a 32-byte seed and what it is for, without a password, since a node
 * starts with nobody at hand. Written by the node, read by it and by the wallet at an owner's first stake.
 */

export type NodeKeyKind = 'node' | 'validator' | 'vrf';

export const nodeKeyFileName = (kind: NodeKeyKind): string => `${kind}-key.json`;

export function nodeKeyText(kind: NodeKeyKind, seed: Uint8Array): string {
  return `${JSON.stringify({ version: 1, kind, seed: Buffer.from(seed).toString('hex') }, undefined, 2)}\n`;
}

/** @returns the seed, or undefined for anything that is not a key of this kind */
export function decodeNodeKey(text: string, kind: NodeKeyKind): Uint8Array | undefined {
  try {
    const file = JSON.parse(text) as { version?: unknown; kind?: unknown; seed?: unknown };
    if (file.version !== 1 || file.kind !== kind || typeof file.seed !== 'string') return undefined;
    return /^[0-9a-f]{64}$/.test(file.seed) ? Buffer.from(file.seed, 'hex') : undefined;
  } catch {
    return undefined;
  }
}
