/** A map that forgets its oldest entry when it is full: everything a peer can make grow is kept in one of these. */
export interface BoundedMap<Key, Value> {
  get(key: Key): Value | undefined;
  has(key: Key): boolean;
  /** A key that is set again counts as new. */
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  values(): Iterable<Value>;
  readonly size: number;
}

export function createBoundedMap<Key, Value>(limit: number): BoundedMap<Key, Value> {
  const entries = new Map<Key, Value>();
  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= limit) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
    delete(key) {
      entries.delete(key);
    },
    values: () => entries.values(),
    get size() {
      return entries.size;
    },
  };
}
