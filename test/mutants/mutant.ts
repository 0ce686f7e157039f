/** One deliberate breakage of one rule: the tests or the simulator must notice it. */
import type { Role } from '../simulator/cast/cast.js';
import type { FaultKind } from '../simulator/faults.js';

export interface Edit {
  readonly file: string;
  /** Exact text that occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** The tag of the rule in comments of the sources, such as `5-watermark`. */
  readonly rule: string;
  /** More than one where the rule is checked twice on purpose. */
  readonly edits: readonly Edit[];
  /** What goes wrong in a network of such nodes. */
  readonly why: string;
}

/** A rule that no mutant breaks, with the reason why breaking it cannot be told from keeping it. */
export interface Unbroken {
  readonly rule: string;
  readonly why: string;
}

/** Narrows what a hunt draws from its seeds to what has a chance; everything by default. */
export interface Setting {
  readonly roles?: readonly Role[];
  readonly faults?: readonly FaultKind[];
}
