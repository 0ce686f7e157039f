/**
 * What follows from an object alone, kept with it: signing texts, hashes and roots are made once, however many look at it.
 * One rule: only for values that nobody changes any more once one of these was asked for, such as votes and blocks.
 */

export interface Kept {
  /** Signing text. */
  text?: string;
  /** Hash of a block, root of a list, digest of a certificate. */
  hash?: string;
  /** Of the canonical JSON. */
  bytes?: number;
}

class Itself {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the subclass gives this very object its private field
    return value;
  }
}

/** A private field on an object that exists already: copies do not get it, nothing else sees it, and it is faster than a WeakMap. */
class Stamped extends Itself {
  readonly #kept: Kept = {};

  static of(value: object): Kept {
    if (#kept in value) return value.#kept;
    new Stamped(value);
    return (value as Stamped).#kept;
  }
}

export const keptWith = (value: object): Kept => Stamped.of(value);
