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
