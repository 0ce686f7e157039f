/**
 * What is made from a transaction again and again: its canonical JSON, the length of that, and its id. One rule: kept
 * only with objects that a decoder made, since nobody changes those; whoever builds a transaction by hand gets fresh ones.
 */
import type { Hasher } from './crypto.js';
import type { Transaction, TransactionId } from './transaction.js';

export interface TransactionTexts {
  json: string | undefined;
  /** Of the UTF-8 form of `json`. */
  bytes: number | undefined;
  id: TransactionId | undefined;
  /** By whom `id` was hashed. */
  hasher: Hasher | undefined;
}

class Itself {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the subclass gives this very object its private field
    return value;
  }
}

/**
 * A private field on an object that exists already. Copies of the object do not get it and nothing else sees it; a
 * WeakMap would do the same at a microsecond for each transaction.
 */
class Kept extends Itself {
  readonly #texts: TransactionTexts = { json: undefined, bytes: undefined, id: undefined, hasher: undefined };

  static of(value: object): TransactionTexts | undefined {
    return #texts in value ? value.#texts : undefined;
  }
}

/** For decoders: the object is theirs and complete. */
export function keepTexts(transaction: Transaction): void {
  new Kept(transaction);
}

/** undefined: this object was not made by a decoder. */
export const keptTexts = (transaction: object): TransactionTexts | undefined => Kept.of(transaction);
