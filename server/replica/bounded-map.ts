/** A map that forgets its oldest entry when it is full: everything a peer can make grow is kept in one of these. */
export interface BoundedMap<Key, Value> {
  get(key: Key): Value | undefined;
  has(key: Key): boolean;
  /** A key that is set again counts as new. */
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  values(): Iterable<Value>;
  entries(): Iterable<readonly [Key, Value]>;
  readonly size: number;
}

/** @param weigh with `maxWeight`: all entries together weigh no more, save that the newest always stays */
export function createBoundedMap<Key, Value>(
  limit: number,
  maxWeight = Number.POSITIVE_INFINITY,
  weigh: (value: Value) => number = () => 0,
): BoundedMap<Key, Value> {
  const entries = new Map<Key, Value>();
  let weight = 0;

  function remove(key: Key): void {
    const value = entries.get(key);
    if (entries.delete(key)) weight -= weigh(value as Value);
  }

  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    set(key, value) {
      remove(key);
      entries.set(key, value);
      weight += weigh(value);
      for (const oldest of entries.keys()) {
        if (entries.size <= limit && (weight <= maxWeight || entries.size === 1)) return;
        remove(oldest);
      }
    },
    delete: remove,
    values: () => entries.values(),
    entries: () => entries.entries(),
    get size() {
      return entries.size;
    },
  };
}
