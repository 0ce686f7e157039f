/**
 * What the final blocks that are not on disk yet have changed, as one overlay on the store: a read looks here once, however
 * many they are. One rule: what a block changed is here from when it is final until the store reads as of it or of a later one.
 */
import type { StateChanges, StateEntry } from '../../ledger/values/state.js';

export interface UnstoredChanges {
  /** Of the next final block. */
  add(changes: StateChanges): void;
  /** Of the oldest: the store has them. */
  forget(changes: StateChanges): void;
  /** undefined: none of them changed it; null: it is gone. */
  entry(key: string): StateEntry | null | undefined;
  node(path: string): string | null | undefined;
}

export function createUnstoredChanges(): UnstoredChanges {
  /** By key or path, the last block that changed it. */
  const entries = new Map<string, StateChanges>();
  const nodes = new Map<string, StateChanges>();
  return {
    add(changes) {
      for (const key of changes.entries.keys()) entries.set(key, changes);
      for (const path of changes.nodes.keys()) nodes.set(path, changes);
    },
    forget(changes) {
      for (const key of changes.entries.keys()) if (entries.get(key) === changes) entries.delete(key);
      for (const path of changes.nodes.keys()) if (nodes.get(path) === changes) nodes.delete(path);
    },
    entry: (key) => entries.get(key)?.entries.get(key),
    node: (path) => nodes.get(path)?.nodes.get(path),
  };
}
