/**
 * What was read of the final state or written to it lately: admission, drafting and the state tree ask for the same
 * entries and nodes again and again. Two rules: `absorb` is called with every stored block, in order, before anyone hears
 * that it is stored; so nothing ever has to be forgotten for being old. And what is kept was proved or made here, so what is
 * read is proved by the node above it that is kept: the whole way from the last block is asked of the file only where that fails.
 */
import { childHashIn, isBucket, keyHashOf, leafHashIn } from '../../ledger/state-tree/node-text.js';
import { chainShape } from '../../ledger/state-tree/shape.js';
import type { StateChanges, StateEntry, StateReader } from '../../ledger/values/state.js';
import { type StateFile, storageHasher } from './checked-state.js';
import { createRecent } from './recent.js';

/** Characters kept of keys, paths and nodes, for each of entries, branches and buckets half as many; entries count as much as a line of JSON. */
const maxWeight = 16 * 1024 * 1024;
const entryWeight = 300;

const { stride, symbols: symbolsOf } = chainShape;

export interface StateCache extends StateReader {
  absorb(changes: StateChanges): void;
}

export function createStateCache(file: StateFile, limit = maxWeight): StateCache {
  /** null: the state has none. Some are asked for with every vote. */
  const entries = createRecent<StateEntry | null>(limit / 2, () => entryWeight);
  /** Apart, as one bucket is read for each branch that is used again. */
  const branches = createRecent<string>(limit / 2, (text) => text.length);
  const buckets = createRecent<string>(limit / 2, (text) => text.length);

  const kept = (path: string): string | undefined => branches.get(path) ?? buckets.get(path);

  function node(path: string): string | undefined {
    const known = kept(path);
    if (known !== undefined) return known;
    const text = nodeBelow(path) ?? file.node(path);
    if (text === undefined) return undefined;
    return isBucket(text) ? buckets.put(path, text) : branches.put(path, text);
  }

  function nodeBelow(path: string): string | undefined {
    const above = path === '' ? undefined : branches.get(path.slice(0, -stride));
    const hash = above && childHashIn(above, path.slice(-stride));
    return hash === undefined ? undefined : file.nodeWith(path, hash);
  }

  /** null: the state has none; undefined: the file has something else than the nodes that are kept say. */
  function entryBelow(key: string): StateEntry | null | undefined {
    const keyHash = keyHashOf(storageHasher, key);
    const symbols = symbolsOf(keyHash);
    let text = node('');
    for (let path = ''; text !== undefined && !isBucket(text); ) {
      path = symbols.slice(0, path.length + stride);
      const below = kept(path);
      if (below === undefined && childHashIn(text, path.slice(-stride)) === undefined)
        return file.entryWith(key, undefined);
      text = below ?? node(path);
    }
    return text === undefined ? undefined : file.entryWith(key, leafHashIn(text, keyHash));
  }

  return {
    get(key) {
      const known = entries.get(key);
      if (known !== undefined) return known ?? undefined;
      const entry = entryBelow(key);
      return entries.put(key, entry === undefined ? (file.get(key) ?? null) : entry) ?? undefined;
    },
    node,
    absorb(changes) {
      for (const [key, entry] of changes.entries) entries.set(key, entry);
      for (const [path, text] of changes.nodes) {
        const isBranch = text !== null && !isBucket(text);
        branches.set(path, isBranch ? text : null);
        buckets.set(path, isBranch ? null : text);
      }
    },
  };
}
