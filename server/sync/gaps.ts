/** Which ranges of block indexes nobody was asked for yet. Ranges are inclusive at both ends. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** @returns the first stretch of `within` that no range of `covered` holds, at most `longest` long. */
export function firstGap(within: Range, covered: readonly Range[], longest: number): Range | undefined {
  let from = within.from;
  const ascending = [...covered].sort((a, b) => a.from - b.from);
  for (const range of ascending) {
    if (range.to < from) continue;
    if (range.from > from) {
      return from > within.to ? undefined : { from, to: Math.min(range.from - 1, within.to, from + longest - 1) };
    }
    from = range.to + 1;
  }
  return from > within.to ? undefined : { from, to: Math.min(within.to, from + longest - 1) };
}
