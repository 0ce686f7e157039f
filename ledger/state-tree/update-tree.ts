/**
 * Brings the state tree up to date with changed entries. Reads only nodes on the way to them; writes only nodes that
 * changed. The result is a pure function of the set of entries.
 */
import { assert } from '../values/assertion.js';
import type { Hasher } from '../values/crypto.js';
import type { StateEntry, StateReader } from '../values/state.js';
import type { Hash } from '../values/text.js';
import {
  branchText,
  bucketSize,
  bucketText,
  type Child,
  changeBucket,
  editBranch,
  emptyBucket,
  isBucket,
  keyHashOf,
  type Leaf,
  leafHashOf,
  readBranch,
  readBucket,
} from './node-text.js';
import { chainShape, type TreeShape } from './shape.js';

export interface TreeUpdate {
  readonly root: Hash;
  /** Nodes to write by path; null deletes. The root's path is empty. */
  readonly nodes: ReadonlyMap<string, string | null>;
}

interface Change {
  readonly symbols: string;
  readonly keyHash: string;
  /** null: the entry goes. */
  readonly leafHash: string | null;
}

interface Work {
  readonly hasher: Hasher;
  readonly shape: TreeShape;
  readonly reader: Pick<StateReader, 'node'>;
  readonly nodes: Map<string, string | null>;
}

/** @param changed entries by key as they stand afterwards; null for those that go. */
export function updateTree(
  hasher: Hasher,
  reader: Pick<StateReader, 'node'>,
  changed: ReadonlyMap<string, StateEntry | null>,
  shape: TreeShape = chainShape,
): TreeUpdate {
  const changes: Change[] = [];
  for (const [key, entry] of changed) {
    const keyHash = keyHashOf(hasher, key);
    const leafHash = entry === null ? null : leafHashOf(hasher, key, entry);
    changes.push({ symbols: shape.symbols(keyHash), keyHash, leafHash });
  }
  changes.sort((a, b) => (a.keyHash < b.keyHash ? -1 : 1));
  const work: Work = { hasher, shape, reader, nodes: new Map() };
  const { hash } = updateNode(work, '', changes, entryCount(reader, shape));
  return { root: `0x${hash}`, nodes: work.nodes };
}

/** The root of the whole state as its stored nodes have it. The empty state has no node; its root is the empty bucket's. */
export function stateRoot(hasher: Hasher, reader: Pick<StateReader, 'node'>): Hash {
  return `0x${hasher.sha256Hex(reader.node('') ?? emptyBucket)}`;
}

/** Entries in the whole state, as the root counts them. */
function entryCount(reader: Pick<StateReader, 'node'>, shape: TreeShape): number {
  const text = reader.node('') ?? emptyBucket;
  if (isBucket(text)) return bucketSize(text);
  return readBranch(text, shape.stride).reduce((sum, { count }) => sum + count, 0);
}

function updateNode(work: Work, path: string, changes: readonly Change[], count: number): Omit<Child, 'symbols'> {
  const text = work.reader.node(path) ?? emptyBucket;
  if (!isBucket(text)) return updateBranch(work, path, text, changes, count);
  const changed = changeBucket(text, changes);
  const size = bucketSize(changed);
  return size <= work.shape.bucket ? write(work, path, changed, size) : writeLeaves(work, path, readBucket(changed));
}

/** @param count entries below the branch so far. */
function updateBranch(
  work: Work,
  path: string,
  text: string,
  changes: readonly Change[],
  count: number,
): Omit<Child, 'symbols'> {
  const { stride, bucket } = work.shape;
  const editor = editBranch(text, stride);
  let total = count;
  for (let from = 0; from < changes.length; ) {
    const symbols = changes[from]!.symbols.slice(path.length, path.length + stride);
    let to = from + 1;
    while (to < changes.length && changes[to]!.symbols.startsWith(symbols, path.length)) to += 1;
    const group = changes.slice(from, to);
    editor.child(symbols, (before) => {
      const below = updateNode(work, path + symbols, group, before);
      total += below.count - before;
      return below;
    });
    from = to;
  }
  const changed = editor.text();
  return total > bucket ? write(work, path, changed, total) : collapse(work, path, readBranch(changed, stride));
}

/** Few entries are left below a branch: its children, which all are buckets now, become one. */
function collapse(work: Work, path: string, children: readonly Child[]): Omit<Child, 'symbols'> {
  const leaves: Leaf[] = [];
  for (const child of children) {
    const below = path + child.symbols;
    const text = work.nodes.get(below) ?? work.reader.node(below);
    assert(text !== undefined && isBucket(text), `no bucket at ${below} in the state tree`);
    leaves.push(...readBucket(text));
    work.nodes.set(below, null);
  }
  return writeLeaves(work, path, leaves);
}

/** Writes the subtree that these leaves alone make up. */
function writeLeaves(work: Work, path: string, leaves: readonly Leaf[]): Omit<Child, 'symbols'> {
  const { stride, bucket, symbols: symbolsOf } = work.shape;
  if (leaves.length <= bucket) return write(work, path, bucketText(leaves), leaves.length);
  const children: Child[] = [];
  for (let from = 0; from < leaves.length; ) {
    const end = path.length + stride;
    const symbols = symbolsOf(leaves[from]!.keyHash).slice(path.length, end);
    let to = from + 1;
    while (to < leaves.length && symbolsOf(leaves[to]!.keyHash).startsWith(symbols, path.length)) to += 1;
    children.push({ symbols, ...writeLeaves(work, path + symbols, leaves.slice(from, to)) });
    from = to;
  }
  return write(work, path, branchText(children), leaves.length);
}

function write(work: Work, path: string, text: string, count: number): Omit<Child, 'symbols'> {
  work.nodes.set(path, count === 0 ? null : text);
  return { hash: work.hasher.sha256Hex(text), count };
}
