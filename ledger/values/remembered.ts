/**
 * Remembers what a pure function made of its last arguments. Two generations: a full one becomes the older, and the older is
 * forgotten as a whole, which costs nothing where taking out one by one would.
 */

/** @param limit of arguments in each generation */
export function remembered<Key, Value>(limit: number, make: (key: Key) => Value): (key: Key) => Value {
  let younger = new Map<Key, Value>();
  let older = new Map<Key, Value>();
  return (key) => {
    const known = younger.get(key);
    if (known !== undefined) return known;
    const value = older.get(key) ?? make(key);
    younger.set(key, value);
    if (younger.size >= limit) {
      older = younger;
      younger = new Map();
    }
    return value;
  };
}
