/**
 * What was read of the final state or written to it lately: admission, drafting and the state tree ask for the same
 * entries and nodes again and again. One rule: `absorb` is called with every stored block, in order, before anyone hears
 * that it is stored; so nothing ever has to be forgotten for being old.
 */
import type { StateChanges, StateEntry, StateReader } from '../../ledger/values/state.js';

/** Characters kept of keys, paths and nodes; entries count as much as a line of JSON. */
const maxWeight = 16 * 1024 * 1024;
const entryWeight = 300;

export interface StateCache extends StateReader {
  absorb(changes: StateChanges): void;
}

export function createStateCache(reader: StateReader, limit = maxWeight): StateCache {
  /** null: the state has none. Some are asked for with every vote. */
  const entries = createRecent<StateEntry | null>(limit / 2, () => entryWeight);
  const nodes = createRecent<string>(limit / 2, (text) => text.length);
  return {
    get(key) {
      const known = entries.get(key);
      return (known === undefined ? entries.put(key, reader.get(key) ?? null) : known) ?? undefined;
    },
    node(path) {
      const known = nodes.get(path);
      if (known !== undefined) return known;
      const text = reader.node(path);
      return text === undefined ? undefined : nodes.put(path, text);
    },
    absorb(changes) {
      for (const [key, entry] of changes.entries) entries.set(key, entry);
      for (const [path, text] of changes.nodes) nodes.set(path, text);
    },
  };
}

/**
 * Two generations of values: a full one becomes the older, and the older is forgotten; what is used moves to the younger. So
 * at most twice `limit` is kept, and what is used often stays.
 */
export function createRecent<Value>(limit: number, weigh: (value: Value) => number) {
  let younger = new Map<string, Value>();
  let older = new Map<string, Value>();
  let weight = 0;

  function put(key: string, value: Value): Value {
    younger.set(key, value);
    weight += key.length + weigh(value);
    if (weight <= limit) return value;
    older = younger;
    younger = new Map();
    weight = 0;
    return value;
  }

  return {
    get(key: string): Value | undefined {
      const value = younger.get(key);
      if (value !== undefined) return value;
      const before = older.get(key);
      if (before !== undefined) put(key, before);
      return before;
    },
    put,
    set(key: string, value: Value | null): void {
      older.delete(key);
      if (value === null) younger.delete(key);
      else put(key, value);
    },
  };
}
