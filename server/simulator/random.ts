/**
 * The simulator's only source of chance: sfc32, 32-bit integer arithmetic throughout, so that a seed means the same
 * run on every engine. Streams are forked by name, so that a new fault class does not shift the draws of the others.
 */

export interface Random {
  /** Uniform integer in [0, bound), 1 <= bound <= 2^32. */
  below(bound: number): number;
  /** Uniform integer in [low, high]. */
  between(low: number, high: number): number;
  /** True in `perMillion` of a million cases. */
  chance(perMillion: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  shuffle<Item>(items: readonly Item[]): Item[];
  /** An independent stream; the same name gives the same stream. */
  fork(name: string): Random;
}

/** FNV-1a over UTF-16 units, 32 bits. */
function mix(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

export function createRandom(seed: number, name = ''): Random {
  let a = mix(seed, `a/${name}`);
  let b = mix(seed, `b/${name}`);
  let c = mix(seed, `c/${name}`);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let warm = 0; warm < 15; warm++) next();

  const below = (bound: number): number => {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let draw = next();
    while (draw >= limit) draw = next();
    return draw % bound;
  };
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (perMillion) => below(1_000_000) < perMillion,
    pick: (items) => items[below(items.length)]!,
    shuffle: (items) => {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last--) {
        const other = below(last + 1);
        const kept = result[last]!;
        result[last] = result[other]!;
        result[other] = kept;
      }
      return result;
    },
    fork: (child) => createRandom(seed, `${name}/${child}`),
  };
}
