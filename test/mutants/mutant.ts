/** One deliberate breakage of one rule: the simulator, the twins or the tests must notice it. */
import type { Role } from '../../server/simulator/cast/cast.js';
import type { FaultKind } from '../simulator/faults.js';

export interface Edit {
  readonly file: string;
  /** Exact text that occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** Narrows what a hunt draws from its seeds to what has a chance; everything by default. */
export interface Setting {
  readonly roles?: readonly Role[];
  readonly faults?: readonly FaultKind[];
}

export interface Mutant {
  readonly name: string;
  /** The tag of the rule in PROTOCOL.md and in comments of the sources, such as `5-watermark`. */
  readonly rule: string;
  /** More than one where the rule is checked twice on purpose. */
  readonly edits: readonly Edit[];
  /** What goes wrong in a network of such nodes. */
  readonly why: string;
  readonly setting: Setting;
}

/** A breakage that cannot be told from the rule, and the argument why. */
export interface Equivalent {
  readonly rule: string;
  readonly breakage: string;
  readonly argument: string;
}

type Lines = readonly [file: string, find: string, replace: string];

export const breaks = (rule: string, name: string, why: string, ...lines: readonly Lines[]): Mutant => ({
  name,
  rule,
  why,
  edits: lines.map(([file, find, replace]) => ({ file, find, replace })),
  setting: {},
});

/** Where a mistake shows only against one kind of liar or fault, the hunt goes there at once. */
export const within = (setting: Setting, mutant: Mutant): Mutant => ({ ...mutant, setting });
