/** Cursors of lists: the numbers that name the last item seen, joined with dots. Whoever passes another text has seen all. */

/** @returns exactly `parts` numbers, or undefined if `cursor` is none of ours. */
export function readCursor(cursor: string, parts: number): readonly number[] | undefined {
  const numbers = cursor.split('.').map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : Number.NaN));
  return numbers.length === parts && numbers.every(Number.isSafeInteger) ? numbers : undefined;
}

export const writeCursor = (...parts: readonly number[]): string => parts.join('.');

/** Items that one answer holds at most, whatever the caller asks for. */
const maxLimit = 1000;

export const boundedLimit = (limit: number): number => Math.min(Math.max(Math.trunc(limit) || 1, 1), maxLimit);
