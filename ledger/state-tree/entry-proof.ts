/**
 * Proofs that an entry stands in the state, or that none stands under a key, against a block's `state_root`. A proof is
 * the texts of the nodes from the root down: each one's SHA-256 is written in the one before.
 */
import { assert } from '../values/assertion.js';
import type { Hasher } from '../values/crypto.js';
import type { StateEntry, StateReader } from '../values/state.js';
import type { Hash } from '../values/text.js';
import { emptyBucket, isBucket, keyHashOf, leafHashOf, readBranch, readBucket } from './node-text.js';
import { chainShape } from './shape.js';

/** Node texts, the root's first. */
export type EntryProof = readonly string[];

export function proveEntry(hasher: Hasher, reader: Pick<StateReader, 'node'>, key: string): EntryProof {
  const symbols = chainShape.symbols(keyHashOf(hasher, key));
  const proof: string[] = [];
  for (let path = ''; ; path = symbols.slice(0, path.length + chainShape.stride)) {
    const text = reader.node(path) ?? (path === '' ? emptyBucket : undefined);
    assert(text !== undefined, `no node at ${path} in the state tree`);
    proof.push(text);
    if (isBucket(text)) return proof;
    const next = symbols.slice(path.length, path.length + chainShape.stride);
    if (!readBranch(text, chainShape.stride).some((child) => child.symbols === next)) return proof;
  }
}

/** True if `proof` shows that exactly `entry` (null: none) stands under `key` in the state with this root. */
export function verifyEntryProof(
  hasher: Hasher,
  root: Hash,
  key: string,
  entry: StateEntry | null,
  proof: EntryProof,
): boolean {
  const keyHash = keyHashOf(hasher, key);
  const symbols = chainShape.symbols(keyHash);
  let expected = root.slice(2);
  for (let depth = 0; depth < proof.length; depth += 1) {
    const text = proof[depth]!;
    const last = depth === proof.length - 1;
    if (hasher.sha256Hex(text) !== expected) return false;
    if (isBucket(text)) {
      const leaf = readBucket(text).find((candidate) => candidate.keyHash === keyHash);
      return last && leaf?.leafHash === (entry === null ? undefined : leafHashOf(hasher, key, entry));
    }
    const at = depth * chainShape.stride;
    const next = symbols.slice(at, at + chainShape.stride);
    const child = readBranch(text, chainShape.stride).find((candidate) => candidate.symbols === next);
    if (child === undefined) return last && entry === null;
    expected = child.hash;
  }
  return false;
}
