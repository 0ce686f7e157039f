/** Breakages that nobody can notice: each with the argument why it is none. */
import type { Equivalent } from '../mutant.js';

export const equivalents: readonly Equivalent[] = [
  {
    rule: '5-quorum',
    breakage: 'stake / total > 0.6666666666666666 in floating point instead of products in BigInt',
    argument:
      'The constant is the double nearest to 2/3, which is 2/3 - 3.7e-17; the next one is 2/3 + 7.4e-17, the middle ' +
      'between them 2/3 + 1.9e-17. Totals are below 2^53, so a stake above two thirds is at least 1/(3 * 2^53) = 3.7e-17 ' +
      'above: beyond the middle, so the quotient is rounded up and the comparison holds. A stake of two thirds or less ' +
      'gives the constant or less. The products are kept all the same, because they need no such argument.',
  },
  {
    rule: '3-evidence-age',
    breakage: 'no limit on the age of evidence in applyEvidence alone',
    argument:
      'Evidence is checked against the entry of its epoch. Every closing block that opens epoch n deletes the entries of ' +
      'epochs below n - unbonding_epochs: those of the last unbonding_epochs + 1 before it in its own loop, older ones were ' +
      'deleted by the closing blocks before it. So an entry is there exactly as long as the period lasts, and evidence that is ' +
      'older finds none and is refused in the same words. The mutant never-too-old breaks both places.',
  },
];
