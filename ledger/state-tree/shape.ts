/**
 * How entries are found in the state tree: the SHA-256 of an entry's key, read as hex digits, is its path. A node is a
 * bucket while it holds few entries and a branch above that, so the tree depends on the set of entries alone and not
 * on the order in which they came. docs/decisions/state-tree-shape.md has the measurements.
 */
export interface TreeShape {
  /** Symbols of the path that one branch consumes. */
  readonly stride: number;
  /** Most entries in a bucket. */
  readonly bucket: number;
  /** Path symbols of a key hash given as 64 hex digits. */
  symbols(keyHash: string): string;
}

/** The chain's shape: part of consensus. */
export const chainShape: TreeShape = { stride: 1, bucket: 16, symbols: (keyHash) => keyHash };
