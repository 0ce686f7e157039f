/** The measured cells, kept beside the plots that are made from them. One rule: a cell is replaced, never averaged. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, Plan } from './cell.js';

/** `missing`: why there is no measurement. */
export type Cell = Measured | { readonly plan: Plan; readonly missing: string };

export const isMeasured = (cell: Cell): cell is Measured => !('missing' in cell);

const order = ({ plan }: Cell): readonly (string | number)[] => [plan.routing, plan.validators, plan.deadPercent];
const compare = (left: Cell, right: Cell): number => {
  for (const [at, one] of order(left).entries()) {
    const other = order(right)[at]!;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
};

export function merge(before: readonly Cell[], now: readonly Cell[]): readonly Cell[] {
  return [...now, ...before.filter((old) => now.every((cell) => compare(old, cell) !== 0))].sort(compare);
}

/** @param docs the folder of the documentation */
export const fileIn = (docs: string): string => join(docs, 'plots', 'scale.jsonl');

export function read(docs: string): readonly Cell[] {
  try {
    const lines = readFileSync(fileIn(docs), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Cell);
  } catch {
    return [];
  }
}

/** One cell a line. */
export function write(docs: string, cells: readonly Cell[]): void {
  mkdirSync(join(docs, 'plots'), { recursive: true });
  writeFileSync(fileIn(docs), cells.map((cell) => `${JSON.stringify(cell)}\n`).join(''));
}
