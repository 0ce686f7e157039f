/**
 * The binary tree of RFC 6962 section 2.1 over the UTF-8 forms of texts: leaf tag 0x00, node tag 0x01, the root of
 * nothing is the hash of nothing.
 */
import { assert } from './assertion.js';
import type { Hasher } from './crypto.js';
import type { Hash } from './text.js';
import { isHashText } from './text-forms.js';

/**
 * Shows that a leaf is in the tree; and if the tree has `size` leaves, that it stands at `index`. The root does not
 * commit to the number of leaves, so a place counts only with a number from elsewhere.
 */
export interface MerkleProof {
  readonly index: number;
  readonly size: number;
  /** Roots of the neighbouring subtrees, from the leaf upwards; a level without a neighbour has none. */
  readonly path: readonly Hash[];
}

export function merkleRoot(hasher: Hasher, leaves: readonly string[]): Hash {
  if (leaves.length === 0) return `0x${hasher.sha256Hex('')}`;
  let level = leafHashes(hasher, leaves);
  while (level.length > 1) level = parents(hasher, level);
  return `0x${level[0]!}`;
}

/** The proof for `leaves[index]`; the index must exist. */
export function merkleProof(hasher: Hasher, leaves: readonly string[], index: number): MerkleProof {
  assert(Number.isInteger(index) && index >= 0 && index < leaves.length, `there is no leaf ${index}`);
  const path: Hash[] = [];
  let level = leafHashes(hasher, leaves);
  for (let at = index; level.length > 1; at >>>= 1) {
    const neighbour = level[at ^ 1];
    if (neighbour) path.push(`0x${neighbour}`);
    level = parents(hasher, level);
  }
  return { index, size: leaves.length, path };
}

/** Whether `proof` shows `leaf` under `root`. A malformed proof shows nothing; it never throws. */
export function verifyMerkleProof(hasher: Hasher, leaf: string, proof: MerkleProof, root: Hash): boolean {
  const { index, size, path } = proof;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  if (path.length > 53 || !path.every((step) => typeof step === 'string' && isHashText(step))) return false;
  let node = leafHash(hasher, leaf);
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 0 && at === last) continue;
    const step = path[used];
    if (step === undefined) return false;
    used += 1;
    const neighbour = step.slice(2);
    node = at % 2 === 0 ? nodeHash(hasher, node, neighbour) : nodeHash(hasher, neighbour, node);
  }
  return used === path.length && `0x${node}` === root;
}

/** Hashes of the tree are 64 hex digits here, without `0x`. */
function leafHashes(hasher: Hasher, leaves: readonly string[]): string[] {
  return leaves.map((leaf) => leafHash(hasher, leaf));
}

/** U+0000 is the byte 0x00 in UTF-8. */
function leafHash(hasher: Hasher, leaf: string): string {
  return hasher.sha256Hex(`\u0000${leaf}`);
}

function nodeHash(hasher: Hasher, left: string, right: string): string {
  return hasher.sha256OfHex(`01${left}${right}`);
}

/** Pairing neighbours and lifting the odd one out gives the same tree as splitting at powers of two. */
function parents(hasher: Hasher, level: readonly string[]): string[] {
  const above: string[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    above.push(right ? nodeHash(hasher, level[i]!, right) : level[i]!);
  }
  return above;
}
